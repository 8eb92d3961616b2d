//! Starting an emulator.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::http::HeaderValue;
use tokio::{net::TcpListener, sync::oneshot};
use uuid::Uuid;

use super::{Emulator, Running, StartError};
#[cfg(feature = "tls")]
use crate::server::Tls;
use crate::{
    api, control,
    faults::{RandomFaults, Schedule},
    journal::Journal,
    server,
    state::{Shared, UserSettings},
    store::{CLIENT_ID, ENVIRONMENT_ID, NewUser, SignInSettings, Start, Store, random_secret},
};

/// Configures and starts an emulator; created by [`Emulator::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    address: SocketAddr,
    seed: Vec<NewUser>,
    users: usize,
    recording: bool,
    journal_limit: usize,
    worker_environment: Uuid,
    token_lifetime: Option<Duration>,
    rate_limit: Option<u32>,
    latency: Option<Duration>,
    random_faults: Option<RandomFaults>,
    redirect_target: String,
    user_settings: UserSettings,
    sign_in_settings: SignInSettings,
    redirect_uri: Option<String>,
    #[cfg(feature = "tls")]
    tls: bool,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            seed: Vec::new(),
            users: 0,
            recording: true,
            journal_limit: 10_000,
            worker_environment: ENVIRONMENT_ID,
            token_lifetime: None,
            rate_limit: None,
            latency: None,
            random_faults: None,
            // Port 9, "discard", is closed nearly everywhere.
            redirect_target: "http://127.0.0.1:9/".to_owned(),
            user_settings: UserSettings::default(),
            sign_in_settings: SignInSettings::default(),
            redirect_uri: None,
            #[cfg(feature = "tls")]
            tls: false,
        }
    }

    /// Sets the address to listen on, which must be a loopback address. Defaults to `127.0.0.1:0`; port 0 picks a free one.
    pub fn listen(mut self, address: impl Into<SocketAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// Sets users to start with, in front of those of [`Self::users`]. Defaults to none.
    pub fn seed(mut self, users: impl IntoIterator<Item = NewUser>) -> Self {
        self.seed = users.into_iter().collect();
        self
    }

    /// Sets the number of users to start with: one with each status of [`Status::ALL`](crate::Status::ALL), the rest locked out.
    /// Defaults to none.
    pub fn users(mut self, count: usize) -> Self {
        self.users = count;
        self
    }

    /// Sets whether requests are recorded. Defaults to `true`.
    pub fn recording(mut self, on: bool) -> Self {
        self.recording = on;
        self
    }

    /// Sets the number of requests that are kept: beyond it, or beyond 64 MiB, the oldest go. Defaults to 10,000; at least 1.
    pub fn journal_limit(mut self, requests: usize) -> Self {
        self.journal_limit = requests;
        self
    }

    /// Sets the environment of the worker application, which issues its access tokens: `{auth_url}/{id}/as/token`. Defaults to
    /// the environment that holds the users.
    pub fn worker_environment(mut self, id: Uuid) -> Self {
        self.worker_environment = id;
        self
    }

    /// Sets the lifetime of access tokens, including [`Emulator::access_token`]. `expires_in` is in whole seconds, rounded down.
    ///
    /// By default tokens are valid as long as the emulator runs, and `expires_in` is 3600.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = Some(lifetime);
        self
    }

    /// Limits the API to this many requests per second; the rest get 429 with `Retry-After: 1`.
    ///
    /// The seconds are fixed windows, the first of which opens with the first request. Defaults to no limit; 0 admits none.
    pub fn rate_limit(mut self, per_second: u32) -> Self {
        self.rate_limit = Some(per_second);
        self
    }

    /// Sets the time between the arrival of any request and its processing. Defaults to none.
    ///
    /// The request of a client that disconnects during that time has no effect.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = Some(latency);
        self
    }

    /// Injects faults at random into requests that no queued entry applies to. Defaults to none.
    pub fn random_faults(mut self, faults: RandomFaults) -> Self {
        self.random_faults = Some(faults);
        self
    }

    /// Sets the `Location` of [`Fault::Redirect`](crate::Fault::Redirect), verbatim. Defaults to `http://127.0.0.1:9/`, a port
    /// that is closed nearly everywhere.
    pub fn redirect_target(mut self, url: impl Into<String>) -> Self {
        self.redirect_target = url.into();
        self
    }

    /// Sets the size of the largest page of users, whatever the request's `limit`. Defaults to 200.
    pub fn page_size(mut self, users: usize) -> Self {
        self.user_settings.page_size = users.max(1);
        self
    }

    /// Sets the base URL of `next` links, up to and including `/v1`. Defaults to [`Emulator::api_url`].
    ///
    /// Links of the real API can have internal hosts. A client must not send its access token there.
    pub fn next_link_base(mut self, url: impl Into<String>) -> Self {
        self.user_settings.next_link_base = Some(url.into());
        self
    }

    /// Sets the largest number of comparisons in a filter; more of them get 400. Defaults to no limit.
    pub fn max_filter_clauses(mut self, clauses: usize) -> Self {
        self.user_settings.max_filter_clauses = Some(clauses);
        self
    }

    /// Sets whether a password lockout shows in the user's `account`. Defaults to `true`.
    pub fn lockout_in_account(mut self, shows: bool) -> Self {
        self.user_settings.lockout_in_account = shows;
        self
    }

    /// Sets whether users have their password's status in `_embedded.password`. Defaults to `false`.
    ///
    /// The vendor's page says that a user can carry the password state, but not where.
    pub fn embed_password(mut self, on: bool) -> Self {
        self.user_settings.embed_password = on;
        self
    }

    /// Sets the only redirect URI of the application that people sign in with. Defaults to any on `127.0.0.1` or `[::1]`.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    /// Sets the shortest time between two polls of a device, in whole seconds. Defaults to 5 seconds.
    pub fn device_interval(mut self, interval: Duration) -> Self {
        self.sign_in_settings.device_interval = interval;
        self
    }

    /// Sets the lifetime of device codes, in whole seconds. Defaults to 10 minutes.
    pub fn device_lifetime(mut self, lifetime: Duration) -> Self {
        self.sign_in_settings.device_lifetime = lifetime;
        self
    }

    /// Sets whether a refresh replaces the refresh token, so that using the old one again revokes the sign-in. Defaults to
    /// `true`.
    pub fn refresh_rotation(mut self, on: bool) -> Self {
        self.sign_in_settings.rotation = on;
        self
    }

    /// Sets whether connections use TLS, with a throw-away certificate that [`Emulator::certificate_pem`] returns. Defaults to
    /// `false`.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, on: bool) -> Self {
        self.tls = on;
        self
    }

    /// Binds the address and serves in a task of the current Tokio runtime, which must have I/O and time enabled.
    ///
    /// # Errors
    /// Returns an error if the address is not a loopback address or can't be bound, if the redirect target is not a valid header
    /// value, or if a user of the seed can't be added.
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

        let access_token = random_secret();
        let start = Start {
            seed: self.seed,
            users: self.users,
            access_token: access_token.clone(),
            token_lifetime: self.token_lifetime,
            rate_limit: self.rate_limit,
            sign_ins: self.sign_in_settings,
        };
        let store = Store::new(&start).map_err(StartError::Seed)?;
        let shared = Arc::new(Shared {
            api_url: format!("{auth_url}/v1"),
            worker_environment: self.worker_environment,
            client_id: CLIENT_ID.to_string(),
            // Contains a character that form encoding changes, as the vendor's secrets may.
            client_secret: format!("{}~{}", random_secret(), random_secret()),
            latency: self.latency,
            redirect_target,
            users: self.user_settings,
            redirect_uri: self.redirect_uri,
            start,
            random_faults: self.random_faults.clone(),
            store: Mutex::new(store),
            faults: Mutex::new(Schedule::random(self.random_faults)),
            journal: self.recording.then(|| Mutex::new(Journal::new(self.journal_limit))),
        });

        let (stop, stopped) = oneshot::channel();
        let server = server::serve(
            listener,
            #[cfg(feature = "tls")]
            tls.as_ref().map(|tls| tls.acceptor.clone()),
            control::in_front_of(api::router(Arc::clone(&shared)), Arc::clone(&shared)),
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
