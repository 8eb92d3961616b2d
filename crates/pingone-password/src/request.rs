//! An operation of the document, set up to be sent by `.await`.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use pingone_password_client::Request;

use crate::answer::Answered;
use crate::call::Call;
use crate::client::Client;
use crate::error::Result;
use crate::model::{self, PasswordState};
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

    async fn send(self) -> Result<Answered<R::Output>> {
        let Self { client, user_id, request } = self;
        send::send(&client, &Call::of(R::OPERATION, user_id), &Documented(request)).await
    }
}

impl<R: Request> IntoFuture for SendRequest<R> {
    type Output = Result<Answered<R::Output>>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
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

    /// Keeps the answer beside the state: its correlation id, its date, how many requests it took.
    pub fn with_answer(self) -> SendRequest<requests::ReadPasswordState> {
        self.0
    }
}

impl IntoFuture for ReadPasswordState {
    type Output = Result<PasswordState>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.0.send().await.map(Answered::into_output) })
    }
}
