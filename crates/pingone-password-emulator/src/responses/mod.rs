//! The responses: their headers and their JSON.

mod correlation_id;
mod error;
mod oauth;
mod password_policy;
mod password_state;

use axum::{
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use serde_json::Value;

pub(crate) use self::{
    correlation_id::{CORRELATION_ID, CorrelationId},
    error::ApiError,
    oauth::{OAuthError, access_token, token_ok},
    password_state::password_state,
};

pub(crate) const HAL_JSON: &str = "application/hal+json;charset=UTF-8";
pub(crate) const JSON: &str = "application/json;charset=UTF-8";

/// Returns a 200 with a resource.
pub(crate) fn ok(resource: &Value) -> Response {
    ([(CONTENT_TYPE, HAL_JSON)], resource.to_string()).into_response()
}
