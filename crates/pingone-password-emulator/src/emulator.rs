//! Starting the emulator, arranging its users, looking at what arrived.

use std::{
    error::Error,
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use tokio::{net::TcpListener, sync::oneshot};
use uuid::Uuid;

use crate::{
    recording::RecordedRequest,
    routes,
    status::Status,
    store::{ENVIRONMENT_ID, Event, Shared, Store},
};

/// A running emulator: one environment, one worker application, and users. It serves until it is dropped.
pub struct Emulator {
    shared: Arc<Shared>,
    auth_url: String,
    access_token: String,
    /// Dropping it ends the server.
    _running: oneshot::Sender<()>,
}

impl Emulator {
    /// Starts an emulator without users on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// An emulator to be set up before it starts.
    pub fn builder() -> Builder {
        Builder { address: (Ipv4Addr::LOCALHOST, 0).into(), users: 0, recording: true }
    }

    /// The vendor's `{{apiPath}}`: `http://127.0.0.1:PORT/v1`.
    #[must_use]
    pub fn api_url(&self) -> &str {
        &self.shared.api_url
    }

    /// The vendor's `{{authPath}}`: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn auth_url(&self) -> &str {
        &self.auth_url
    }

    /// The one environment; the same at every start.
    #[must_use]
    pub fn environment_id(&self) -> Uuid {
        ENVIRONMENT_ID
    }

    /// The worker application's client id (a UUID); the same at every start.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.shared.client_id
    }

    /// The worker application's client secret; another at every start.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        &self.shared.client_secret
    }

    /// An access token that is good as long as the emulator runs; another at every start.
    #[must_use]
    pub fn access_token(&self) -> &str {
        &self.access_token
    }

    /// Every user, in the order in which they were added.
    #[must_use]
    pub fn users(&self) -> Vec<(Uuid, Status)> {
        let store = self.shared.store();
        store.users.iter().map(|(id, u)| (*id, u.status)).collect()
    }

    /// The status of a user's password, or `None` where there is no such user.
    #[must_use]
    pub fn status(&self, user: Uuid) -> Option<Status> {
        self.shared.store().users.get(&user).map(|u| u.status)
    }

    /// Every request so far, in the order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.store().requests.clone()
    }

    /// Every event so far, in the order in which they were emitted.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.shared.store().events.clone()
    }
}

/// Arranging users, before a request or between two.
#[expect(
    clippy::must_use_candidate,
    reason = "what these return, a test that has just added the user knows or does not need"
)]
impl Emulator {
    /// Adds a user and returns its id. The ids count up, the same way at every start.
    pub fn add_user(&self, status: Status) -> Uuid {
        self.shared.store().add_user(status)
    }

    /// Gives a user's password another status, without an event. False: there is no such user.
    pub fn set_status(&self, user: Uuid, status: Status) -> bool {
        let mut store = self.shared.store();
        let user = store.users.get_mut(&user);
        user.map(|u| u.status = status).is_some()
    }

    /// What `secondsUntilUnlock` says while the user is locked out: 900 at first, and it does not count down. `None` leaves
    /// the property away, which means that only an administrator can unlock. False: there is no such user.
    pub fn set_seconds_until_unlock(&self, user: Uuid, seconds: Option<u64>) -> bool {
        let mut store = self.shared.store();
        let user = store.users.get_mut(&user);
        user.map(|u| u.seconds_until_unlock = seconds).is_some()
    }

    /// Locks a user's account for a reason other than the password, so that unlocking the password does not unlock the
    /// account: no `USER.UNLOCKED`. False: there is no such user.
    pub fn lock_account(&self, user: Uuid) -> bool {
        let mut store = self.shared.store();
        let user = store.users.get_mut(&user);
        user.map(|u| u.account_locked = true).is_some()
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("api_url", &self.api_url()).finish_non_exhaustive()
    }
}

/// How an emulator starts; made by [`Emulator::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    address: SocketAddr,
    users: usize,
    recording: bool,
}

impl Builder {
    /// Where to listen; only a loopback address will do. At first `127.0.0.1:0`, and port 0 is any free one.
    pub fn listen(mut self, address: impl Into<SocketAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// Starts with this many users: the first six have each of [`Status::ALL`], the rest are locked out. At first none.
    pub fn users(mut self, count: usize) -> Self {
        self.users = count;
        self
    }

    /// Whether requests are recorded. At first they are; an emulator that runs for long would keep every one of them.
    pub fn recording(mut self, on: bool) -> Self {
        self.recording = on;
        self
    }

    /// Binds the address and serves in a task of the current tokio runtime, which must have I/O enabled.
    ///
    /// # Errors
    /// When the address is not a loopback address or can't be bound.
    pub async fn start(self) -> Result<Emulator, StartError> {
        if !self.address.ip().is_loopback() {
            return Err(StartError::NotLoopback(self.address));
        }
        let bind_error = |source| StartError::Bind { address: self.address, source };
        let listener = TcpListener::bind(self.address).await.map_err(bind_error)?;
        let auth_url = format!("http://{}", listener.local_addr().map_err(bind_error)?);

        let mut store = Store::with_users(self.users);
        let access_token = store.issue_token();
        let shared = Shared::new(format!("{auth_url}/v1"), self.recording, store);
        let shared = Arc::new(shared);
        let (running, stopped) = oneshot::channel();
        let server = axum::serve(listener, routes::router(Arc::clone(&shared)))
            .with_graceful_shutdown(async { drop(stopped.await) });
        tokio::spawn(server.into_future());
        Ok(Emulator { shared, auth_url, access_token, _running: running })
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
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback(address) => write!(
                f,
                "{address} is not a loopback address: access tokens travel in the clear, so listen on 127.0.0.1 or [::1]"
            ),
            Self::Bind { address, .. } => write!(f, "can't listen on {address}"),
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotLoopback(_) => None,
            Self::Bind { source, .. } => Some(source),
        }
    }
}
