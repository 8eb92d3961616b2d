//! Responses of a gateway in front of the API.

use axum::{
    http::{
        StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};

use super::{HTML, TEXT};

/// Returns an HTML page.
pub(super) fn page(status: StatusCode) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let page = format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n");
    (status, [(CONTENT_TYPE, HTML)], page).into_response()
}

/// Returns a 503 in plain text.
pub(super) fn unavailable() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(CONTENT_TYPE, TEXT)], "no healthy upstream\n").into_response()
}

/// Returns a 503 in plain text with `Retry-After: 1`.
pub(super) fn unavailable_retry_after() -> Response {
    ([(RETRY_AFTER, "1")], unavailable()).into_response()
}
