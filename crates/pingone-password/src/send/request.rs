//! Requests for operations of the OpenAPI document.

use std::future::IntoFuture;
use std::sync::Arc;

use pingone_password_client::Request;

use super::exchange::Documented;
use super::{BoxFuture, Sender, send};
use crate::call::Call;
use crate::error::Result;
use crate::model::PasswordStateExpand;
use crate::requests;
use crate::response::Response;

/// A request for an operation of the OpenAPI document, built by a method of [`Client`](crate::Client).
///
/// `.await` sends it and returns the operation's result.
#[derive(Clone, Debug)]
#[must_use = "a request is sent by `.await`"]
pub struct SendRequest<R> {
    sender: Arc<Sender>,
    request: R,
}

impl<R: Request> SendRequest<R> {
    pub(crate) fn new(sender: Arc<Sender>, request: R) -> Self {
        Self { sender, request }
    }

    pub(crate) fn request(&self) -> &R {
        &self.request
    }

    /// Another request of the same client.
    pub(crate) fn with_request(&self, request: R) -> Self {
        Self { sender: Arc::clone(&self.sender), request }
    }

    /// Sends the request and returns the operation's result with its HTTP response.
    ///
    /// # Errors
    ///
    /// The same as those of `.await`.
    #[must_use = "a request is sent by `.await`"]
    pub fn with_response(self) -> BoxFuture<Result<Response<R::Output>>> {
        Box::pin(self.send())
    }

    async fn send(self) -> Result<Response<R::Output>> {
        let Self { sender, request } = self;
        send(&sender, &Call::of(&request), &Documented(request)).await
    }
}

impl<R: Request> IntoFuture for SendRequest<R> {
    type Output = Result<R::Output>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.send().await.map(Response::into_inner) })
    }
}

impl SendRequest<requests::ReadPasswordState> {
    /// Includes the user's password policy, as `embedded.password_policy`.
    pub fn expand_password_policy(mut self) -> Self {
        self.request.expand = Some(PasswordStateExpand::PasswordPolicy);
        self
    }
}
