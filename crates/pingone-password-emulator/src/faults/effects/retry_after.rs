//! The forms in which servers write `Retry-After`.

use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{DATE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    raw_response::{RawResponse, Then},
    responses::{ApiError, CorrelationId, JSON},
};

/// The time between the response and the date in its `Retry-After`.
const WAIT: TimeDelta = TimeDelta::seconds(2);

/// Returns a 429 with these values of `Retry-After`.
pub(super) fn values(id: CorrelationId, values: &'static [&'static str]) -> Response {
    let mut response = ApiError::rate_limited().into_response(id);
    let headers = response.headers_mut();
    headers.remove(RETRY_AFTER);
    for value in values {
        headers.append(RETRY_AFTER, HeaderValue::from_static(value));
    }
    response
}

/// Returns a 429 with a date in `Retry-After`, relative to a `Date` that is off by this much.
pub(super) fn date(id: CorrelationId, clock_error: TimeDelta) -> Response {
    let now = Utc::now() + clock_error;
    let mut response = ApiError::rate_limited().into_response(id);
    let headers = response.headers_mut();
    for (name, time) in [(DATE, now), (RETRY_AFTER, now + WAIT)] {
        if let Ok(value) = HeaderValue::try_from(http_date(time)) {
            headers.insert(name, value);
        }
    }
    response
}

/// Returns a 429 with a date in `Retry-After`, but without `Date`, which no HTTP library omits.
pub(super) fn without_date(CorrelationId(id): CorrelationId) -> Response {
    let status = StatusCode::TOO_MANY_REQUESTS;
    let retry_after = http_date(Utc::now() + WAIT);
    let body = ApiError::rate_limited().body(CorrelationId(id)).to_string();
    let length = body.len();
    let bytes = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {JSON}\r\nCorrelation-Id: {id}\r\nRetry-After: {retry_after}\r\n\
         Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    RawResponse { bytes: bytes.into_bytes(), then: Then::Close }.into_response()
}

fn http_date(time: DateTime<Utc>) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
