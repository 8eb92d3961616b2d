//! The client, with a method for each operation.

mod builder;
mod default_headers;
mod http;
mod region;
mod sign_in;
mod users;

use std::fmt;
use std::sync::Arc;

use pingone_password_client::Request;

pub use self::builder::ClientBuilder;
pub use self::region::{Region, UnknownRegion};
pub use self::users::{Attribute, Filter, FindUserError, FoundUser, InvalidFilter, UserKey, UserQuery, UserStream};
use crate::send::{Method, RawOperation, SendRequest, Sender};
use crate::{EnvironmentId, UserId, VendorMediaType, requests};

/// A client for the passwords of the users of one PingOne environment.
///
/// Create one client and reuse it. Clones are cheap and share connections and access tokens.
///
/// A client, its builder, its requests, its responses and its errors are `Send`, `Sync` and `Unpin`, so they can be shared among
/// tasks and threads. The futures of all calls are `Send` and `'static`. A [`UserStream`] is `Send` and `Unpin`.
#[derive(Clone)]
pub struct Client {
    sender: Arc<Sender>,
}

impl Client {
    /// Returns a builder for a client of this environment.
    pub fn builder(environment_id: EnvironmentId) -> ClientBuilder {
        ClientBuilder::new(environment_id)
    }

    fn new(sender: Sender) -> Self {
        Self { sender: Arc::new(sender) }
    }

    /// Returns the environment of the client.
    #[must_use]
    pub fn environment_id(&self) -> EnvironmentId {
        self.sender.environment_id
    }

    /// Returns the base URL of the API, with `/v1` and without a trailing slash.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.sender.base_url.as_str()
    }

    /// Reads the state of a user's password.
    ///
    /// The vendor's page: [Read Password State].
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) if the user doesn't exist, [`Forbidden`](crate::ErrorKind::Forbidden) if the
    /// access token doesn't permit it, and the other [`ErrorKind`](crate::ErrorKind)s.
    ///
    /// # Examples
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
    pub fn read_password_state(&self, user_id: UserId) -> SendRequest<requests::ReadPasswordState> {
        self.send(requests::ReadPasswordState::new(user_id))
    }

    /// Unlocks a user's password.
    ///
    /// Returns the password state after the unlock, or `None` if the server didn't send one.
    ///
    /// If the outcome of a request is unknown, such as after a lost connection, the client reads the password state before it
    /// retries. See [`OnUnknownOutcome`](crate::OnUnknownOutcome).
    ///
    /// The vendor's page: [Password Unlock].
    ///
    /// # Errors
    ///
    /// The same as those of [`read_password_state`](Self::read_password_state). [`Error::outcome`](crate::Error::outcome) says
    /// whether the unlock may have been applied.
    ///
    /// # Cancellation
    ///
    /// If the future is dropped after the request was sent, the outcome is unknown. To limit the duration of a call, set
    /// [`RetryPolicy::deadline`](crate::RetryPolicy::deadline).
    ///
    /// # Examples
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
    ///     Err(error) if error.outcome() == Outcome::Unknown => println!("may be unlocked: {error}"),
    ///     Err(error) => println!("not unlocked: {error}"),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// [Password Unlock]: https://developer.pingidentity.com/pingone-api/platform/users/user-passwords/password-unlock.html
    pub fn unlock_password(&self, user_id: UserId) -> SendRequest<requests::UnlockPassword> {
        self.send(requests::UnlockPassword::new(user_id))
    }

    /// Finds users, page by page.
    ///
    /// The vendor's page: [Read Users].
    ///
    /// # Errors
    ///
    /// The stream yields the same errors as [`read_password_state`](Self::read_password_state), and
    /// [`Rejected`](crate::ErrorKind::Rejected) for a filter that the server doesn't accept.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use pingone_password_emulator::{Emulator, NewUser, Status};
    /// # let emulator = Emulator::start().await?;
    /// # let maria = NewUser::new(Status::PasswordLockedOut).username("maria").email("maria@example.com");
    /// # let user_id = emulator.add(maria)?.into();
    /// # let client = pingone_password::Client::builder(emulator.environment_id().into())
    /// #     .base_url(emulator.api_url())
    /// #     .access_token(emulator.access_token())
    /// #     .build()?;
    /// use pingone_password::{Attribute, Filter};
    ///
    /// let mut users = client.users().filter(Filter::starts_with(Attribute::Username, "mar")).stream();
    /// while let Some(user) = users.next().await {
    ///     let user = user?;
    ///     println!("{:?} {:?}", user.id, user.username);
    /// }
    /// # assert_eq!(users.request_count(), 1);
    /// # let _: pingone_password::UserId = user_id;
    /// # Ok(()) }
    /// ```
    ///
    /// [Read Users]: https://developer.pingidentity.com/pingone-api/platform/users/users-1/read-all-users.html
    pub fn users(&self) -> UserQuery {
        UserQuery::new(Arc::clone(&self.sender))
    }

    /// Finds exactly one user, by username or email address.
    ///
    /// The client compares what the server found with the key once more, without regard to case.
    ///
    /// # Errors
    ///
    /// [`NotFound`](FindUserError::NotFound) if no user has the key, or none that the access token's role may see.
    /// [`Ambiguous`](FindUserError::Ambiguous) if more than one has it. Never returns the first of several.
    /// [`NoId`](FindUserError::NoId) if the server sent a match without an ID. [`Read`](FindUserError::Read) with the errors of
    /// [`users`](Self::users).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use pingone_password_emulator::{Emulator, NewUser, Status};
    /// # let emulator = Emulator::start().await?;
    /// # let maria = NewUser::new(Status::PasswordLockedOut).username("maria").email("maria@example.com");
    /// # let user_id = emulator.add(maria)?.into();
    /// # let client = pingone_password::Client::builder(emulator.environment_id().into())
    /// #     .base_url(emulator.api_url())
    /// #     .access_token(emulator.access_token())
    /// #     .build()?;
    /// use pingone_password::UserKey;
    ///
    /// let found = client.find_user(UserKey::username("Maria")).await?;
    /// client.unlock_password(found.user_id).await?;
    /// # assert_eq!(found.user_id, user_id);
    /// # Ok(()) }
    /// ```
    pub async fn find_user(&self, key: UserKey) -> Result<FoundUser, FindUserError> {
        users::find_user(Arc::clone(&self.sender), key).await
    }

    /// Unlocks a user's account, which is another lock than that of a password that is
    /// [locked out](crate::PasswordStatus::PasswordLockedOut).
    ///
    /// Returns the user after the unlock, or `None` if the server didn't send one. Their account can still be locked: a
    /// password lockout may show there, too.
    ///
    /// If the outcome of a request is unknown, such as after a lost connection, the client reads the user before it retries.
    /// See [`OnUnknownOutcome`](crate::OnUnknownOutcome).
    ///
    /// The vendor's page: [User Account Unlock].
    ///
    /// # Errors
    ///
    /// The same as those of [`unlock_password`](Self::unlock_password).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use pingone_password_emulator::{Emulator, NewUser, Status};
    /// # let emulator = Emulator::start().await?;
    /// # let maria = NewUser::new(Status::PasswordLockedOut).username("maria").email("maria@example.com");
    /// # let user_id = emulator.add(maria)?.into();
    /// # let client = pingone_password::Client::builder(emulator.environment_id().into())
    /// #     .base_url(emulator.api_url())
    /// #     .access_token(emulator.access_token())
    /// #     .build()?;
    /// # emulator.lock_account(emulator.users()[0].0);
    /// client.unlock_account(user_id).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// [User Account Unlock]: https://developer.pingidentity.com/pingone-api/platform/users/user-accounts/user-account-unlock.html
    pub fn unlock_account(&self, user_id: UserId) -> SendRequest<requests::UnlockAccount> {
        self.send(requests::UnlockAccount::new(user_id))
    }

    /// Sends any operation of the OpenAPI document: a value from [`requests`](crate::requests).
    ///
    /// The client retries as the operation's `x-idempotent` and `x-state-check` in the OpenAPI document allow. Sending
    /// [`requests::UnlockPassword`](crate::requests::UnlockPassword) is the same as
    /// [`unlock_password`](Self::unlock_password).
    ///
    /// # Errors
    ///
    /// The same as those of [`unlock_password`](Self::unlock_password).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use pingone_password_emulator::{Emulator, Status};
    /// # let emulator = Emulator::start().await?;
    /// # let user_id = emulator.add_user(Status::PasswordLockedOut);
    /// # let client = pingone_password::Client::builder(emulator.environment_id().into())
    /// #     .base_url(emulator.api_url())
    /// #     .access_token(emulator.access_token())
    /// #     .build()?;
    /// use pingone_password::requests::ReadPasswordState;
    ///
    /// let response = client.send(ReadPasswordState::new(user_id)).with_response().await?;
    /// println!("{}, correlation ID {:?}", response.value().status, response.correlation_id());
    /// # Ok(()) }
    /// ```
    pub fn send<R: Request>(&self, request: R) -> SendRequest<R> {
        SendRequest::new(Arc::clone(&self.sender), request)
    }

    /// Sends an operation on a user's password that the OpenAPI document doesn't have, identified by its media type.
    ///
    /// Returns the body of the response, or `None` if it is empty. A success with any other body than JSON, or with an error in
    /// it, has an unknown outcome. The client retries only if the operation was not applied.
    ///
    /// # Errors
    ///
    /// The same as those of [`unlock_password`](Self::unlock_password).
    ///
    /// # Examples
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
        RawOperation::new(Arc::clone(&self.sender), user_id, method, media_type)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sender { environment_id, base_url, .. } = &*self.sender;
        f.debug_struct("Client")
            .field("environment_id", environment_id)
            .field("base_url", &base_url.as_str())
            .finish_non_exhaustive()
    }
}
