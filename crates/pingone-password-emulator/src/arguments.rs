//! What the program can be told.

use std::{net::SocketAddr, str::FromStr, time::Duration};

use clap::Parser;
use pingone_password_emulator::{Builder, Emulator, Fault, RandomFaults, TokenFault, UnknownFault};
use uuid::Uuid;

#[derive(Parser)]
#[command(version, about)]
pub(crate) struct Arguments {
    /// Where to listen: a loopback address; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,

    /// How many users there are: each password status once, the rest locked out
    #[arg(long, value_name = "N", default_value_t = 6)]
    users: usize,

    /// Print one line of JSON when ready, with every user
    #[arg(long)]
    pub(crate) json: bool,

    /// Encrypt connections with a throw-away certificate, written to a file that goes when the program ends
    #[cfg(feature = "tls")]
    #[arg(long)]
    tls: bool,

    /// The environment of the worker application, where access tokens are given out; the users' unless told
    #[arg(long, value_name = "UUID")]
    worker_environment: Option<Uuid>,

    /// How long access tokens are good, such as 60s; until the program ends unless told
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    token_lifetime: Option<Duration>,

    /// Answer requests on passwords beyond so many in a second with 429
    #[arg(long, value_name = "N")]
    rate_limit: Option<u32>,

    /// Wait so long before each request is looked at, such as 20ms
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    latency: Option<Duration>,

    /// What happens to the next request on a password, such as reset-after, or none; once for every request
    #[arg(long = "fault", value_name = "NAME")]
    faults: Vec<Entry>,

    /// What happens to the next request for an access token, such as invalid-client; once for every request
    #[arg(long = "token-fault", value_name = "NAME")]
    pub(crate) token_faults: Vec<TokenFault>,

    /// How likely a fault strikes a request on a password that no --fault is about, from 0 to 1
    #[arg(long, value_name = "PROBABILITY", value_parser = probability)]
    fault_rate: Option<f64>,

    /// Another seed, other faults at random
    #[arg(long, value_name = "SEED", default_value_t = 0, requires = "fault_rate")]
    fault_seed: u64,

    /// Which faults there are at random; once for each, every one unless told
    #[arg(long = "fault-kind", value_name = "NAME", requires = "fault_rate")]
    fault_kinds: Vec<Fault>,
}

impl Arguments {
    pub(crate) fn builder(&self) -> Builder {
        let mut builder = Emulator::builder().listen(self.listen).users(self.users).recording(false);
        #[cfg(feature = "tls")]
        {
            builder = builder.tls(self.tls);
        }
        if let Some(id) = self.worker_environment {
            builder = builder.worker_environment(id);
        }
        if let Some(lifetime) = self.token_lifetime {
            builder = builder.token_lifetime(lifetime);
        }
        if let Some(per_second) = self.rate_limit {
            builder = builder.rate_limit(per_second);
        }
        if let Some(latency) = self.latency {
            builder = builder.latency(latency);
        }
        if let Some(probability) = self.fault_rate {
            let kinds = self.fault_kinds.as_slice();
            let faults = if kinds.is_empty() { Fault::ALL } else { kinds }.to_vec();
            builder = builder.random_faults(RandomFaults { seed: self.fault_seed, probability, faults });
        }
        builder
    }

    pub(crate) fn script(&self) -> impl Iterator<Item = Option<Fault>> {
        self.faults.iter().map(|Entry(fault)| *fault)
    }
}

/// An entry of the script; `none` is no fault.
#[derive(Clone, Copy)]
struct Entry(Option<Fault>);

impl FromStr for Entry {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "none" { Ok(Self(None)) } else { text.parse().map(|fault| Self(Some(fault))) }
    }
}

fn probability(text: &str) -> Result<f64, String> {
    let probability = text.parse().map_err(|error| format!("{error}"))?;
    if (0.0..=1.0).contains(&probability) { Ok(probability) } else { Err("it must be from 0 to 1".to_owned()) }
}
