//! Requests for operations of the OpenAPI document.

use std::future::IntoFuture;
use std::sync::Arc;

use pingone_password_client::Request;

use super::exchange::Documented;
use super::{BoxFuture, Sender, send};
use crate::call::Call;
use crate::error::Result;
use crate::model::{self, PasswordState};
use crate::response::Response;
use crate::{UserId, requests};

/// A request for any operation of the OpenAPI document, built by [`Client::send`](crate::Client::send).
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

    /// Sends the request and returns the operation's result with its HTTP response.
    ///
    /// # Errors
    ///
    /// The same as those of `.await`.
    #[must_use = "a request is sent by `.await`"]
    pub fn with_response(self) -> BoxFuture<Result<Response<R::Output>>> {
        let Self { sender, request } = self;
        Box::pin(async move { send(&sender, &Call::of(&request), &Documented(request)).await })
    }
}

impl<R: Request> IntoFuture for SendRequest<R> {
    type Output = Result<R::Output>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.with_response().await.map(Response::into_inner) })
    }
}

/// A request to read the state of a user's password, built by
/// [`Client::read_password_state`](crate::Client::read_password_state).
///
/// `.await` sends it and returns the [`PasswordState`].
#[derive(Clone, Debug)]
#[must_use = "a request is sent by `.await`"]
pub struct ReadPasswordState(SendRequest<requests::ReadPasswordState>);

impl ReadPasswordState {
    pub(crate) fn new(sender: Arc<Sender>, user_id: UserId) -> Self {
        Self(SendRequest::new(sender, requests::ReadPasswordState::new(user_id)))
    }

    /// Includes the user's password policy, as `embedded.password_policy`.
    pub fn expand_password_policy(mut self) -> Self {
        self.0.request.expand = Some(model::PasswordStateExpand::PasswordPolicy);
        self
    }

    /// Sends the request and returns the password state with its HTTP response.
    ///
    /// # Errors
    ///
    /// The same as those of `.await`.
    #[must_use = "a request is sent by `.await`"]
    pub fn with_response(self) -> BoxFuture<Result<Response<PasswordState>>> {
        self.0.with_response()
    }
}

impl IntoFuture for ReadPasswordState {
    type Output = Result<PasswordState>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.0.into_future()
    }
}
