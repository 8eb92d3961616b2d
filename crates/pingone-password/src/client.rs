//! The client: one method for each operation.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;
use pingone_password_client::{self as generated, Attempt};

use crate::config::ClientBuilder;
use crate::media_type::VendorMediaType;
use crate::request::{Method, OtherOperation, ReadPasswordState, UnlockPassword};
use crate::{EnvironmentId, UserId};

/// A client for the passwords of one environment's users.
///
/// Cheap to clone: all clones share their connections. Make one, and keep it.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) environment_id: EnvironmentId,
    pub(crate) base_url: String,
    pub(crate) http: reqwest::Client,
    pub(crate) authorization: HeaderValue,
    pub(crate) response_limit: usize,
}

impl Client {
    /// Sets up a client for an environment.
    pub fn builder(environment_id: EnvironmentId) -> ClientBuilder {
        ClientBuilder::new(environment_id)
    }

    /// The environment whose users this is for.
    #[must_use]
    pub fn environment_id(&self) -> EnvironmentId {
        self.inner.environment_id
    }

    /// Where requests go.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.inner.base_url
    }

    /// Reads the state of a user's password ([Read Password State]).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use pingone_password_emulator::{Emulator, Status};
    /// # let emulator = Emulator::start().await?;
    /// # let user_id = emulator.add_user(Status::PasswordLockedOut).into();
    /// # let client = pingone_password::Client::builder(emulator.environment_id().into())
    /// #     .base_url(emulator.api_url())
    /// #     .access_token(emulator.access_token())
    /// #     .build()?;
    /// use pingone_password::PasswordStatus;
    ///
    /// let state = client.read_password_state(user_id).expand_password_policy().await?;
    /// if state.status == PasswordStatus::PasswordLockedOut {
    ///     println!("locked out for another {:?} seconds", state.seconds_until_unlock);
    /// }
    /// let policy = state.embedded.and_then(|embedded| embedded.password_policy);
    /// # assert!(policy.is_some());
    /// # Ok(()) }
    /// ```
    ///
    /// [Read Password State]: https://developer.pingidentity.com/pingone-api/platform/users/user-passwords/read-password-state.html
    pub fn read_password_state(&self, user_id: UserId) -> ReadPasswordState {
        ReadPasswordState::new(self.clone(), user_id)
    }

    /// Unlocks a user's password ([Password Unlock]).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use pingone_password_emulator::{Emulator, Status};
    /// # let emulator = Emulator::start().await?;
    /// # let user_id = emulator.add_user(Status::PasswordLockedOut).into();
    /// # let client = pingone_password::Client::builder(emulator.environment_id().into())
    /// #     .base_url(emulator.api_url())
    /// #     .access_token(emulator.access_token())
    /// #     .build()?;
    /// use pingone_password::Outcome;
    ///
    /// match client.unlock_password(user_id).await {
    ///     Ok(_) => println!("unlocked"),
    ///     Err(error) if error.outcome() == Outcome::Unknown => println!("look first: {error}"),
    ///     Err(error) => println!("not unlocked: {error}"),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// [Password Unlock]: https://developer.pingidentity.com/pingone-api/platform/users/user-passwords/password-unlock.html
    pub fn unlock_password(&self, user_id: UserId) -> UnlockPassword {
        UnlockPassword::new(self.clone(), user_id)
    }

    /// Sends another operation of the password resource, one that this crate has no method for: by its media type.
    ///
    /// ```no_run
    /// # async fn example(client: pingone_password::Client, user_id: pingone_password::UserId) -> Result<(), Box<dyn std::error::Error>> {
    /// use pingone_password::Method;
    ///
    /// let check = "application/vnd.pingidentity.password.check+json".parse()?;
    /// let body = serde_json::json!({ "password": "2Federate!" });
    /// let answer = client.other_operation(user_id, Method::Post, check).json(body).await?;
    /// println!("{}", answer.status());
    /// # Ok(()) }
    /// ```
    pub fn other_operation(&self, user_id: UserId, method: Method, media_type: VendorMediaType) -> OtherOperation {
        OtherOperation::new(self.clone(), user_id, method, media_type)
    }

    /// An attempt at a request, and the generated client that makes it.
    pub(crate) fn attempt(&self) -> (generated::Client, Attempt) {
        let Inner { base_url, http, authorization, response_limit, .. } = &*self.inner;
        let attempt = Attempt::new(authorization.clone(), *response_limit);
        (generated::Client::new_with_client(base_url, http.clone(), attempt.clone()), attempt)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { environment_id, base_url, .. } = &*self.inner;
        f.debug_struct("Client")
            .field("environment_id", environment_id)
            .field("base_url", base_url)
            .finish_non_exhaustive()
    }
}
