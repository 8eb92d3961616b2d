//! The client: one method for each operation.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use pingone_password_client::{self as generated, Attempt};
use tokio::time::Instant;
use tokio::time::error::Elapsed;

use crate::auth::{AccessToken, AccessTokenProvider, TokenError};
use crate::config::ClientBuilder;
use crate::error::{Call, Error, Result};
use crate::media_type::VendorMediaType;
use crate::pace::Pace;
use crate::request::{Method, OtherOperation, ReadPasswordState, UnlockPassword};
use crate::retry::{Attempts, RetryPolicy, Sleep};
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
    pub(crate) pace: Option<Arc<dyn Pace>>,
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

    /// The requests of one attempt: one, or two where the server refuses the first one's token.
    pub(crate) fn authorized<'a>(&'a self, call: &'a Call) -> Authorized<'a> {
        Authorized { client: self, call, token: None, is_second: false }
    }
}

/// Sends a request with an access token, and once more with a fresh one if the server refuses the first.
pub(crate) struct Authorized<'a> {
    client: &'a Client,
    call: &'a Call,
    token: Option<AccessToken>,
    is_second: bool,
}

impl Authorized<'_> {
    /// The generated client for one request, and the attempt that it makes.
    pub(crate) async fn attempt(&mut self, attempts: &mut Attempts<'_>) -> Result<(generated::Client, Attempt)> {
        let Self { client, call, .. } = self;
        let Inner { base_url, http, provider, timeout, response_limit, pace, .. } = &*client.inner;
        let token = within(attempts.deadline(), provider.access_token())
            .await
            .unwrap_or_else(|late| Err(TokenError::transient(late)))
            .map_err(|error| Error::access_token(call, error))?;
        let Some(authorization) = token.to_header() else {
            let error = TokenError::new("the access token has characters that no header can hold");
            return Err(Error::access_token(call, error));
        };
        self.token = Some(token);
        // Last, so that nothing stands between the turn and the request.
        if let Some(pace) = pace {
            let late = |_| Error::out_of_turn(call);
            within(attempts.deadline(), pace.turn()).await.map_err(late)?;
        }
        let time_left = attempts.deadline().saturating_duration_since(Instant::now());
        let attempt = Attempt::new(authorization, *response_limit)
            .timeout(time_left.min(*timeout))
            .describe(call.path(), attempts.next_request(call));
        let api = generated::Client::new_with_client(base_url, http.clone(), attempt.clone());
        Ok((api, attempt))
    }

    /// Whether the server refused the token, and there is another one to try. If the server refused the request because
    /// there were too many, the pace is told.
    pub(crate) fn has_another_try_after(&mut self, error: &Error) -> bool {
        if let (Some(pace), true) = (&self.client.inner.pace, error.is_throttled()) {
            pace.held(error.retry_after());
        }
        if !error.is_unauthenticated() || std::mem::replace(&mut self.is_second, true) {
            return false;
        }
        self.token.take().is_some_and(|token| self.client.inner.provider.refused(&token))
    }
}

/// What a future gives, if it does by then. One that is ready at once, as most are here, costs no timer.
async fn within<T>(deadline: Instant, mut future: Pin<Box<dyn Future<Output = T> + Send + '_>>) -> Result<T, Elapsed> {
    match poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => tokio::time::timeout_at(deadline, future).await,
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
