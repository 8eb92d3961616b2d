//! An operation of the document, set up to be sent by `.await`.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use pingone_password_client::Request;

use crate::call::Call;
use crate::client::Client;
use crate::error::Result;
use crate::model::{self, PasswordState};
use crate::response::Response;
use crate::send::{self, Documented};
use crate::{UserId, requests};

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Any operation of the document. Made by [`Client::send`], sent by `.await`.
#[derive(Clone, Debug)]
#[must_use = "a request is sent by `.await`"]
pub struct SendRequest<R> {
    client: Client,
    user_id: UserId,
    request: R,
}

impl<R: Request> SendRequest<R> {
    pub(crate) fn new(client: Client, user_id: UserId, request: R) -> Self {
        Self { client, user_id, request }
    }

    /// Sends the request and returns the value with the HTTP response around it.
    ///
    /// # Errors
    ///
    /// The same as those of `.await`.
    #[must_use = "a request is sent by `.await`"]
    pub fn with_response(self) -> BoxFuture<Result<Response<R::Output>>> {
        let Self { client, user_id, request } = self;
        Box::pin(async move { send::send(&client, &Call::of(R::OPERATION, user_id), &Documented(request)).await })
    }
}

impl<R: Request> IntoFuture for SendRequest<R> {
    type Output = Result<R::Output>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.with_response().await.map(Response::into_inner) })
    }
}

/// Reads the state of a user's password. Made by [`Client::read_password_state`], sent by `.await`.
#[derive(Clone, Debug)]
#[must_use = "a request is sent by `.await`"]
pub struct ReadPasswordState(SendRequest<requests::ReadPasswordState>);

impl ReadPasswordState {
    pub(crate) fn new(client: Client, user_id: UserId) -> Self {
        Self(SendRequest::new(client, user_id, requests::ReadPasswordState::default()))
    }

    /// Asks for the password policy, too: it comes as `embedded.password_policy`.
    pub fn expand_password_policy(mut self) -> Self {
        self.0.request.expand = Some(model::PasswordStateExpand::PasswordPolicy);
        self
    }

    /// Sends the request and returns the state with the HTTP response around it.
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
