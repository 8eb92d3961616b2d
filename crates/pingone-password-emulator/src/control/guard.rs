//! Keeps web pages of other origins away from the control API.
//!
//! The control API needs no access token, and every browser on this computer reaches it. A page of another origin can't read its
//! responses, because there is no CORS, but it could send requests. And a name that an attacker lets resolve to 127.0.0.1 has the
//! same origin as the emulator (DNS rebinding), but not its name.

use std::net::IpAddr;

use axum::{
    extract::Request,
    http::{
        HeaderMap, StatusCode, Uri,
        header::{HOST, ORIGIN},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::response::ControlError;

pub(super) async fn check(request: Request, next: Next) -> Response {
    let Some(host) = host(request.uri(), request.headers()) else {
        let message = "the Host must be localhost or a loopback address";
        return ControlError::new(StatusCode::FORBIDDEN, message).into_response();
    };
    if !is_same_origin(request.headers(), &host) {
        return ControlError::new(StatusCode::FORBIDDEN, "the Origin must be the emulator's own").into_response();
    }
    next.run(request).await
}

/// Returns the only `Host`, if it names this computer by a loopback address or as `localhost`.
fn host(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all(HOST).iter();
    let host = values.next()?.to_str().ok()?.to_ascii_lowercase();
    let is_only = values.next().is_none();
    // A request in absolute form has the host twice.
    let agrees = uri.authority().is_none_or(|authority| authority.as_str().eq_ignore_ascii_case(&host));
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => &host,
    };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let is_loopback = name == "localhost" || address.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    (is_only && agrees && is_loopback).then_some(host)
}

/// Returns whether a request comes from the page, or from no page at all.
fn is_same_origin(headers: &HeaderMap, host: &str) -> bool {
    let own = ["http://", "https://"].map(|scheme| format!("{scheme}{host}"));
    headers.get_all(ORIGIN).iter().all(|origin| own.iter().any(|own| origin.as_bytes() == own.as_bytes()))
}
