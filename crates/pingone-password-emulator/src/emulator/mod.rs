//! A running emulator.

mod arrange;
mod builder;
mod observe;
mod start_error;

use std::{
    fmt,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{sync::oneshot, task::JoinHandle};
use uuid::Uuid;

pub use self::{builder::Builder, start_error::StartError};
use crate::{
    state::Shared,
    store::{ENVIRONMENT_ID, SIGN_IN_CLIENT_ID},
};

/// A running emulator: one environment, one worker application, and users.
///
/// Serves until it is stopped or dropped.
pub struct Emulator {
    shared: Arc<Shared>,
    address: SocketAddr,
    auth_url: String,
    access_token: String,
    #[cfg(feature = "tls")]
    certificate_pem: Option<String>,
    /// `None` once stopped.
    running: Mutex<Option<Running>>,
}

/// The server's task.
struct Running {
    /// Stops the server, also when dropped.
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

/// Starting, stopping, addresses and credentials.
impl Emulator {
    /// Starts an emulator without users on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// Returns an error if no port can be bound.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Returns a builder that configures an emulator before it starts.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Stops serving.
    ///
    /// When this returns, every connection is closed and the port is free, so that a client's next attempt is refused. Users,
    /// requests and everything else stay as they are. Dropping the emulator does the same, a little later.
    pub async fn stop(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Running { stop, server }) = running {
            // If either fails, the server is gone along with its runtime.
            _ = stop.send(());
            _ = server.await;
        }
    }

    /// Returns the address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the vendor's `{{apiPath}}`: `http://127.0.0.1:PORT/v1`, or `https` with TLS.
    #[must_use]
    pub fn api_url(&self) -> &str {
        &self.shared.api_url
    }

    /// Returns the vendor's `{{authPath}}`: `http://127.0.0.1:PORT`, or `https` with TLS.
    #[must_use]
    pub fn auth_url(&self) -> &str {
        &self.auth_url
    }

    /// Returns the ID of the only environment. It is the same on every start.
    #[must_use]
    pub fn environment_id(&self) -> Uuid {
        ENVIRONMENT_ID
    }

    /// Returns the ID of the worker application's environment. Defaults to [`Self::environment_id`]; see
    /// [`Builder::worker_environment`].
    #[must_use]
    pub fn worker_environment_id(&self) -> Uuid {
        self.shared.worker_environment
    }

    /// Returns the worker application's client ID, a UUID. It is the same on every start.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.shared.client_id
    }

    /// Returns the client ID of the application that people sign in with. It has no secret, and is the same on every start.
    #[must_use]
    pub fn sign_in_client_id(&self) -> Uuid {
        SIGN_IN_CLIENT_ID
    }

    /// Returns the worker application's client secret. It is different on every start.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        &self.shared.client_secret
    }

    /// Returns an access token. It is different on every start, and valid as long as the emulator runs, unless
    /// [`Builder::token_lifetime`] or [`Self::revoke_tokens`] end it.
    #[must_use]
    pub fn access_token(&self) -> &str {
        &self.access_token
    }

    /// Returns the certificate to trust, or `None` without TLS.
    ///
    /// It is self-signed, valid for `127.0.0.1`, `::1` and `localhost`, and different on every start.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn certificate_pem(&self) -> Option<&str> {
        self.certificate_pem.as_deref()
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("api_url", &self.api_url()).finish_non_exhaustive()
    }
}
