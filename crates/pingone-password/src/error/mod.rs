//! The error type, and what a caller may conclude from it.

mod advice;
mod body;
mod configuration;
mod construction;
mod defect;
mod display;
mod kind;
mod sign_in_error;
mod token_error;
mod transport;

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use pingone_password_client::types::ApiError;

pub(crate) use self::body::api_error;
pub(crate) use self::configuration::Problem;
pub(crate) use self::defect::Defect;
pub use self::kind::{ErrorKind, Outcome};
pub use self::sign_in_error::{SignInError, SignInErrorKind};
pub use self::token_error::TokenError;
pub(crate) use self::token_error::TokenFailure;
pub(crate) use self::transport::Unanswered;
use crate::UserId;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::model::ApiErrorDetail;

/// A [`Result`](std::result::Result) with [`Error`] as its default error type.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of every fallible operation of this crate.
///
/// - [`kind`](Self::kind) and the `is_*` methods say what went wrong.
/// - [`outcome`](Self::outcome) says whether the operation may have been applied.
/// - [`advice`](Self::advice) says what to do.
///
/// [`Display`](std::fmt::Display) shows on one line which operation failed, for which user, and the status, code, message and
/// correlation ID of the response. It never shows an access token or a body, and it doesn't repeat the
/// [`source`](StdError::source).
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    call: Option<Call>,
    problems: Vec<Problem>,
    request_count: u32,
    /// An earlier request of the call may have been applied.
    earlier_may_be_applied: bool,
    state_check: Option<Error>,
    /// Overrides what the kind and the status say.
    is_transient: Option<bool>,
    endpoint: Option<Endpoint>,
    /// The cause, in words.
    reason: Option<String>,
    defect: Option<Defect>,
    advice: Option<&'static str>,
    /// A state check found that the operation was not applied, or not yet.
    is_still_locked_out: bool,
    /// No further state check would help.
    is_final: bool,
    status: Option<StatusCode>,
    api_error: Option<ApiError>,
    content_type: Option<String>,
    /// Where a redirect leads, as the server sent it.
    location: Option<String>,
    correlation_id: Option<String>,
    date: Option<SystemTime>,
    retry_after: Option<Duration>,
    body: Vec<u8>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Returns the category of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns whether the operation may have been applied although it failed.
    ///
    /// A failed read is always [`Outcome::NotApplied`]: it changes nothing.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let is_write = self.0.call.as_ref().is_some_and(|call| call.is_write);
        let may_be_applied = match self.0.kind {
            ErrorKind::Timeout
            | ErrorKind::ConnectionLost
            | ErrorKind::InvalidResponse
            | ErrorKind::ResponseTooLarge
            | ErrorKind::Server => true,
            // The server stopped waiting for the rest of the request, and may have acted on the part that it had.
            ErrorKind::Rejected if self.0.status == Some(StatusCode::REQUEST_TIMEOUT) => true,
            // A rejection that isn't PingOne's.
            _ => self.0.defect.is_some(),
        };
        if self.0.earlier_may_be_applied || is_write && may_be_applied { Outcome::Unknown } else { Outcome::NotApplied }
    }

    /// Returns whether the access token is missing, invalid or expired (401).
    #[must_use]
    pub fn is_unauthenticated(&self) -> bool {
        self.0.kind == ErrorKind::Unauthenticated
    }

    /// Returns whether the access token doesn't permit the operation, or the environment doesn't exist (403).
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.0.kind == ErrorKind::Forbidden
    }

    /// Returns whether the user doesn't exist (404).
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// Returns whether there were too many requests (429, or the client's own [rate limiter](crate::RateLimiter)).
    /// [`retry_after`](Self::retry_after) says how long to wait.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == ErrorKind::RateLimited
    }

    /// Returns whether the server asked for fewer requests: 429, or 503 with a `Retry-After`.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        match self.0.kind {
            ErrorKind::RateLimited => self.0.status.is_some(),
            ErrorKind::Server => self.status() == Some(503) && self.0.retry_after.is_some(),
            _ => false,
        }
    }

    /// Returns whether the request timed out.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Returns whether no connection could be established.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }

    /// Returns whether no access token could be obtained. [`code`](Self::code) and [`message`](Self::message) then hold the
    /// error of the authorization server, such as `invalid_client`.
    #[must_use]
    pub fn is_access_token(&self) -> bool {
        self.0.kind == ErrorKind::AccessToken
    }

    /// Returns whether no access token could be obtained because a person has to sign in (again).
    #[must_use]
    pub fn needs_sign_in(&self) -> bool {
        let token_error = self.source().and_then(|source| source.downcast_ref::<TokenError>());
        token_error.is_some_and(TokenError::needs_sign_in)
    }

    /// Returns whether the same call may succeed later without any change: the server was unreachable, too slow, overloaded
    /// or failing.
    ///
    /// It says nothing about this call's effect. See [`outcome`](Self::outcome) for that.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        if let Some(error) = &self.0.state_check {
            return error.is_transient();
        }
        if self.0.is_final {
            return false;
        }
        if let Some(is_transient) = self.0.is_transient {
            return is_transient;
        }
        matches!(
            (self.0.kind, self.status()),
            (ErrorKind::Connect | ErrorKind::RateLimited | ErrorKind::Timeout | ErrorKind::ConnectionLost, _)
                | (ErrorKind::Rejected, Some(408))
                | (ErrorKind::Server, Some(500 | 502 | 503 | 504))
        )
    }

    /// Returns the number of requests that the call sent, retries and state checks included. Token requests don't count.
    #[must_use]
    pub fn request_count(&self) -> u32 {
        self.0.request_count
    }

    /// Returns why the state check after an unknown outcome failed.
    #[must_use]
    pub fn state_check_error(&self) -> Option<&Error> {
        self.0.state_check.as_ref()
    }

    /// Returns the operation that failed: its `operationId`, or the media type of a [raw operation](crate::Client::raw).
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.0.call.as_ref().map(|call| &*call.operation)
    }

    /// Returns the user that the operation was for, if its path contains one.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        self.0.call.as_ref().and_then(|call| call.user_id)
    }

    /// Returns the HTTP status, if there was a response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status.map(|status| status.as_u16())
    }

    /// Returns the error code of the response, such as `NOT_FOUND`.
    ///
    /// The vendor's list: [PingOne API error codes](https://developer.pingidentity.com/pingone-api/foundations/conventions/pingone-api-error-codes.html).
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.api_error.as_ref()?.code.as_deref()
    }

    /// Returns the error message of the response.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.api_error.as_ref()?.message.as_deref()
    }

    /// Returns the error details of the response, each with the raw JSON of its `innerError`.
    #[must_use]
    pub fn details(&self) -> &[ApiErrorDetail] {
        self.0.api_error.as_ref().and_then(|error| error.details.as_deref()).unwrap_or_default()
    }

    /// Returns the ID that identifies the request in PingOne's logs. PingOne support asks for it.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.0.correlation_id.as_deref()
    }

    /// Returns the time of the response, by the server's clock.
    #[must_use]
    pub fn date(&self) -> Option<SystemTime> {
        self.0.date
    }

    /// Returns how long the server asks to wait before the next request.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the body of the response, up to the client's [response limit](crate::ClientBuilder::response_limit).
    ///
    /// It may contain anything that a server or a gateway sends. Don't log it.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }
}
