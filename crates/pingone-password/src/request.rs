//! The requests: each is set up by methods, sent by `.await`, and concluded in one place.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::{Pin, pin};

use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use pingone_password_client::types::PasswordStateExpand;
use pingone_password_client::{self as generated, Attempt, ResponseValue};
use serde_json::Value;

use crate::client::{Client, Inner};
use crate::error::{Call, Error, Outcome, Result, correlation_id};
use crate::model::{PasswordState, PasswordStatus};
use crate::retry::{AfterUnknown, Attempts, Repeat};
use crate::{UserId, VendorMediaType, media_type, operations};

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Makes a request awaitable.
macro_rules! into_future {
    ($request:ident => $output:ty) => {
        impl IntoFuture for $request {
            type Output = Result<$output>;
            type IntoFuture = BoxFuture<Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(self.send())
            }
        }
    };
}

/// Reads the state of a user's password. Made by [`Client::read_password_state`], sent by `.await`.
#[derive(Clone, Debug)]
#[must_use = "a request is sent by `.await`"]
pub struct ReadPasswordState {
    client: Client,
    user_id: UserId,
    expand: Option<PasswordStateExpand>,
}

impl ReadPasswordState {
    pub(crate) fn new(client: Client, user_id: UserId) -> Self {
        Self { client, user_id, expand: None }
    }

    /// Asks for the password policy, too: it comes as `embedded.password_policy`.
    pub fn expand_password_policy(mut self) -> Self {
        self.expand = Some(PasswordStateExpand::PasswordPolicy);
        self
    }

    async fn send(self) -> Result<PasswordState> {
        let call = Call::of(&operations::READ_PASSWORD_STATE, self.user_id);
        let mut attempts = Attempts::new(&self.client.inner, &call);
        let sending = pin!(async {
            loop {
                match self.once(&mut attempts).await {
                    Err(error) => attempts.wait_after(error, call.repeat()).await?,
                    done => return done,
                }
            }
        });
        call.observe(sending).await
    }

    async fn once(&self, attempts: &mut Attempts<'_>) -> Result<PasswordState> {
        let Self { client, user_id, expand } = self;
        let call = Call::of(&operations::READ_PASSWORD_STATE, *user_id);
        let mut authorized = client.authorized(&call);
        loop {
            let (api, attempt) = authorized.attempt(attempts).await?;
            let result = api.read_password_state(client.environment_id().as_uuid(), user_id.as_uuid(), *expand).await;
            match conclude_typed(&call, result, &attempt) {
                Err(error) if authorized.has_another_try_after(&error) => {}
                Err(error) => return Err(error),
                Ok(Success { value: Some(state), .. }) => return Ok(state),
                Ok(Success { answer, broken, .. }) => return Err(Error::undecodable(&call, answer, broken)),
            }
        }
    }
}

into_future!(ReadPasswordState => PasswordState);

/// Unlocks a user's password. Made by [`Client::unlock_password`], sent by `.await`.
#[derive(Clone, Debug)]
#[must_use = "a request is sent by `.await`"]
pub struct UnlockPassword {
    client: Client,
    user_id: UserId,
}

impl UnlockPassword {
    pub(crate) fn new(client: Client, user_id: UserId) -> Self {
        Self { client, user_id }
    }

    async fn send(self) -> Result<Unlocked> {
        let call = Call::of(&operations::UNLOCK_PASSWORD, self.user_id);
        let after_unknown = self.client.inner.retry.unlock();
        let repeat = match after_unknown {
            AfterUnknown::NeverRepeat => call.repeat(),
            AfterUnknown::LookFirst | AfterUnknown::AlwaysRepeat => Repeat::IfUnknown,
        };
        let mut attempts = Attempts::new(&self.client.inner, &call);
        let mut earlier = Earlier::default();
        let sending = pin!(async {
            loop {
                let looked = match after_unknown {
                    AfterUnknown::LookFirst => self.look(&mut earlier, &mut attempts).await,
                    _ => Ok(None),
                };
                let error = match looked {
                    Ok(Some(unlocked)) => return Ok(unlocked),
                    Ok(None) => match self.once(&call, &mut attempts).await {
                        Ok(unlocked) => return Ok(unlocked),
                        Err(error) => {
                            earlier.remember(&error);
                            error
                        }
                    },
                    Err(error) => error,
                };
                attempts.wait_after(error, repeat).await.map_err(|error| earlier.judge(error))?;
            }
        });
        call.observe(sending).await
    }

    /// Looks whether an earlier request of this call has unlocked the user, where nobody said so.
    async fn look(&self, earlier: &mut Earlier, attempts: &mut Attempts<'_>) -> Result<Option<Unlocked>> {
        let Some(unknown) = &earlier.unknown else { return Ok(None) };
        let look = ReadPasswordState::new(self.client.clone(), self.user_id);
        let state = look.once(attempts).await.map_err(|error| unknown.clone().with_failed_look(error))?;
        match state.status {
            PasswordStatus::PasswordLockedOut => {
                earlier.unknown = None;
                Ok(None)
            }
            // A status from after this version may be another kind of lockout: it says nothing of the unlock.
            PasswordStatus::Unrecognized(_) => {
                let call = Call::of(&operations::READ_PASSWORD_STATE, self.user_id);
                Err(unknown.clone().with_failed_look(Error::unrecognized_status(&call)))
            }
            _ => Ok(Some(Unlocked { state: Some(state), correlation_id: None, was_seen: true })),
        }
    }

    async fn once(&self, call: &Call, attempts: &mut Attempts<'_>) -> Result<Unlocked> {
        let Self { client, user_id } = self;
        let mut authorized = client.authorized(call);
        loop {
            let (api, attempt) = authorized.attempt(attempts).await?;
            let result = api.unlock_password(client.environment_id().as_uuid(), user_id.as_uuid()).await;
            match conclude_typed(call, result, &attempt) {
                Err(error) if authorized.has_another_try_after(&error) => {}
                Err(error) => return Err(error),
                Ok(Success { value: state, answer, .. }) => {
                    return Ok(Unlocked { state, correlation_id: correlation_id(answer), was_seen: false });
                }
            }
        }
    }
}

/// What the earlier requests of an unlock have left open.
#[derive(Debug, Default)]
struct Earlier {
    /// The last one whose outcome is unknown, until a look finds the user locked out.
    unknown: Option<Error>,
    /// Whether there ever was one. A look does not close this: a gateway that gave up, or a connection that broke, says
    /// nothing of the server behind it, which may carry the request out after the look.
    may_come_late: bool,
}

impl Earlier {
    fn remember(&mut self, error: &Error) {
        if error.outcome() == Outcome::Unknown {
            self.unknown = Some(error.clone());
            self.may_come_late = true;
        }
    }

    /// The last word of a call, in the light of what came before it.
    fn judge(&self, error: Error) -> Error {
        if self.may_come_late { error.with_unknown_outcome() } else { error }
    }
}

into_future!(UnlockPassword => Unlocked);

/// A password was unlocked: the server said so, or it was [seen](Self::was_seen).
#[derive(Clone, Debug)]
pub struct Unlocked {
    state: Option<PasswordState>,
    correlation_id: Option<String>,
    was_seen: bool,
}

impl Unlocked {
    /// The state of the password after the unlock, where the server sent it.
    ///
    /// The vendor's page doesn't promise a body. An unlock that happened is a success, whatever its body holds.
    #[must_use]
    pub fn state(&self) -> Option<&PasswordState> {
        self.state.as_ref()
    }

    /// The state of the password, taken out.
    #[must_use]
    pub fn into_state(self) -> Option<PasswordState> {
        self.state
    }

    /// What identifies the request in the vendor's logs.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.correlation_id.as_deref()
    }

    /// Whether it was seen by a look at the state, and not said in answer to the unlock: that answer got lost.
    #[must_use]
    pub fn was_seen(&self) -> bool {
        self.was_seen
    }
}

/// The method of an [`OtherOperation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// `POST`
    Post,
    /// `PUT`
    Put,
}

/// An operation that only its media type names. Made by [`Client::other_operation`], sent by `.await`.
#[must_use = "a request is sent by `.await`"]
pub struct OtherOperation {
    client: Client,
    user_id: UserId,
    method: Method,
    media_type: VendorMediaType,
    body: Option<Value>,
}

impl OtherOperation {
    pub(crate) fn new(client: Client, user_id: UserId, method: Method, media_type: VendorMediaType) -> Self {
        Self { client, user_id, method, media_type, body: None }
    }

    /// Sends this body with it. Without a call, there is no body.
    pub fn json(mut self, body: impl Into<Value>) -> Self {
        self.body = Some(body.into());
        self
    }

    async fn send(self) -> Result<Answer> {
        let call = Call::by_media_type(&self.media_type, self.user_id);
        let mut attempts = Attempts::new(&self.client.inner, &call);
        let sending = pin!(async {
            loop {
                match self.once(&call, &mut attempts).await {
                    Err(error) => attempts.wait_after(error, call.repeat()).await?,
                    done => return done,
                }
            }
        });
        call.observe(sending).await
    }

    async fn once(&self, call: &Call, attempts: &mut Attempts<'_>) -> Result<Answer> {
        let http = &self.client.inner.http;
        let mut authorized = self.client.authorized(call);
        loop {
            let (_, attempt) = authorized.attempt(attempts).await?;
            let mut request = self.request(call).map_err(|error| Error::transport(call, Some(error)))?;
            attempt.prepare(&mut request);
            let mut failure = attempt.execute(http, request).await.err();
            match conclude(call, &mut failure, &attempt) {
                Err(error) if authorized.has_another_try_after(&error) => {}
                result => return result.map(|answer| Answer { answer: answer.clone() }),
            }
        }
    }

    fn request(&self, call: &Call) -> reqwest::Result<reqwest::Request> {
        let Inner { environment_id, base_url, http, .. } = &*self.client.inner;
        let path = call
            .path()
            .replace("{environmentId}", &environment_id.to_string())
            .replace("{userId}", &self.user_id.to_string());
        let method = match self.method {
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
        };
        let request = http
            .request(method, format!("{base_url}{path}"))
            .header(CONTENT_TYPE, self.media_type.as_str())
            .header(ACCEPT, "application/hal+json, application/json");
        match &self.body {
            Some(body) => request.body(body.to_string()),
            None => request.header(CONTENT_LENGTH, "0"),
        }
        .build()
    }
}

into_future!(OtherOperation => Answer);

/// A body may hold a password.
impl fmt::Debug for OtherOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client, user_id, method, media_type, body } = self;
        f.debug_struct("OtherOperation")
            .field("client", client)
            .field("user_id", user_id)
            .field("method", method)
            .field("media_type", media_type)
            .field("has_body", &body.is_some())
            .finish()
    }
}

/// What the server answered to an [`OtherOperation`], with success.
#[derive(Clone, Debug)]
pub struct Answer {
    answer: generated::Answer,
}

impl Answer {
    /// The HTTP status, 2xx.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.answer.status().as_u16()
    }

    /// What identifies the request in the vendor's logs.
    #[must_use]
    pub fn correlation_id(&self) -> Option<String> {
        correlation_id(&self.answer)
    }

    /// The body, as far as the limit allowed.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.answer.body()
    }

    /// Whether the body came to its end: it didn't break off, and was not longer than the client's limit.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.answer.is_whole()
    }

    /// The body as JSON, where it is.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        let content_type = self.answer.headers().get(CONTENT_TYPE)?.to_str().ok()?;
        media_type::is_json(content_type).then(|| serde_json::from_slice(self.answer.body()).ok())?
    }
}

/// What became of a request: an answer of success, or an error. `failure` is left where it is not the error's cause.
fn conclude<'a>(
    call: &Call,
    failure: &mut Option<reqwest::Error>,
    attempt: &'a Attempt,
) -> Result<&'a generated::Answer> {
    match attempt.answer() {
        // The status says that it was done, even if the rest of the answer was lost.
        Some(answer) if answer.status().is_success() => Ok(answer),
        Some(answer) => Err(Error::refused(call, answer)),
        None => Err(Error::transport(call, failure.take())),
    }
}

/// An answer of success.
struct Success<'a, T> {
    /// What the generated client decoded.
    value: Option<T>,
    answer: &'a generated::Answer,
    /// Why the answer broke off, if it did.
    broken: Option<reqwest::Error>,
}

/// The same, with what the generated client decoded.
fn conclude_typed<'a, T, E>(
    call: &Call,
    result: Result<ResponseValue<T>, generated::Error<E>>,
    attempt: &'a Attempt,
) -> Result<Success<'a, T>>
where
    T: serde::de::DeserializeOwned,
{
    use generated::Error::{CommunicationError, InvalidUpgrade, ResponseBodyError};

    let (value, mut broken) = match result {
        Ok(value) => (Some(value.into_inner()), None),
        Err(CommunicationError(error) | InvalidUpgrade(error) | ResponseBodyError(error)) => (None, Some(error)),
        // Made from an answer, and the answer is at hand.
        Err(_) => (None, None),
    };
    let answer = conclude(call, &mut broken, attempt)?;
    // The document knows one status of success, and the server may use another.
    let value = value.or_else(|| serde_json::from_slice(answer.body()).ok());
    Ok(Success { value, answer, broken })
}
