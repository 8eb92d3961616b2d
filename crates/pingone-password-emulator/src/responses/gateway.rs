//! The response of the gateway in front of the API to a path that it doesn't know.

use axum::{
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// Returns the 403 of AWS API Gateway, without `code` and `id`.
pub(crate) fn gateway_forbidden(authorization: &str) -> Response {
    let message = if authorization.is_empty() {
        "Missing Authentication Token"
    } else {
        "Invalid key=value pair (missing equal-sign) in Authorization header."
    };
    let body = json!({ "message": message }).to_string();
    (StatusCode::FORBIDDEN, [(CONTENT_TYPE, "application/json")], body).into_response()
}
