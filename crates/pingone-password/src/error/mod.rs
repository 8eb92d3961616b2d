//! The error type, and what a caller may conclude from it.

mod advice;
mod body;
mod configuration;
mod defect;
mod display;
mod kind;
mod token_error;
mod transport;

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::CONTENT_TYPE;
use pingone_password_client::RawResponse;
use pingone_password_client::types::ApiError;

pub(crate) use self::body::api_error;
pub(crate) use self::configuration::Problem;
pub(crate) use self::defect::Defect;
pub use self::kind::{ErrorKind, Outcome};
pub use self::token_error::TokenError;
pub(crate) use self::token_error::TokenFailure;
use self::transport::TransportFailure;
pub(crate) use self::transport::Unanswered;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::model::ApiErrorDetail;
use crate::{UserId, headers};

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
            ErrorKind::Rejected => self.0.status == Some(StatusCode::REQUEST_TIMEOUT),
            _ => false,
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

/// Construction and context, for the modules above.
impl Error {
    pub(crate) fn configuration(problems: Vec<Problem>) -> Self {
        Self(Box::new(Inner { problems, ..Inner::new(ErrorKind::Configuration) }))
    }

    /// The request failed without a response.
    pub(crate) fn transport(call: &Call, endpoint: &Endpoint, unanswered: Option<Unanswered>) -> Self {
        let TransportFailure { kind, reason, is_transient, source } = TransportFailure::of(unanswered);
        Self(Box::new(Inner {
            is_transient: Some(is_transient),
            endpoint: Some(endpoint.clone()),
            reason,
            source,
            ..Inner::of_call(kind, call)
        }))
    }

    /// The rate limiter did not admit the request before the deadline.
    pub(crate) fn not_admitted(call: &Call) -> Self {
        Self(Box::new(Inner::of_call(ErrorKind::RateLimited, call)))
    }

    pub(crate) fn access_token(call: &Call, error: TokenError) -> Self {
        let TokenFailure { response, reason, advice, is_transient, .. } = error.failure();
        let inner = match response {
            Some(response) => Inner::of_response(ErrorKind::AccessToken, call, response),
            None => Inner::of_call(ErrorKind::AccessToken, call),
        };
        Self(Box::new(Inner {
            api_error: error.failure().api_error.clone(),
            reason: reason.clone(),
            advice: *advice,
            is_transient: Some(*is_transient),
            source: Some(Arc::new(error)),
            // A token response may contain a token.
            body: Vec::new(),
            ..inner
        }))
    }

    /// The response is not a success.
    pub(crate) fn rejected(call: &Call, response: &RawResponse) -> Self {
        let kind = match response.status() {
            StatusCode::UNAUTHORIZED => ErrorKind::Unauthenticated,
            StatusCode::FORBIDDEN => ErrorKind::Forbidden,
            StatusCode::NOT_FOUND => ErrorKind::NotFound,
            StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited,
            status if status.is_client_error() => ErrorKind::Rejected,
            status if status.is_server_error() => ErrorKind::Server,
            _ => ErrorKind::InvalidResponse,
        };
        let api_error = body::api_error(response.body());
        Self(Box::new(Inner { api_error, ..Inner::of_response(kind, call, response) }))
    }

    /// The response claims success, and is not believed.
    pub(crate) fn defective(call: &Call, response: &RawResponse, defect: Defect, broken: Option<Unanswered>) -> Self {
        let is_transient = defect.is_of_another_request() || defect == Defect::BrokenOff;
        Self(Box::new(Inner {
            defect: Some(defect),
            is_transient: Some(is_transient),
            source: TransportFailure::of(broken).source,
            ..Inner::of_response(defect.kind(), call, response)
        }))
    }

    /// The response is a success, but not a page of users that can be used.
    pub(crate) fn invalid_page(call: &Call, response: &RawResponse, reason: &str) -> Self {
        let reason = Some(reason.to_owned());
        Self(Box::new(Inner { reason, ..Inner::of_response(ErrorKind::InvalidResponse, call, response) }))
    }

    /// The state check read a status that this version doesn't know.
    pub(crate) fn unrecognized_status(call: &Call) -> Self {
        let reason = Some("a status that this version does not know".to_owned());
        Self(Box::new(Inner { reason, ..Inner::of_call(ErrorKind::InvalidResponse, call) }))
    }

    pub(crate) fn with_advice_of(self, error: &Self) -> Self {
        Self(Box::new(Inner { advice: error.0.advice, ..*self.0 }))
    }

    /// Whether the last response of the call claimed success and was not believed.
    pub(crate) fn has_defect(&self) -> bool {
        self.0.defect.is_some() && !self.0.is_final
    }

    /// The state check after this error found the user still locked out.
    pub(crate) fn with_still_locked_out(self, may_check_again: bool) -> Self {
        Self(Box::new(Inner { is_still_locked_out: true, is_final: !may_check_again, ..*self.0 }))
    }

    /// What is wrong with a response that claims success.
    pub(crate) fn defect(&self) -> Option<Defect> {
        self.0.defect
    }

    pub(crate) fn with_advice(self, advice: &'static str) -> Self {
        Self(Box::new(Inner { advice: Some(advice), ..*self.0 }))
    }

    /// The state check after this error failed.
    pub(crate) fn with_state_check_error(self, error: Self) -> Self {
        Self(Box::new(Inner { retry_after: error.0.retry_after, state_check: Some(error), ..*self.0 }))
    }

    /// An earlier request of the same call may have been applied, whatever became of this one.
    pub(crate) fn with_unknown_outcome(self) -> Self {
        Self(Box::new(Inner { earlier_may_be_applied: true, ..*self.0 }))
    }

    pub(crate) fn with_request_count(self, request_count: u32) -> Self {
        Self(Box::new(Inner { request_count, ..*self.0 }))
    }
}

impl Inner {
    fn new(kind: ErrorKind) -> Self {
        Self {
            kind,
            call: None,
            problems: Vec::new(),
            request_count: 0,
            earlier_may_be_applied: false,
            state_check: None,
            is_transient: None,
            endpoint: None,
            reason: None,
            defect: None,
            advice: None,
            is_still_locked_out: false,
            is_final: false,
            status: None,
            api_error: None,
            content_type: None,
            correlation_id: None,
            date: None,
            retry_after: None,
            body: Vec::new(),
            source: None,
        }
    }

    fn of_call(kind: ErrorKind, call: &Call) -> Self {
        Self { call: Some(call.clone()), ..Self::new(kind) }
    }

    fn of_response(kind: ErrorKind, call: &Call, response: &RawResponse) -> Self {
        Self {
            status: Some(response.status()),
            content_type: body::header(response.headers(), CONTENT_TYPE),
            correlation_id: body::correlation_id(response),
            date: headers::date(response.headers()),
            retry_after: headers::retry_after(response.headers()),
            body: response.body().to_vec(),
            ..Self::of_call(kind, call)
        }
    }
}
