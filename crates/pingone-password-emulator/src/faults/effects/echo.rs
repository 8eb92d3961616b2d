//! Responses that quote the request's secrets.

use axum::{
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;

use crate::responses::{CORRELATION_ID, JSON};

/// Returns the 403 of AWS API Gateway, whose older versions quote the header.
pub(super) fn gateway(authorization: &str) -> Response {
    let message = format!("Invalid key=value pair (missing equal-sign) in Authorization header: '{authorization}'.");
    let body = json!({ "message": message });
    (StatusCode::FORBIDDEN, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// Returns an error that quotes the header in every property, in several encodings.
pub(super) fn everywhere(authorization: &str) -> Response {
    let encoded: String = form_urlencoded::byte_serialize(authorization.as_bytes()).collect();
    let base64 = BASE64_STANDARD.encode(authorization);
    let quoted = format!("Rejected {authorization}, {encoded}, {base64}.");
    let body = json!({
        "id": authorization,
        "code": authorization,
        "message": quoted,
        "details": [{
            "code": authorization,
            "target": authorization,
            "message": quoted,
            "innerError": { "authorization": [authorization, encoded, base64] },
        }],
    });
    let mut response = (StatusCode::BAD_REQUEST, [(CONTENT_TYPE, JSON)], body.to_string()).into_response();
    if let Ok(value) = HeaderValue::try_from(authorization) {
        response.headers_mut().insert(CORRELATION_ID, value);
    }
    response
}
