//! The error: what failed, for whom, what the server said, and what a caller may assume.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::{CONTENT_TYPE, DATE, RETRY_AFTER};
use pingone_password_client::RawResponse;
use pingone_password_client::types::ApiError;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::auth::{Failure, TokenError};
use crate::call::Call;
use crate::config::Mistake;
use crate::model::{ApiErrorDetail, PasswordState};
use crate::retry::Repeat;
use crate::{UserId, media_type};

/// The result of everything that can fail with an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something failed.
///
/// [`Display`](fmt::Display) says what failed, for which user, and what the server said. It shows no body and no token,
/// and doesn't repeat its [`source`](StdError::source). What to do is in [`advice`](Self::advice), and whether the
/// operation may have happened all the same in [`outcome`](Self::outcome).
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    call: Option<Call>,
    mistakes: Vec<Mistake>,
    requests: u32,
    is_open: bool,
    look: Option<Error>,
    is_transient: bool,
    status: Option<StatusCode>,
    said: Option<ApiError>,
    content_type: Option<String>,
    lacks: Option<&'static str>,
    correlation_id: Option<String>,
    date: Option<SystemTime>,
    retry_after: Option<Duration>,
    body: Vec<u8>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client is not set up right. Nothing was sent.
    Configuration,
    /// There is no access token. Nothing was sent.
    AccessToken,
    /// No connection could be made. Nothing was sent.
    Connect,
    /// There was no answer in time.
    Timeout,
    /// The connection was lost after it had been made.
    ConnectionLost,
    /// 401: the access token is missing, wrong or expired.
    Unauthenticated,
    /// 403: the token's role doesn't allow it, or there is no such environment.
    Forbidden,
    /// 404: there is no such user.
    NotFound,
    /// 429: there were too many requests. Without a status: the call's time was up before its turn came.
    RateLimited,
    /// Any other 4xx: the request was refused.
    Rejected,
    /// 5xx: the server failed.
    Server,
    /// The server answered with what can't be understood: a redirect, or success without what was asked for.
    InvalidResponse,
    /// The answer was longer than the client's limit.
    ResponseTooLarge,
}

/// What a caller may assume of an operation that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It did not happen: nothing on the server has changed.
    NotApplied,
    /// It may have happened, and nobody said so. Reading the state tells.
    Unknown,
}

impl Error {
    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What may be assumed of the operation: whether it may have happened all the same.
    ///
    /// A read changes nothing, so it is never unknown.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let is_write = self.0.call.as_ref().is_some_and(|call| call.is_write);
        let may_have_happened = match self.0.kind {
            ErrorKind::Timeout
            | ErrorKind::ConnectionLost
            | ErrorKind::InvalidResponse
            | ErrorKind::ResponseTooLarge => true,
            // Assumes that a server which says when to come back has refused the request, as with 429. If a gateway adds
            // the header to a failure of its own, an unlock is repeated without a look.
            ErrorKind::Server => !self.is_throttled(),
            // The server stopped waiting for the rest of the request; it may have acted on what it had.
            ErrorKind::Rejected => self.0.status == Some(StatusCode::REQUEST_TIMEOUT),
            _ => false,
        };
        if self.0.is_open || is_write && may_have_happened { Outcome::Unknown } else { Outcome::NotApplied }
    }

    /// Whether the access token is missing, wrong or expired (401).
    #[must_use]
    pub fn is_unauthenticated(&self) -> bool {
        self.0.kind == ErrorKind::Unauthenticated
    }

    /// Whether the token's role doesn't allow it, or there is no such environment (403).
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.0.kind == ErrorKind::Forbidden
    }

    /// Whether there is no such user (404).
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// Whether there were too many requests (429). [`retry_after`](Self::retry_after) says how long to wait.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == ErrorKind::RateLimited
    }

    /// Whether the server had no room for the request: 429, or 503 with a `Retry-After`.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        match self.0.kind {
            ErrorKind::RateLimited => self.0.status.is_some(),
            ErrorKind::Server => self.status() == Some(503) && self.0.retry_after.is_some(),
            _ => false,
        }
    }

    /// Whether there was no answer in time.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Whether no connection could be made.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }

    /// Whether there is no access token. [`code`](Self::code) and [`message`](Self::message) then say what the
    /// authorization server said, such as `invalid_client`.
    #[must_use]
    pub fn is_access_token(&self) -> bool {
        self.0.kind == ErrorKind::AccessToken
    }

    /// Whether the cause may pass by itself, so that the same call may succeed later: there was no connection or no response,
    /// the server or the authorization server had a problem, or there were too many requests.
    ///
    /// It says nothing of what has happened already: that is [`outcome`](Self::outcome).
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.is_repeatable(Repeat::IfUnknown)
    }

    /// How many requests were sent, looks at the state included.
    #[must_use]
    pub fn request_count(&self) -> u32 {
        self.0.requests
    }

    /// Why a look at the password state, after nobody knew whether the unlock happened, could not tell, either.
    #[must_use]
    pub fn state_check_error(&self) -> Option<&Error> {
        self.0.look.as_ref()
    }

    /// The operation that failed: its `operationId`, or its media type where it has none here.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.0.call.as_ref().map(|call| &*call.operation)
    }

    /// The user whose password it was about.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        self.0.call.as_ref().map(|call| call.user_id)
    }

    /// The HTTP status, where there was a response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status.map(|status| status.as_u16())
    }

    /// The vendor's class of the error, such as `NOT_FOUND`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.said.as_ref()?.code.as_deref()
    }

    /// What the server said of it, for people.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.said.as_ref()?.message.as_deref()
    }

    /// What the server said of it, piece by piece, with the raw JSON of each `innerError`.
    #[must_use]
    pub fn details(&self) -> &[ApiErrorDetail] {
        self.0.said.as_ref().and_then(|said| said.details.as_deref()).unwrap_or_default()
    }

    /// What identifies the request in the vendor's logs. The vendor's support asks for it.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.0.correlation_id.as_deref()
    }

    /// When the server answered, by its own clock.
    #[must_use]
    pub fn date(&self) -> Option<SystemTime> {
        self.0.date
    }

    /// How long the server asks to wait before another request.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The body of the response, as far as the client's limit allowed. It is whatever a server or a gateway sent: don't
    /// log it.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// What to do about it, in a sentence for people.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        if self.outcome() == Outcome::Unknown {
            return "It may have happened all the same: read the password state before trying again.";
        }
        match self.0.kind {
            ErrorKind::Configuration => "Mend the settings that the error names.",
            ErrorKind::AccessToken if self.0.is_transient => "Try again later: the access token could not be fetched.",
            ErrorKind::AccessToken => "Check the worker application's id and secret, its environment, and the region.",
            ErrorKind::Connect => "Check the network and the base URL, then try again: nothing was sent.",
            ErrorKind::Unauthenticated => "Get a new access token: this one is wrong or has expired.",
            ErrorKind::Forbidden => {
                "Check the environment id, and that the worker application's role allows the operation there."
            }
            ErrorKind::NotFound => "Check the user id and the environment id.",
            ErrorKind::RateLimited if self.0.status.is_none() => "Give the call more time, or send fewer at once.",
            ErrorKind::RateLimited => "Wait as long as the server asks, then go on more slowly.",
            ErrorKind::Rejected => "Check the request against what the server said; sending it again will not help.",
            ErrorKind::ResponseTooLarge => "Raise the response limit if the base URL is the right one.",
            ErrorKind::InvalidResponse => "Check the base URL: what answered may not be PingOne.",
            _ => "Try again later, and give the vendor's support the correlation id if it goes on.",
        }
    }

    pub(crate) fn configuration(mistakes: Vec<Mistake>) -> Self {
        Self(Box::new(Inner { mistakes, ..Inner::of(ErrorKind::Configuration) }))
    }

    /// There was no response.
    pub(crate) fn transport(call: &Call, failure: Option<reqwest::Error>) -> Self {
        let kind = match &failure {
            Some(error) if error.is_builder() => ErrorKind::Configuration,
            Some(error) if error.is_connect() => ErrorKind::Connect,
            Some(error) if error.is_timeout() => ErrorKind::Timeout,
            _ => ErrorKind::ConnectionLost,
        };
        let source = failure.map(source);
        Self(Box::new(Inner { call: Some(call.clone()), source, ..Inner::of(kind) }))
    }

    /// The call's time was up before its turn came.
    pub(crate) fn out_of_turn(call: &Call) -> Self {
        Self(Box::new(Inner { call: Some(call.clone()), ..Inner::of(ErrorKind::RateLimited) }))
    }

    /// There is no access token to send.
    pub(crate) fn access_token(call: &Call, error: TokenError) -> Self {
        let Failure { status, error: code, description, correlation_id, retry_after, is_transient, .. } =
            error.failure();
        let said: Option<ApiError> = code
            .as_ref()
            .and_then(|code| serde_json::from_value(serde_json::json!({ "code": code, "message": description })).ok());
        Self(Box::new(Inner {
            call: Some(call.clone()),
            status: status.and_then(|status| StatusCode::from_u16(status).ok()),
            said,
            correlation_id: correlation_id.clone(),
            retry_after: *retry_after,
            is_transient: *is_transient,
            source: Some(Arc::new(error)),
            ..Inner::of(ErrorKind::AccessToken)
        }))
    }

    /// The look that was to tell what had happened failed itself.
    pub(crate) fn with_state_check_error(self, look: Self) -> Self {
        Self(Box::new(Inner { retry_after: look.0.retry_after, look: Some(look), ..*self.0 }))
    }

    /// The look that was to tell what had happened found a status that this version doesn't know.
    pub(crate) fn unrecognized_status(call: &Call) -> Self {
        let lacks = Some("a status that this version doesn't know");
        Self(Box::new(Inner { call: Some(call.clone()), lacks, ..Inner::of(ErrorKind::InvalidResponse) }))
    }

    /// An earlier request of the same call may have happened, whatever became of this one.
    pub(crate) fn with_unknown_outcome(self) -> Self {
        Self(Box::new(Inner { is_open: true, ..*self.0 }))
    }

    /// So many requests were sent.
    pub(crate) fn after(self, requests: u32) -> Self {
        Self(Box::new(Inner { requests, ..*self.0 }))
    }

    /// Whether the request may be sent again.
    pub(crate) fn is_repeatable(&self, repeat: Repeat) -> bool {
        if let Some(look) = &self.0.look {
            return look.is_repeatable(Repeat::IfUnknown);
        }
        match (self.0.kind, self.status()) {
            (ErrorKind::AccessToken, _) => self.0.is_transient,
            (ErrorKind::Connect | ErrorKind::RateLimited, _) => true,
            (ErrorKind::Server, _) if self.is_throttled() => true,
            (ErrorKind::Timeout | ErrorKind::ConnectionLost, _)
            | (ErrorKind::Rejected, Some(408))
            | (ErrorKind::Server, Some(500 | 502 | 503 | 504)) => repeat == Repeat::IfUnknown,
            _ => false,
        }
    }

    /// There was a response, and it was not one of success.
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
        Self(Box::new(Inner { said: said(response.body()), ..Inner::with_response(kind, call, response) }))
    }

    /// There was an answer of success, and not with what was asked for.
    pub(crate) fn undecodable(call: &Call, response: &RawResponse, broken: Option<reqwest::Error>) -> Self {
        let kind = match response {
            response if response.is_too_large() => ErrorKind::ResponseTooLarge,
            response if !response.is_complete() => ErrorKind::ConnectionLost,
            _ => ErrorKind::InvalidResponse,
        };
        let (lacks, source) = (Some(lack_of(response.body())), broken.map(source));
        Self(Box::new(Inner { lacks, source, ..Inner::with_response(kind, call, response) }))
    }
}

/// A cause that can be shown: the URL has ids in it, and the error names them.
fn source(error: reqwest::Error) -> Arc<dyn StdError + Send + Sync> {
    Arc::new(error.without_url())
}

/// Why there is no model in a body of success. serde's own words would show parts of the body.
fn lack_of(body: &[u8]) -> &'static str {
    match serde_json::from_slice::<PasswordState>(body) {
        _ if body.is_empty() => "no body",
        Err(error) if error.is_eof() => "JSON that breaks off",
        Err(error) if error.is_syntax() => "no JSON",
        _ => "JSON of another shape",
    }
}

/// What the server said, as far as it has the vendor's shape.
fn said(body: &[u8]) -> Option<ApiError> {
    serde_json::from_slice(body).ok().or_else(|| {
        let mut said: Map<String, Value> = serde_json::from_slice(body).ok()?;
        for text in ["id", "code", "message"] {
            if !said.get(text).is_some_and(Value::is_string) {
                said.remove(text);
            }
        }
        if let Some(details) = said.get_mut("details").and_then(Value::as_array_mut) {
            details.retain(|detail| ApiErrorDetail::deserialize(detail).is_ok());
        } else {
            said.remove("details");
        }
        serde_json::from_value(said.into()).ok()
    })
}

impl Inner {
    fn of(kind: ErrorKind) -> Self {
        Self {
            kind,
            call: None,
            mistakes: Vec::new(),
            requests: 0,
            is_open: false,
            look: None,
            is_transient: false,
            status: None,
            said: None,
            content_type: None,
            lacks: None,
            correlation_id: None,
            date: None,
            retry_after: None,
            body: Vec::new(),
            source: None,
        }
    }

    fn with_response(kind: ErrorKind, call: &Call, response: &RawResponse) -> Self {
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        Self {
            call: Some(call.clone()),
            status: Some(response.status()),
            content_type: header(CONTENT_TYPE).map(str::to_owned),
            correlation_id: correlation_id(response),
            date: date(response),
            retry_after: header(RETRY_AFTER).and_then(|value| retry_after(value, SystemTime::now())),
            body: response.body().to_vec(),
            ..Self::of(kind)
        }
    }
}

/// What identifies a request in the vendor's logs: the header, or else the id of the error in the body.
pub(crate) fn correlation_id(response: &RawResponse) -> Option<String> {
    let is_error = !response.status().is_success();
    let header = response.correlation_id().map(str::to_owned);
    header.or_else(|| if is_error { said(response.body())?.id } else { None })
}

/// When the server answered, by its own clock.
pub(crate) fn date(response: &RawResponse) -> Option<SystemTime> {
    httpdate::parse_http_date(response.headers().get(DATE)?.to_str().ok()?).ok()
}

/// `Retry-After` as a time from now: a number of seconds, or a date.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    match value.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default()),
    }
}

/// A text from elsewhere, fit for a terminal and a log: on one line, in one direction, and not too long.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 300;
        for character in self.0.chars().take(LONGEST) {
            let is_bidi =
                matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if character.is_control() || is_bidi {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        if self.0.chars().nth(LONGEST).is_some() { f.write_str("…") } else { Ok(()) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(Call { operation, user_id, .. }) = &inner.call {
            write!(f, "{operation} of user {user_id} failed: ")?;
        }
        f.write_str(match inner.kind {
            ErrorKind::Configuration => "the client can't be set up",
            ErrorKind::AccessToken => "there is no access token",
            ErrorKind::Connect => "no connection could be made",
            ErrorKind::Timeout => "there was no answer in time",
            ErrorKind::ConnectionLost => "the connection was lost",
            ErrorKind::RateLimited if inner.status.is_none() => "its turn did not come in time",
            ErrorKind::ResponseTooLarge => "the answer was too long",
            ErrorKind::InvalidResponse => "the answer was not understood",
            _ => "the server answered",
        })?;
        for (index, mistake) in inner.mistakes.iter().enumerate() {
            write!(f, "{}{mistake}", if index == 0 { ": " } else { "; " })?;
        }
        self.fmt_response(f)?;
        if let Some(id) = &inner.correlation_id {
            write!(f, " (correlation id {})", Shown(id))?;
        }
        if inner.requests > 1 {
            write!(f, ", at the last of {} requests", inner.requests)?;
        }
        if self.outcome() == Outcome::Unknown {
            f.write_str("; it may have happened all the same")?;
        }
        match &inner.look {
            Some(look) => write!(f, ", and a look could not tell: {look}"),
            None => Ok(()),
        }
    }
}

impl Error {
    /// Status, code and message, as far as there are any.
    fn fmt_response(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(status) = self.status() else {
            return self.0.lacks.map_or(Ok(()), |lack| write!(f, ": {lack}"));
        };
        let is_said = matches!(
            self.0.kind,
            ErrorKind::AccessToken
                | ErrorKind::ConnectionLost
                | ErrorKind::ResponseTooLarge
                | ErrorKind::InvalidResponse
        );
        write!(f, "{} {status}", if is_said { ": the server answered" } else { "" })?;
        if let Some(code) = self.code() {
            write!(f, " {}", Shown(code))?;
        }
        if let Some(message) = self.message() {
            write!(f, ", \"{}\"", Shown(message))?;
        }
        if let Some(lack) = self.0.lacks {
            write!(f, " with {lack}")?;
        }
        match &self.0.content_type {
            Some(content_type) if !media_type::is_json(content_type) => {
                write!(f, ", as {}", Shown(content_type))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, call, mistakes, requests, look, status, correlation_id, retry_after, body, source, .. } =
            &*self.0;
        f.debug_struct("Error")
            .field("kind", kind)
            .field("call", call)
            .field("mistakes", mistakes)
            .field("outcome", &self.outcome())
            .field("requests", requests)
            .field("look", look)
            .field("status", status)
            .field("code", &self.code())
            .field("correlation_id", correlation_id)
            .field("retry_after", retry_after)
            .field("body_length", &body.len())
            .field("source", source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_retry_after_is_read_or_passed_over(value in ".*", now in 0..4_000_000_000_u64) {
            let _ = retry_after(&value, SystemTime::UNIX_EPOCH + Duration::from_secs(now));
        }

        #[test]
        fn seconds_are_seconds(seconds in any::<u64>()) {
            prop_assert_eq!(retry_after(&format!(" {seconds} "), SystemTime::now()), Some(Duration::from_secs(seconds)));
        }

        #[test]
        fn a_date_is_the_time_until_then(now in 0..4_000_000_000_u64, wait in 0..1_000_000_u64, past in any::<bool>()) {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now);
            let wait = Duration::from_secs(wait);
            let then = if past { now.checked_sub(wait).unwrap_or(SystemTime::UNIX_EPOCH) } else { now + wait };
            let left = retry_after(&httpdate::fmt_http_date(then), now);
            prop_assert_eq!(left, Some(if past { Duration::ZERO } else { wait }));
        }

        #[test]
        fn any_error_body_is_read_as_far_as_it_goes(body in ".*", code in "[A-Z_]{1,20}", id in any::<i64>()) {
            let _ = said(body.as_bytes());
            // One member of another type costs only itself.
            let body = serde_json::json!({ "code": code, "id": id, "details": [body, { "code": code }] });
            let said = said(body.to_string().as_bytes()).unwrap();
            prop_assert_eq!(said.code, Some(code));
            prop_assert_eq!((said.id, said.details.map(|details| details.len())), (None, Some(1)));
        }
    }
}
