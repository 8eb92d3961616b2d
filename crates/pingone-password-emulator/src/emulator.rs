//! A running emulator: where it is, arranging what it does, looking at what it did.

use std::{
    fmt,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{sync::oneshot, task::JoinHandle};
use uuid::Uuid;

use crate::{
    builder::{Builder, StartError},
    fault::{Fault, TokenFault},
    faults::Operation,
    recording::RecordedRequest,
    status::Status,
    store::{ENVIRONMENT_ID, Event, Shared},
};

/// A running emulator: one environment, one worker application, and users. It serves until it is stopped or dropped.
pub struct Emulator {
    pub(crate) shared: Arc<Shared>,
    pub(crate) address: SocketAddr,
    pub(crate) auth_url: String,
    pub(crate) access_token: String,
    #[cfg(feature = "tls")]
    pub(crate) certificate_pem: Option<String>,
    /// `None` once it is stopped.
    pub(crate) running: Mutex<Option<Running>>,
}

/// The server's task, and the end of it.
pub(crate) struct Running {
    /// Dropping it ends the server too.
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) server: JoinHandle<()>,
}

/// Starting, stopping, and where it is in between.
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
        Builder::new()
    }

    /// Stops serving: when this returns the port is free, so that a client's next attempt is refused, and every connection is
    /// closed. Everything else about the emulator stays as it is. Dropping the emulator does the same, a little later.
    pub async fn stop(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Running { stop, server }) = running {
            // Where either fails, the server's runtime is gone, and the server with it.
            _ = stop.send(());
            _ = server.await;
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The vendor's `{{apiPath}}`: `http://127.0.0.1:PORT/v1`, and `https` with TLS.
    #[must_use]
    pub fn api_url(&self) -> &str {
        &self.shared.api_url
    }

    /// The vendor's `{{authPath}}`: `http://127.0.0.1:PORT`, and `https` with TLS.
    #[must_use]
    pub fn auth_url(&self) -> &str {
        &self.auth_url
    }

    /// The one environment; the same at every start.
    #[must_use]
    pub fn environment_id(&self) -> Uuid {
        ENVIRONMENT_ID
    }

    /// The worker application's environment: the same as [`Self::environment_id`] unless [`Builder::worker_environment`] says
    /// otherwise.
    #[must_use]
    pub fn worker_environment_id(&self) -> Uuid {
        self.shared.worker_environment
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

    /// An access token; another at every start. It is good as long as the emulator runs, unless [`Builder::token_lifetime`] or
    /// [`Self::revoke_tokens`] end it.
    #[must_use]
    pub fn access_token(&self) -> &str {
        &self.access_token
    }

    /// The certificate to trust, or `None` without TLS. It is good for `127.0.0.1`, `::1` and `localhost`, signed by itself, and
    /// another at every start.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn certificate_pem(&self) -> Option<&str> {
        self.certificate_pem.as_deref()
    }
}

/// Looking at what it did.
impl Emulator {
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

    /// How many unlocks of this user's password were carried out, those included that found it unlocked; 0 where there is no
    /// such user.
    #[must_use]
    pub fn unlocks(&self, user: Uuid) -> usize {
        self.shared.store().users.get(&user).map_or(0, |u| u.unlocks)
    }

    /// How many POST requests there were for an access token, whatever came of them.
    #[must_use]
    pub fn token_requests(&self) -> usize {
        self.shared.store().token_requests
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

/// Arranging what goes wrong.
impl Emulator {
    /// Refuses from now on every access token there is, [`Self::access_token`] too. New ones can be asked for.
    pub fn revoke_tokens(&self) {
        self.shared.store().tokens.revoke_all();
    }

    /// A script for the next requests on passwords, reads and unlocks alike: each takes one entry, in the order of arrival,
    /// and `None` is no fault. It goes behind what is left of an earlier script.
    ///
    /// Only a request that is in order takes an entry: it would otherwise be answered with 200.
    pub fn inject<F: Into<Option<Fault>>>(&self, script: impl IntoIterator<Item = F>) {
        self.extend(None, script);
    }

    /// Like [`Self::inject`], for the next reads or the next unlocks only. Such a request takes from the script for either only
    /// when its own is used up.
    pub fn inject_for<F: Into<Option<Fault>>>(&self, operation: Operation, script: impl IntoIterator<Item = F>) {
        self.extend(Some(operation), script);
    }

    /// A script for the next POST requests for an access token; each takes one entry, whatever its credentials.
    pub fn inject_token<F: Into<Option<TokenFault>>>(&self, script: impl IntoIterator<Item = F>) {
        // Before the lock, because the iterator is the caller's code.
        let script: Vec<_> = script.into_iter().map(Into::into).collect();
        self.shared.store().faults.token_script().extend(script);
    }

    fn extend<F: Into<Option<Fault>>>(&self, operation: Option<Operation>, script: impl IntoIterator<Item = F>) {
        let script: Vec<_> = script.into_iter().map(Into::into).collect();
        self.shared.store().faults.script(operation).extend(script);
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("api_url", &self.api_url()).finish_non_exhaustive()
    }
}
