//! The program's arguments.

use std::{
    error::Error,
    fmt, fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use clap::{Args, Parser};
use pingone_password_emulator::{Builder, Emulator, Fault, NewUser, RandomFaults, TokenFault, UnknownFault};
use uuid::Uuid;

#[derive(Parser)]
#[command(version, about)]
pub(crate) struct Arguments {
    /// Loopback address to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,

    /// Number of users: one with each password status, the rest locked out [default: 6, or 0 with --seed]
    #[arg(long, value_name = "N")]
    users: Option<usize>,

    /// JSON file with users to start with, such as `[{"username": "ada", "status": "PASSWORD_LOCKED_OUT"}]`
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,

    /// Number of requests to keep, the latest ones; 0 keeps none
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    journal: usize,

    /// Write a Postman environment for the vendor's collection to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) postman_environment: Option<PathBuf>,

    /// Write the manual page to this folder, and exit
    #[arg(long, value_name = "FOLDER")]
    pub(crate) man: Option<PathBuf>,

    /// Print one line of JSON when ready, including every user
    #[arg(long)]
    pub(crate) json: bool,

    /// Use TLS with a throw-away certificate, in a file that is deleted when the program ends
    #[cfg(feature = "tls")]
    #[arg(long)]
    tls: bool,

    /// Environment of the worker application, which issues access tokens [default: the users']
    #[arg(long, value_name = "UUID")]
    worker_environment: Option<Uuid>,

    /// Lifetime of access tokens, such as 60s [default: until the program ends]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    token_lifetime: Option<Duration>,

    /// Maximum API requests per second; the rest get 429
    #[arg(long, value_name = "N")]
    rate_limit: Option<u32>,

    /// Time to wait before processing each request, such as 20ms
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    latency: Option<Duration>,

    #[command(flatten)]
    users_format: UserArguments,

    #[command(flatten)]
    sign_in: SignInArguments,

    /// Fault of the next API request, such as reset-after, or none; repeat for the requests after it
    #[arg(long = "fault", value_name = "NAME")]
    faults: Vec<Entry>,

    /// Fault of the next token request, such as invalid-client; repeat for the requests after it
    #[arg(long = "token-fault", value_name = "NAME")]
    pub(crate) token_faults: Vec<TokenFault>,

    /// Probability of a random fault, from 0 to 1, for API requests that no --fault applies to
    #[arg(long, value_name = "PROBABILITY", value_parser = probability)]
    fault_rate: Option<f64>,

    /// Seed of the random faults
    #[arg(long, value_name = "SEED", default_value_t = 0, requires = "fault_rate")]
    fault_seed: u64,

    /// Random fault to choose from; repeat for more [default: all]
    #[arg(long = "fault-kind", value_name = "NAME", requires = "fault_rate")]
    fault_kinds: Vec<Fault>,
}

impl Arguments {
    pub(crate) fn builder(&self) -> Result<Builder, SeedError> {
        let users = self.users.unwrap_or(if self.seed.is_some() { 0 } else { 6 });
        let mut builder = Emulator::builder().listen(self.listen).users(users);
        builder = builder.recording(self.journal > 0).journal_limit(self.journal);
        if let Some(file) = &self.seed {
            builder = builder.seed(seed(file)?);
        }
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
        builder = self.sign_in.apply(self.users_format.apply(builder));
        if let Some(probability) = self.fault_rate {
            let kinds = self.fault_kinds.as_slice();
            let faults = if kinds.is_empty() { Fault::ALL } else { kinds }.to_vec();
            builder = builder.random_faults(RandomFaults { seed: self.fault_seed, probability, faults });
        }
        Ok(builder)
    }

    pub(crate) fn script(&self) -> impl Iterator<Item = Option<Fault>> {
        self.faults.iter().map(|Entry(fault)| *fault)
    }
}

/// The format of users.
#[derive(Args)]
struct UserArguments {
    /// Largest page of users, whatever the request's limit
    #[arg(long, value_name = "N", default_value_t = 200)]
    page_size: usize,

    /// Base URL of links to the next page, up to and including /v1 [default: the API's]
    #[arg(long, value_name = "URL")]
    next_link_base: Option<String>,

    /// Maximum comparisons in a filter of users; more of them get 400
    #[arg(long, value_name = "N")]
    max_filter_clauses: Option<usize>,

    /// Hide password lockouts in the account of a user
    #[arg(long)]
    hide_lockout_in_account: bool,

    /// Embed the password's status in every user
    #[arg(long)]
    embed_password: bool,
}

impl UserArguments {
    fn apply(&self, builder: Builder) -> Builder {
        let mut builder = builder
            .page_size(self.page_size)
            .lockout_in_account(!self.hide_lockout_in_account)
            .embed_password(self.embed_password);
        if let Some(url) = &self.next_link_base {
            builder = builder.next_link_base(url);
        }
        if let Some(clauses) = self.max_filter_clauses {
            builder = builder.max_filter_clauses(clauses);
        }
        builder
    }
}

/// The sign-in of people.
#[derive(Args)]
struct SignInArguments {
    /// Shortest time between two polls of a device, such as 1s
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, default_value = "5s")]
    device_interval: Duration,

    /// Only redirect URI of the application that people sign in with [default: any on a loopback address]
    #[arg(long, value_name = "URI")]
    redirect_uri: Option<String>,
}

impl SignInArguments {
    fn apply(&self, builder: Builder) -> Builder {
        let builder = builder.device_interval(self.device_interval);
        match &self.redirect_uri {
            Some(uri) => builder.redirect_uri(uri),
            None => builder,
        }
    }
}

/// A queued fault; `none` is no fault.
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
    if (0.0..=1.0).contains(&probability) { Ok(probability) } else { Err("not in 0..=1".to_owned()) }
}

fn seed(file: &Path) -> Result<Vec<NewUser>, SeedError> {
    let error = |source| SeedError { file: file.to_owned(), source };
    let text = fs::read_to_string(file).map_err(error)?;
    serde_json::from_str(&text).map_err(|source| error(source.into()))
}

/// The error for a seed that can't be read.
#[derive(Debug)]
pub(crate) struct SeedError {
    file: PathBuf,
    source: io::Error,
}

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed to read the users in {}", self.file.display())
    }
}

impl Error for SeedError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
