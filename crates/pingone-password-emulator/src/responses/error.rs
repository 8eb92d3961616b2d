//! The errors of the API.

use axum::{
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{ALLOW, CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{CorrelationId, JSON};

/// An error of the API: `{id, code, message, details: [{code, target, message, innerError}]}`.
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    details: Vec<Value>,
    header: Option<(HeaderName, &'static str)>,
    /// The vendor omits the `id` of some errors.
    with_id: bool,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message, details: Vec::new(), header: None, with_id: true }
    }

    fn detail(mut self, detail: Value) -> Self {
        self.details.push(detail);
        self
    }

    pub(crate) fn invalid_token() -> Self {
        let message = "The request could not be completed. You do not have access to this resource.";
        Self::new(StatusCode::UNAUTHORIZED, "ACCESS_FAILED", message).detail(json!({
            "code": "INVALID_TOKEN",
            "message": "The access token is missing, malformed, repeated, unknown, revoked or expired.",
        }))
    }

    pub(crate) fn other_environment() -> Self {
        let message = "The request could not be completed. You do not have access to this resource.";
        Self::new(StatusCode::FORBIDDEN, "ACCESS_FAILED", message).detail(json!({
            "code": "INSUFFICIENT_PERMISSIONS",
            "target": "environmentId",
            "message": "The environment does not exist, or the access token has no permission for it.",
        }))
    }

    pub(crate) fn read_only_role() -> Self {
        let message = "The request could not be completed. You do not have access to this resource.";
        Self::new(StatusCode::FORBIDDEN, "ACCESS_FAILED", message).detail(json!({
            "code": "INSUFFICIENT_PERMISSIONS",
            "message": "The role of the access token only permits reading. Unlocking needs the role Identity Data Admin.",
        }))
    }

    pub(crate) fn unlock_only_role() -> Self {
        let message = "The request could not be completed. You do not have access to this resource.";
        Self::new(StatusCode::FORBIDDEN, "ACCESS_FAILED", message).detail(json!({
            "code": "INSUFFICIENT_PERMISSIONS",
            "message": "The role of the access token does not permit reading the state of a password.",
        }))
    }

    pub(crate) fn not_a_uuid(target: &str) -> Self {
        Self::invalid_request("The request could not be completed. An id is not valid.").detail(json!({
            "code": "INVALID_VALUE",
            "target": target,
            "message": "The id must be a UUID.",
        }))
    }

    pub(crate) fn invalid_query(parameter: &'static str, detail: &str) -> Self {
        Self::invalid_request("The request could not be completed. A query parameter is not valid.").detail(json!({
            "code": "INVALID_VALUE",
            "target": parameter,
            "message": detail,
        }))
    }

    pub(crate) fn invalid_expand(allowed: &[&str]) -> Self {
        Self::invalid_request("The request could not be completed. A query parameter is not valid.").detail(json!({
            "code": "INVALID_VALUE",
            "target": "expand",
            "message": "The resource cannot be expanded by this value.",
            "innerError": { "allowedValues": allowed },
        }))
    }

    fn invalid_request(message: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
    }

    pub(crate) fn not_found() -> Self {
        let message = "The request could not be completed. The requested resource was not found.";
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
    }

    pub(crate) fn method_not_allowed(allow: &'static str) -> Self {
        let message = "The request could not be completed. The resource does not support this method.";
        let mut error = Self::new(StatusCode::METHOD_NOT_ALLOWED, "INVALID_REQUEST", message);
        error.header = Some((ALLOW, allow));
        error
    }

    pub(crate) fn unsupported_media_type(detail: &str, allowed: &str) -> Self {
        let message = "The request could not be completed. The content type is not supported.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "INVALID_REQUEST", message).detail(json!({
            "code": "INVALID_VALUE",
            "target": "Content-Type",
            "message": detail,
            "innerError": { "allowedValues": [allowed] },
        }))
    }

    pub(crate) fn unreadable_body(status: StatusCode) -> Self {
        let message = "The request could not be completed. The body is too large or incomplete.";
        Self::new(status, "INVALID_REQUEST", message)
    }

    /// The next window opens within a second.
    pub(crate) fn rate_limited() -> Self {
        let message = "The request could not be completed. There were too many requests.";
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, "REQUEST_LIMITED", message);
        error.header = Some((RETRY_AFTER, "1"));
        error.with_id = false;
        error
    }

    pub(crate) fn invalid_data() -> Self {
        let message = "The request could not be completed. One or more validation errors were in the request.";
        Self::new(StatusCode::BAD_REQUEST, "INVALID_DATA", message).detail(json!({
            "code": "INVALID_VALUE",
            "target": "grant_type",
            "message": "The value is not valid.",
        }))
    }

    pub(crate) fn unexpected() -> Self {
        let message = "The request could not be completed. An unexpected error occurred.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "UNEXPECTED_ERROR", message)
    }

    /// Returns the JSON of the error.
    pub(crate) fn body(&self, CorrelationId(id): CorrelationId) -> Value {
        let mut body = json!({ "code": self.code, "message": self.message });
        if self.with_id {
            body["id"] = json!(id);
        }
        if !self.details.is_empty() {
            body["details"] = Value::Array(self.details.clone());
        }
        body
    }

    pub(crate) fn into_response(self, id: CorrelationId) -> Response {
        let mut response = (self.status, [(CONTENT_TYPE, JSON)], self.body(id).to_string()).into_response();
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
