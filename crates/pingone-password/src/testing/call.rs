//! A call without a client and a server.

use pingone_password_client::Request;

use super::TestResponse;
use crate::EnvironmentId;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Result, TokenError};
use crate::response::Response;
use crate::send;

/// A call of an operation whose response or failure a test decides.
///
/// It reads a response exactly as a [`Client`](crate::Client) does: what a client wouldn't believe is an error here, too.
///
/// ```
/// use pingone_password::requests::UnlockPassword;
/// use pingone_password::testing::{TestCall, TestFailure, TestResponse};
/// use pingone_password::{ErrorKind, Outcome, PasswordStatus, UserId};
///
/// let user: UserId = "c3042000-188f-4bc7-a269-dee1602cf7af".parse()?;
/// let call = TestCall::new(UnlockPassword::new(user)).request_count(3);
///
/// let unlocked = call.respond(TestResponse::json(200, serde_json::json!({ "status": "OK" })))?;
/// assert_eq!(unlocked.into_inner().map(|state| state.status), Some(PasswordStatus::Ok));
///
/// let error = call.respond(TestResponse::error(404, "NOT_FOUND", "No such user.")).unwrap_err();
/// assert!(error.is_not_found() && error.outcome() == Outcome::NotApplied);
///
/// let error = call.fail(TestFailure::Timeout);
/// assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::Unknown));
/// assert_eq!((error.user_id(), error.request_count()), (Some(user), 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TestCall<R> {
    request: R,
    environment_id: Option<EnvironmentId>,
    request_count: u32,
    earlier_may_be_applied: bool,
}

/// Why a call got no response.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TestFailure {
    /// [`ErrorKind::Configuration`]: the request can't be made.
    InvalidRequest,
    /// [`ErrorKind::AccessToken`]: there is no access token.
    AccessToken(TokenError),
    /// [`ErrorKind::Connect`]: no connection could be established.
    Connect,
    /// [`ErrorKind::Timeout`]: the request timed out.
    Timeout,
    /// [`ErrorKind::ConnectionLost`]: the connection was lost.
    ConnectionLost,
    /// [`ErrorKind::RateLimited`], without a status: the client's [rate limiter](crate::RateLimiter) didn't admit the request.
    NotAdmitted,
}

impl<R: Request> TestCall<R> {
    /// Creates a call of an operation.
    pub fn new(request: R) -> Self {
        Self { request, environment_id: None, request_count: 1, earlier_may_be_applied: false }
    }

    /// Sets the environment that responses must be from. Defaults to any.
    pub fn environment_id(self, environment_id: EnvironmentId) -> Self {
        Self { environment_id: Some(environment_id), ..self }
    }

    /// Sets the number of requests that the call sent. Defaults to 1.
    pub fn request_count(self, request_count: u32) -> Self {
        Self { request_count, ..self }
    }

    /// Makes the outcome of an earlier request of the call unknown. The errors of the call are then
    /// [`Outcome::Unknown`](crate::Outcome::Unknown), unless the operation is a read.
    pub fn after_unknown_outcome(self) -> Self {
        Self { earlier_may_be_applied: true, ..self }
    }

    /// Returns the result of the call from its response.
    ///
    /// # Errors
    ///
    /// The error that a client returns for this response, without retries. [`ErrorKind::Configuration`] if its status or a
    /// header isn't valid.
    pub fn respond(&self, response: TestResponse) -> Result<Response<R::Output>> {
        let raw = response.into_raw()?;
        let call = Call::of(&self.request);
        let value = send::read_response::<R>(&call, self.environment_id, &raw).map_err(|error| self.error(error))?;
        Ok(Response::new(value, raw, self.request_count))
    }

    /// Returns the result of a call whose own response was lost, and which a state check confirmed.
    ///
    /// # Errors
    ///
    /// The same as those of [`respond`](Self::respond).
    pub fn confirm(&self, response: TestResponse) -> Result<Response<R::Output>> {
        Ok(self.respond(response)?.of_call(self.request_count, true))
    }

    /// Returns the error of a call without a response.
    #[must_use]
    pub fn fail(&self, failure: TestFailure) -> Error {
        let call = Call::of(&self.request);
        let without_response = |kind| Error::without_response(kind, &call, &Endpoint::of_test());
        self.error(match failure {
            TestFailure::InvalidRequest => Error::invalid_request(&call, &Endpoint::of_test()),
            TestFailure::AccessToken(error) => Error::access_token(&call, error),
            TestFailure::Connect => without_response(ErrorKind::Connect),
            TestFailure::Timeout => without_response(ErrorKind::Timeout),
            TestFailure::ConnectionLost => without_response(ErrorKind::ConnectionLost),
            TestFailure::NotAdmitted => Error::not_admitted(&call),
        })
    }

    /// Returns the error of a call whose outcome is unknown because of `error`, and whose state check failed with
    /// `state_check_error`.
    #[must_use]
    pub fn fail_state_check(&self, error: Error, state_check_error: Error) -> Error {
        self.error(error.with_state_check_error(state_check_error))
    }

    fn error(&self, error: Error) -> Error {
        let error = error.with_request_count(self.request_count);
        let is_write = Call::of(&self.request).is_write;
        if self.earlier_may_be_applied && is_write { error.with_unknown_outcome() } else { error }
    }
}
