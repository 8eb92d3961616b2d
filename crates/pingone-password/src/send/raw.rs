//! Operations that the OpenAPI document doesn't have.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use pingone_password_client::{self as generated, ClientInfo, RawResponse};
use serde_json::Value;

use super::exchange::Exchange;
use super::{BoxFuture, Sender, send};
use crate::call::Call;
use crate::error::{Result, Unanswered};
use crate::requests;
use crate::response::Response;
use crate::{UserId, VendorMediaType};

/// The HTTP method of a [`RawOperation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// `POST`
    Post,
    /// `PUT`
    Put,
}

/// A request for an operation that the OpenAPI document doesn't have, built by [`Client::raw`](crate::Client::raw).
///
/// `.await` sends it and returns the body of the response, if it is JSON.
#[must_use = "a request is sent by `.await`"]
pub struct RawOperation {
    sender: Arc<Sender>,
    user_id: UserId,
    method: Method,
    media_type: VendorMediaType,
    body: Option<Value>,
}

impl RawOperation {
    pub(crate) fn new(sender: Arc<Sender>, user_id: UserId, method: Method, media_type: VendorMediaType) -> Self {
        Self { sender, user_id, method, media_type, body: None }
    }

    /// Sets the body. Defaults to none.
    ///
    /// A response that quotes a password in it is scrubbed of it, unless the password has fewer than 8 bytes. Passwords are the
    /// texts under names that contain `password`, `secret`, `code` or `value`.
    pub fn json(mut self, body: impl Into<Value>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sends the request and returns the body with its HTTP response.
    ///
    /// # Errors
    ///
    /// The same as those of `.await`.
    #[must_use = "a request is sent by `.await`"]
    pub fn with_response(self) -> BoxFuture<Result<Response<Option<Value>>>> {
        Box::pin(self.send())
    }

    async fn send(self) -> Result<Response<Option<Value>>> {
        let call = Call::raw(&self.media_type, self.user_id);
        let sender = Arc::clone(&self.sender);
        send(&sender, &call, &Raw(self)).await
    }

    fn request(&self, call: &Call, http: &reqwest::Client) -> reqwest::Result<reqwest::Request> {
        let Sender { environment_id, base_url, .. } = &*self.sender;
        let path = call
            .path
            .replace("{environmentId}", &environment_id.to_string())
            .replace("{userId}", &self.user_id.to_string());
        let method = match self.method {
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
        };
        let request = http
            .request(method, base_url.join(format_args!("{path}")))
            .header(CONTENT_TYPE, self.media_type.as_str())
            .header(ACCEPT, "application/hal+json, application/json");
        match &self.body {
            Some(body) => request.body(body.to_string()),
            None => request.header(CONTENT_LENGTH, "0"),
        }
        .build()
    }
}

pub(super) struct Raw(RawOperation);

impl Exchange for Raw {
    type Output = Option<Value>;

    type Body = Value;
    type StateCheck = requests::ReadPasswordState;

    /// Nothing shows whether a raw operation was applied.
    fn state_check(&self) -> Option<Self::StateCheck> {
        None
    }

    async fn exchange<'a>(
        &'a self,
        _: &'a Sender,
        call: &'a Call,
        api: &'a generated::Client,
    ) -> Result<Option<Value>, Unanswered> {
        let mut request = self.0.request(call, api.client()).map_err(Unanswered::Transport)?;
        api.inner().prepare(&mut request);
        api.inner().execute(api.client(), request).await.map_err(Unanswered::Transport)?;
        Ok(None)
    }

    fn decode(response: &RawResponse) -> Option<Value> {
        response.json().ok()
    }

    fn output(body: Option<Value>) -> Option<Option<Value>> {
        Some(body)
    }
}

impl IntoFuture for RawOperation {
    type Output = Result<Option<Value>>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.send().await.map(Response::into_inner) })
    }
}

/// Doesn't show the body, which may contain a password.
impl fmt::Debug for RawOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sender, user_id, method, media_type, body } = self;
        f.debug_struct("RawOperation")
            .field("sender", sender)
            .field("user_id", user_id)
            .field("method", method)
            .field("media_type", media_type)
            .field("has_body", &body.is_some())
            .finish()
    }
}
