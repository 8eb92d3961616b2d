//! The page and its parts, compiled in.

use std::sync::LazyLock;

use axum::{
    http::{
        HeaderName, HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
            X_FRAME_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
};

/// Nothing is loaded from elsewhere, and nothing in the page can run that isn't a file of the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page with the reference of the API's operations in its place.
static HTML: LazyLock<String> = LazyLock::new(|| {
    include_str!("../../page/page.html").replace("<!-- reference -->", include_str!("../../page/reference.html"))
});

pub(super) async fn html() -> Response {
    part("text/html; charset=utf-8", &HTML)
}

pub(super) async fn css() -> Response {
    part("text/css; charset=utf-8", include_str!("../../page/page.css"))
}

pub(super) async fn js() -> Response {
    part("text/javascript; charset=utf-8", include_str!("../../page/page.js"))
}

pub(super) async fn icon() -> Response {
    part("image/svg+xml", include_str!("../../page/icon.svg"))
}

/// The OpenAPI document of the control API.
pub(super) async fn openapi() -> Response {
    part("application/yaml", include_str!("../../openapi.yaml"))
}

fn part(content_type: &'static str, text: &'static str) -> Response {
    let headers: [(HeaderName, HeaderValue); 6] = [
        (CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        // Another version of the emulator may listen here next.
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, text).into_response()
}
