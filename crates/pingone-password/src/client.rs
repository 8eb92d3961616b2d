//! The client: one method for each operation.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pingone_password_client::Request;

use crate::auth::AccessTokenProvider;
use crate::config::ClientBuilder;
use crate::media_type::VendorMediaType;
use crate::rate_limiter::RateLimiter;
use crate::raw_operation::{Method, RawOperation};
use crate::request::{ReadPasswordState, SendRequest};
use crate::retry::{RetryPolicy, Sleep};
use crate::unlock::UnlockPassword;
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
    pub(crate) provider: Arc<dyn AccessTokenProvider>,
    pub(crate) timeout: Duration,
    pub(crate) response_limit: usize,
    pub(crate) retry: RetryPolicy,
    pub(crate) sleep: Sleep,
    pub(crate) rate_limiter: Option<Arc<dyn RateLimiter>>,
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

    /// Sends any operation of the document: those in [`requests`](crate::requests).
    ///
    /// It is sent again as the document's `x-idempotent` says. This is how an operation is sent that was added to the document,
    /// and what gives the answer beside its output. An unlock that is sent by this is not looked after: by
    /// [`unlock_password`](Self::unlock_password) it is.
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
    /// use pingone_password::requests::ReadPasswordState;
    ///
    /// let response = client.send(user_id, ReadPasswordState { expand: None }).with_response().await?;
    /// println!("{} says {:?}", response.value().status, response.correlation_id());
    /// # Ok(()) }
    /// ```
    pub fn send<R: Request>(&self, user_id: UserId, request: R) -> SendRequest<R> {
        SendRequest::new(self.clone(), user_id, request)
    }

    /// Sends an operation of the password resource that the document doesn't have: by its media type.
    ///
    /// ```no_run
    /// # async fn example(client: pingone_password::Client, user_id: pingone_password::UserId) -> Result<(), Box<dyn std::error::Error>> {
    /// use pingone_password::Method;
    ///
    /// let check = "application/vnd.pingidentity.password.check+json".parse()?;
    /// let body = serde_json::json!({ "password": "2Federate!" });
    /// let response = client.raw(user_id, Method::Post, check).json(body).with_response().await?;
    /// println!("{}", response.status());
    /// # Ok(()) }
    /// ```
    pub fn raw(&self, user_id: UserId, method: Method, media_type: VendorMediaType) -> RawOperation {
        RawOperation::new(self.clone(), user_id, method, media_type)
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
