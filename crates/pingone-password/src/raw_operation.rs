//! An operation that the document doesn't have: its media type says which.

use std::fmt;
use std::future::IntoFuture;

use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use pingone_password_client::{self as generated, ClientInfo};
use serde_json::Value;

use crate::call::Call;
use crate::client::{Client, Inner};
use crate::error::Result;
use crate::request::BoxFuture;
use crate::response::{self, Response};
use crate::send::{self, Exchange, Exchanged, Success};
use crate::{UserId, VendorMediaType};

/// The method of a [`RawOperation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// `POST`
    Post,
    /// `PUT`
    Put,
}

/// An operation that only its media type names. Made by [`Client::raw`], sent by `.await`.
#[must_use = "a request is sent by `.await`"]
pub struct RawOperation {
    client: Client,
    user_id: UserId,
    method: Method,
    media_type: VendorMediaType,
    body: Option<Value>,
}

impl RawOperation {
    pub(crate) fn new(client: Client, user_id: UserId, method: Method, media_type: VendorMediaType) -> Self {
        Self { client, user_id, method, media_type, body: None }
    }

    /// Sends this body with it. Without a call, there is no body.
    pub fn json(mut self, body: impl Into<Value>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sends the request and returns the value with the HTTP response around it.
    ///
    /// # Errors
    ///
    /// The same as those of `.await`.
    #[must_use = "a request is sent by `.await`"]
    pub fn with_response(self) -> BoxFuture<Result<Response<Option<Value>>>> {
        Box::pin(async move {
            let call = Call::by_media_type(&self.media_type, self.user_id);
            let client = self.client.clone();
            send::send(&client, &call, &Undocumented(self)).await
        })
    }

    fn request(&self, call: &Call) -> reqwest::Result<reqwest::Request> {
        let Inner { environment_id, base_url, http, .. } = &*self.client.inner;
        let path = call
            .path
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

/// What it sends.
struct Undocumented(RawOperation);

impl Exchange for Undocumented {
    /// It is not known what the body is.
    type Body = ();
    type Output = Option<Value>;

    async fn exchange<'a>(&'a self, _: &'a Client, call: &'a Call, api: &'a generated::Client) -> Exchanged<()> {
        let mut request = match self.0.request(call) {
            Ok(request) => request,
            Err(error) => return (None, Some(error)),
        };
        api.inner().prepare(&mut request);
        (None, api.inner().execute(api.client(), request).await.err())
    }

    fn conclude(_: &Call, success: Success<()>) -> Result<Response<Option<Value>>> {
        let Success { raw, request_count, .. } = success;
        Ok(Response::new(response::json(&raw), raw, request_count))
    }
}

impl IntoFuture for RawOperation {
    type Output = Result<Option<Value>>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.with_response().await.map(Response::into_inner) })
    }
}

/// A body may hold a password.
impl fmt::Debug for RawOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client, user_id, method, media_type, body } = self;
        f.debug_struct("RawOperation")
            .field("client", client)
            .field("user_id", user_id)
            .field("method", method)
            .field("media_type", media_type)
            .field("has_body", &body.is_some())
            .finish()
    }
}
