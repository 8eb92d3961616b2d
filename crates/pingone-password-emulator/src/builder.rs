//! Starting an emulator.

use std::{
    error::Error,
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::http::HeaderValue;
use tokio::{net::TcpListener, sync::oneshot};
use uuid::Uuid;

#[cfg(feature = "tls")]
use crate::tls::Tls;
use crate::{
    connection,
    emulator::{Emulator, Running},
    faults::{RandomFaults, Schedule},
    limits::{RateLimit, Tokens, random_secret},
    routes,
    store::{CLIENT_ID, ENVIRONMENT_ID, Shared, Store},
};

/// How an emulator starts; made by [`Emulator::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    address: SocketAddr,
    users: usize,
    recording: bool,
    worker_environment: Uuid,
    token_lifetime: Option<Duration>,
    rate_limit: Option<u32>,
    latency: Option<Duration>,
    random_faults: Option<RandomFaults>,
    redirect_target: String,
    #[cfg(feature = "tls")]
    tls: bool,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            users: 0,
            recording: true,
            worker_environment: ENVIRONMENT_ID,
            token_lifetime: None,
            rate_limit: None,
            latency: None,
            random_faults: None,
            // Nobody listens on port 9, "discard".
            redirect_target: "http://127.0.0.1:9/".to_owned(),
            #[cfg(feature = "tls")]
            tls: false,
        }
    }

    /// Where to listen; only a loopback address will do. At first `127.0.0.1:0`, and port 0 is any free one.
    pub fn listen(mut self, address: impl Into<SocketAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// Starts with this many users: the first six have each of [`Status::ALL`](crate::Status::ALL), the rest are locked out.
    /// At first none.
    pub fn users(mut self, count: usize) -> Self {
        self.users = count;
        self
    }

    /// Whether requests are recorded. At first they are; an emulator that runs for long would keep every one of them.
    pub fn recording(mut self, on: bool) -> Self {
        self.recording = on;
        self
    }

    /// The environment of the worker application, and so of its access tokens: `{auth_url}/{this}/as/token`. At first it is
    /// the environment that holds the users.
    pub fn worker_environment(mut self, id: Uuid) -> Self {
        self.worker_environment = id;
        self
    }

    /// How long every access token is good, [`Emulator::access_token`] too; `expires_in` says it in whole seconds, rounded
    /// down. At first `expires_in` says 3600, and the tokens are good as long as the emulator runs.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = Some(lifetime);
        self
    }

    /// Takes so many requests on passwords in a second, and answers the rest with 429 and `Retry-After: 1`. The seconds are
    /// fixed windows, the first of which opens with the first request. At first there is no limit; 0 lets nothing through.
    pub fn rate_limit(mut self, per_second: u32) -> Self {
        self.rate_limit = Some(per_second);
        self
    }

    /// Waits so long between the arrival of a request, whatever it asks for, and doing anything about it. A client that hangs
    /// up during that time has had nothing done. At first there is no wait.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = Some(latency);
        self
    }

    /// Faults that strike by chance wherever no script says what happens. At first none.
    pub fn random_faults(mut self, faults: RandomFaults) -> Self {
        self.random_faults = Some(faults);
        self
    }

    /// The `Location` that [`Fault::Redirect`](crate::Fault::Redirect) gives, as it is. At first `http://127.0.0.1:9/`, where
    /// nobody listens as a rule.
    pub fn redirect_target(mut self, url: impl Into<String>) -> Self {
        self.redirect_target = url.into();
        self
    }

    /// Whether connections are encrypted, with a throw-away certificate that [`Emulator::certificate_pem`] shows. At first
    /// they are not.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, on: bool) -> Self {
        self.tls = on;
        self
    }

    /// Binds the address and serves in a task of the current tokio runtime, which must have I/O and time enabled.
    ///
    /// # Errors
    /// When the address is not a loopback address or can't be bound, and when the target of the redirect can't be a header.
    pub async fn start(self) -> Result<Emulator, StartError> {
        if !self.address.ip().is_loopback() {
            return Err(StartError::NotLoopback(self.address));
        }
        let Ok(redirect_target) = HeaderValue::try_from(&self.redirect_target) else {
            return Err(StartError::RedirectTarget(self.redirect_target));
        };
        let bind_error = |source| StartError::Bind { address: self.address, source };
        let listener = TcpListener::bind(self.address).await.map_err(bind_error)?;
        let address = listener.local_addr().map_err(bind_error)?;
        #[cfg(feature = "tls")]
        let tls = if self.tls { Some(Tls::new().map_err(StartError::Certificate)?) } else { None };
        #[cfg(feature = "tls")]
        let scheme = if self.tls { "https" } else { "http" };
        #[cfg(not(feature = "tls"))]
        let scheme = "http";
        let auth_url = format!("{scheme}://{address}");

        let mut tokens = Tokens::new(self.token_lifetime);
        let access_token = tokens.issue();
        let faults = Schedule::random(self.random_faults);
        let mut store = Store::new(tokens, self.rate_limit.map(RateLimit::new), faults);
        store.add_users(self.users);
        let shared = Arc::new(Shared {
            api_url: format!("{auth_url}/v1"),
            worker_environment: self.worker_environment,
            client_id: CLIENT_ID.to_string(),
            // With characters that form-encoding changes, as the vendor's secrets may have.
            client_secret: format!("{}~{}", random_secret(), random_secret()),
            recording: self.recording,
            latency: self.latency,
            redirect_target,
            store: Mutex::new(store),
        });

        let (stop, stopped) = oneshot::channel();
        let server = connection::serve(
            listener,
            #[cfg(feature = "tls")]
            tls.as_ref().map(|tls| tls.acceptor.clone()),
            routes::router(Arc::clone(&shared)),
            stopped,
        );
        let running = Mutex::new(Some(Running { stop, server: tokio::spawn(server) }));
        Ok(Emulator {
            shared,
            address,
            auth_url,
            access_token,
            #[cfg(feature = "tls")]
            certificate_pem: tls.map(|tls| tls.certificate_pem),
            running,
        })
    }
}

/// Why an emulator did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The address can be reached from elsewhere, and the access tokens travel in the clear.
    NotLoopback(SocketAddr),
    /// The address can't be bound.
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The target of the redirect has characters that no header can have.
    RedirectTarget(String),
    /// The certificate could not be made.
    #[cfg(feature = "tls")]
    Certificate(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback(address) => write!(
                f,
                "{address} is not a loopback address: access tokens travel in the clear, so listen on 127.0.0.1 or [::1]"
            ),
            Self::Bind { address, .. } => write!(f, "can't listen on {address}"),
            Self::RedirectTarget(url) => write!(f, "{url:?} can't be the target of a redirect"),
            #[cfg(feature = "tls")]
            Self::Certificate(_) => f.write_str("can't make a certificate"),
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotLoopback(_) | Self::RedirectTarget(_) => None,
            Self::Bind { source, .. } => Some(source),
            #[cfg(feature = "tls")]
            Self::Certificate(source) => Some(source.as_ref()),
        }
    }
}
