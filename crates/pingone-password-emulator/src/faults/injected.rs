//! The effect of a fault on a response.

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{Fault, TokenFault, bomb::gzip_bomb};
use crate::{
    raw_response::{RawResponse, Then},
    responses::{self, ApiError, CORRELATION_ID, CorrelationId, HAL_JSON, JSON, OAuthError},
};

const HTML: &str = "text/html";
const TEXT: &str = "text/plain";
const RETRY_IN_A_SECOND: HeaderValue = HeaderValue::from_static("1");

/// A fault in place of a response, and the values it needs.
#[derive(Clone)]
pub(crate) enum Injected {
    /// On an operation, with the resource that the response would have shown.
    Operation(Fault, Value),
    /// On the token endpoint.
    Token(TokenFault),
}

impl Injected {
    /// Returns the response that the client receives.
    pub(crate) fn into_response(self, id: CorrelationId, redirect_target: &HeaderValue) -> Response {
        match self {
            Self::Operation(fault, resource) => operation(fault, resource, id, redirect_target),
            Self::Token(fault) => token(fault, id),
        }
    }
}

fn operation(fault: Fault, mut state: Value, id: CorrelationId, redirect_target: &HeaderValue) -> Response {
    match fault {
        Fault::ResetBefore | Fault::ResetAfter => RawResponse::empty(Then::Reset).into_response(),
        Fault::StallBeforeResponse | Fault::StallAfter => RawResponse::empty(Then::Stall).into_response(),
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
            RawResponse { bytes: head(id, "Transfer-Encoding: chunked").into_bytes(), then }.into_response()
        }
        Fault::OversizedHeaders => (oversized_headers(), responses::ok(&state)).into_response(),
        Fault::Redirect => (StatusCode::FOUND, [(LOCATION, redirect_target)]).into_response(),
        Fault::DuplicateHeaders => {
            let mut response = responses::ok(&state);
            let headers = response.headers_mut();
            headers.append(CONTENT_TYPE, HeaderValue::from_static(TEXT));
            headers.append(CORRELATION_ID, id.header_value());
            headers.append(CORRELATION_ID, CorrelationId::new().header_value());
            response
        }
        Fault::NoHeaders => {
            let (state, then) = (state.to_string(), Then::Close);
            let bytes =
                format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{state}", state.len());
            RawResponse { bytes: bytes.into_bytes(), then }.into_response()
        }
        Fault::UnknownStatus => {
            state["status"] = json!("SOMETHING_NEW");
            responses::ok(&state)
        }
        Fault::Nulls => responses::ok(&json!({
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
        TokenFault::Reset => RawResponse::empty(Then::Reset).into_response(),
        TokenFault::Stall => RawResponse::empty(Then::Stall).into_response(),
        TokenFault::InvalidClient => OAuthError::invalid_client().into_response(),
        TokenFault::BadGateway => page(StatusCode::BAD_GATEWAY),
        TokenFault::MalformedJson => {
            ok(JSON, r#"{"token_type":"Bearer","expires_in":3600,"access_token":"ey"#.to_owned())
        }
    }
}

fn ok(content_type: &'static str, body: String) -> Response {
    ([(CONTENT_TYPE, content_type)], body).into_response()
}

/// Returns the error page of a gateway in front of the API.
fn page(status: StatusCode) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let page = format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n");
    (status, [(CONTENT_TYPE, HTML)], page).into_response()
}

fn unavailable() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(CONTENT_TYPE, TEXT)], "no healthy upstream\n").into_response()
}

/// Returns 128 KiB of headers, more than some clients accept.
fn oversized_headers() -> HeaderMap {
    let value = HeaderValue::from_static(str::from_utf8(&[b'x'; 1024]).unwrap_or_default());
    let names = (0..128).filter_map(|n| HeaderName::try_from(format!("x-oversized-{n}")).ok());
    names.map(|name| (name, value.clone())).collect()
}

/// Returns the head of a raw 200 with a resource.
fn head(id: CorrelationId, framing: &str) -> String {
    let CorrelationId(id) = id;
    format!("HTTP/1.1 200 OK\r\nContent-Type: {HAL_JSON}\r\nCorrelation-Id: {id}\r\n{framing}\r\n\r\n")
}

/// Returns the first half of a body that is announced in full.
fn half(state: &Value, id: CorrelationId, then: Then) -> Response {
    let state = state.to_string().into_bytes();
    let mut bytes = head(id, &format!("Content-Length: {}", state.len())).into_bytes();
    bytes.extend_from_slice(&state[..state.len() / 2]);
    RawResponse { bytes, then }.into_response()
}
