//! Faults of the connection.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use crate::{
    connection_state::OutOfStep,
    raw_response::{RawResponse, Then},
    responses::{self, CorrelationId, HAL_JSON},
};

pub(super) fn reset() -> Response {
    RawResponse::empty(Then::Reset).into_response()
}

pub(super) fn stall() -> Response {
    RawResponse::empty(Then::Stall).into_response()
}

/// Returns the first half of a body that is announced in full.
pub(super) fn half(resource: &Value, id: CorrelationId, then: Then) -> Response {
    let resource = resource.to_string().into_bytes();
    let mut bytes = head(id, &format!("Content-Length: {}", resource.len())).into_bytes();
    bytes.extend_from_slice(&resource[..resource.len() / 2]);
    RawResponse { bytes, then }.into_response()
}

pub(super) fn endless(id: CorrelationId) -> Response {
    RawResponse { bytes: head(id, "Transfer-Encoding: chunked").into_bytes(), then: Then::Endless }.into_response()
}

/// Returns a 200 with neither `Content-Type` nor `Correlation-Id`.
pub(super) fn no_headers(resource: &Value) -> Response {
    let resource = resource.to_string();
    let length = resource.len();
    let bytes = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{resource}");
    RawResponse { bytes: bytes.into_bytes(), then: Then::Close }.into_response()
}

/// Returns 128 KiB of headers, more than some clients accept.
pub(super) fn oversized_headers() -> HeaderMap {
    let value = HeaderValue::from_static(str::from_utf8(&[b'x'; 1024]).unwrap_or_default());
    let names = (0..128).filter_map(|n| HeaderName::try_from(format!("x-oversized-{n}")).ok());
    names.map(|name| (name, value.clone())).collect()
}

/// Returns the right response, marked so that the previous one on the connection is sent in its place.
pub(super) fn mixed_up(resource: &Value, otherwise: &Value) -> Response {
    let mut response = responses::ok(resource);
    let (parts, _) = responses::ok(otherwise).into_parts();
    let otherwise = Response::from_parts(parts, otherwise.to_string().into());
    response.extensions_mut().insert(OutOfStep { otherwise });
    response
}

/// Returns the head of a raw 200 with a resource.
fn head(id: CorrelationId, framing: &str) -> String {
    let CorrelationId(id) = id;
    format!("HTTP/1.1 200 OK\r\nContent-Type: {HAL_JSON}\r\nCorrelation-Id: {id}\r\n{framing}\r\n\r\n")
}
