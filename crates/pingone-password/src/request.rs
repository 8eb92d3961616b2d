//! The requests: each is set up by methods, sent by `.await`, and concluded in one place.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use pingone_password_client::types::PasswordStateExpand;
use pingone_password_client::{self as generated, Attempt, ResponseValue};
use serde_json::Value;

use crate::client::Client;
use crate::error::{Call, Error, Result, correlation_id};
use crate::model::PasswordState;
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
        let Self { client, user_id, expand } = self;
        let call = Call::of(&operations::READ_PASSWORD_STATE, user_id);
        let (api, attempt) = client.attempt();
        let result = api.read_password_state(client.environment_id().as_uuid(), user_id.as_uuid(), expand).await;
        let (state, answer) = conclude_typed(&call, result, &attempt)?;
        state.ok_or_else(|| Error::undecodable(&call, answer))
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
        let Self { client, user_id } = self;
        let call = Call::of(&operations::UNLOCK_PASSWORD, user_id);
        let (api, attempt) = client.attempt();
        let result = api.unlock_password(client.environment_id().as_uuid(), user_id.as_uuid()).await;
        let (state, answer) = conclude_typed(&call, result, &attempt)?;
        Ok(Unlocked { state, correlation_id: correlation_id(answer) })
    }
}

into_future!(UnlockPassword => Unlocked);

/// A password was unlocked: the server said so.
#[derive(Clone, Debug)]
pub struct Unlocked {
    state: Option<PasswordState>,
    correlation_id: Option<String>,
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
        let Self { client, user_id, method, media_type, body } = self;
        let call = Call::by_media_type(&media_type, user_id);
        let inner = &client.inner;
        let path = operations::READ_PASSWORD_STATE
            .path
            .replace("{environmentId}", &inner.environment_id.to_string())
            .replace("{userId}", &user_id.to_string());
        let method = match method {
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
        };
        let request = inner
            .http
            .request(method, format!("{}{path}", inner.base_url))
            .header(CONTENT_TYPE, media_type.as_str())
            .header(ACCEPT, "application/hal+json, application/json");
        let request = match body {
            Some(body) => request.body(body.to_string()),
            None => request.header(CONTENT_LENGTH, "0"),
        };
        let mut request = request.build().map_err(|error| Error::transport(&call, Some(error)))?;
        let (_, attempt) = client.attempt();
        attempt.authorize(&mut request);
        let result = attempt.execute(&inner.http, request).await;
        let answer = conclude(&call, result.err(), &attempt)?;
        Ok(Answer { answer: answer.clone() })
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

    /// The body as JSON, where it is.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        let content_type = self.answer.headers().get(CONTENT_TYPE)?.to_str().ok()?;
        media_type::is_json(content_type).then(|| serde_json::from_slice(self.answer.body()).ok())?
    }
}

/// What became of a request: an answer of success, or an error.
fn conclude<'a>(call: &Call, failure: Option<reqwest::Error>, attempt: &'a Attempt) -> Result<&'a generated::Answer> {
    match attempt.answer() {
        // Who answers with success has done it, even if the rest of the answer was lost.
        Some(answer) if answer.status().is_success() => Ok(answer),
        Some(answer) => Err(Error::refused(call, answer)),
        None => Err(Error::transport(call, failure)),
    }
}

/// The same, with what the generated client decoded.
fn conclude_typed<'a, T, E>(
    call: &Call,
    result: Result<ResponseValue<T>, generated::Error<E>>,
    attempt: &'a Attempt,
) -> Result<(Option<T>, &'a generated::Answer)>
where
    T: serde::de::DeserializeOwned,
{
    use generated::Error::{CommunicationError, InvalidUpgrade, ResponseBodyError};

    let (value, failure) = match result {
        Ok(value) => (Some(value.into_inner()), None),
        Err(CommunicationError(error) | InvalidUpgrade(error) | ResponseBodyError(error)) => (None, Some(error)),
        // Made from an answer, and the answer is at hand.
        Err(_) => (None, None),
    };
    let answer = conclude(call, failure, attempt)?;
    // The document knows one status of success, and the server may use another.
    let value = value.or_else(|| serde_json::from_slice(answer.body()).ok());
    Ok((value, answer))
}
