//! What a fault does to the answer.

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    body::{self, ApiError, HAL_JSON, JSON},
    bomb::gzip_bomb,
    connection::{Raw, Then},
    fault::{Fault, TokenFault},
    recording::{CORRELATION_ID, CorrelationId},
    token,
};

const HTML: &str = "text/html";
const TEXT: &str = "text/plain";
const RETRY_IN_A_SECOND: HeaderValue = HeaderValue::from_static("1");

/// What a route says of a request besides the answer; it travels in the extensions of the response.
#[derive(Clone, Default)]
pub(crate) struct Outcome {
    /// An unlock was carried out.
    pub(crate) applied: bool,
    pub(crate) strike: Option<Strike>,
}

/// A fault, and what is needed to put it in the answer's place.
#[derive(Clone)]
pub(crate) enum Strike {
    /// With the password state that the answer would have been.
    Password(Fault, Value),
    Token(TokenFault),
}

impl Strike {
    /// The status that the client gets, if any.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Password(fault, _) => fault.status(),
            Self::Token(fault) => fault.status(),
        }
    }

    /// The answer in place of the good one.
    pub(crate) fn answer(self, id: CorrelationId, redirect_target: &HeaderValue) -> Response {
        match self {
            Self::Password(fault, state) => password(fault, state, id, redirect_target),
            Self::Token(fault) => token(fault, id),
        }
    }
}

fn password(fault: Fault, mut state: Value, id: CorrelationId, redirect_target: &HeaderValue) -> Response {
    match fault {
        Fault::ResetBefore | Fault::ResetAfter => Raw::nothing(Then::Reset).into_response(),
        Fault::StallBeforeAnswer | Fault::StallAfter => Raw::nothing(Then::Stall).into_response(),
        Fault::ResetMidBody => half(&state, id, Then::Close),
        Fault::StallMidBody => half(&state, id, Then::Stall),
        Fault::InternalError500 | Fault::InternalError500After => ApiError::unexpected().into_response(id),
        Fault::BadGateway | Fault::BadGatewayAfter => page(StatusCode::BAD_GATEWAY),
        Fault::GatewayTimeout504 => page(StatusCode::GATEWAY_TIMEOUT),
        Fault::Unavailable => unavailable(),
        Fault::UnavailableRetryAfter => ([(RETRY_AFTER, RETRY_IN_A_SECOND)], unavailable()).into_response(),
        Fault::RateLimited => ApiError::rate_limited().into_response(id),
        Fault::EmptyOk => Body::empty().into_response(),
        Fault::TruncatedJson => {
            let mut truncated = state.to_string();
            truncated.truncate(truncated.len() / 2);
            ok(HAL_JSON, truncated)
        }
        Fault::HtmlOk => page(StatusCode::OK),
        Fault::WrongContentType => ok(TEXT, state.to_string()),
        Fault::OtherJson => ok(JSON, "[]".to_owned()),
        Fault::GzipBomb => {
            let headers = [(CONTENT_TYPE, HAL_JSON), (CONTENT_ENCODING, "gzip")];
            (headers, gzip_bomb(state.to_string().as_bytes())).into_response()
        }
        Fault::EndlessBody => {
            let then = Then::Endless;
            Raw { bytes: head(id, "Transfer-Encoding: chunked").into_bytes(), then }.into_response()
        }
        Fault::OversizedHeaders => (oversized_headers(), body::ok(&state)).into_response(),
        Fault::Redirect => (StatusCode::FOUND, [(LOCATION, redirect_target)]).into_response(),
        Fault::DuplicateHeaders => {
            let mut response = body::ok(&state);
            let headers = response.headers_mut();
            headers.append(CONTENT_TYPE, HeaderValue::from_static(TEXT));
            headers.append(CORRELATION_ID, id.header_value());
            headers.append(CORRELATION_ID, CorrelationId(Uuid::new_v4()).header_value());
            response
        }
        Fault::NoHeaders => {
            let (state, then) = (state.to_string(), Then::Close);
            let bytes =
                format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{state}", state.len());
            Raw { bytes: bytes.into_bytes(), then }.into_response()
        }
        Fault::UnknownStatus => {
            state["status"] = json!("SOMETHING_NEW");
            body::ok(&state)
        }
        Fault::Nulls => body::ok(&json!({
            "_links": null,
            "_embedded": null,
            "environment": null,
            "user": null,
            "passwordPolicy": null,
            "status": state["status"],
            "lastChangedAt": null,
            "secondsUntilUnlock": null,
        })),
    }
}

fn token(fault: TokenFault, id: CorrelationId) -> Response {
    match fault {
        TokenFault::InternalError500 => ApiError::unexpected().into_response(id),
        TokenFault::Reset => Raw::nothing(Then::Reset).into_response(),
        TokenFault::Stall => Raw::nothing(Then::Stall).into_response(),
        TokenFault::InvalidClient => token::invalid_client(),
        TokenFault::BadGateway => page(StatusCode::BAD_GATEWAY),
        TokenFault::MalformedJson => {
            ok(JSON, r#"{"token_type":"Bearer","expires_in":3600,"access_token":"ey"#.to_owned())
        }
    }
}

fn ok(content_type: &'static str, body: String) -> Response {
    ([(CONTENT_TYPE, content_type)], body).into_response()
}

/// What a gateway in front of the API shows.
fn page(status: StatusCode) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let page = format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n");
    (status, [(CONTENT_TYPE, HTML)], page).into_response()
}

fn unavailable() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(CONTENT_TYPE, TEXT)], "no healthy upstream\n").into_response()
}

/// 128 KiB, in more headers than some clients count.
fn oversized_headers() -> HeaderMap {
    let value = HeaderValue::from_static(str::from_utf8(&[b'x'; 1024]).unwrap_or_default());
    let names = (0..128).filter_map(|n| HeaderName::try_from(format!("x-oversized-{n}")).ok());
    names.map(|name| (name, value.clone())).collect()
}

/// The head of a raw 200 with a password state.
fn head(id: CorrelationId, framing: &str) -> String {
    let CorrelationId(id) = id;
    format!("HTTP/1.1 200 OK\r\nContent-Type: {HAL_JSON}\r\nCorrelation-Id: {id}\r\n{framing}\r\n\r\n")
}

/// The first half of a body that is announced in full.
fn half(state: &Value, id: CorrelationId, then: Then) -> Response {
    let state = state.to_string().into_bytes();
    let mut bytes = head(id, &format!("Content-Length: {}", state.len())).into_bytes();
    bytes.extend_from_slice(&state[..state.len() / 2]);
    Raw { bytes, then }.into_response()
}
