//! The responses: their headers and their JSON.

mod correlation_id;
mod error;
mod gateway;
mod oauth;
mod password_policy;
mod password_state;
mod user;

use axum::{
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use serde_json::Value;

pub(crate) use self::{
    correlation_id::{CORRELATION_ID, CorrelationId},
    error::ApiError,
    gateway::gateway_forbidden,
    oauth::{OAuthError, access_token, token_ok},
    password_state::password_state,
    user::{USER_UPDATED_AT, UserFormat, population, user_page},
};

pub(crate) const HAL_JSON: &str = "application/hal+json;charset=UTF-8";
pub(crate) const JSON: &str = "application/json;charset=UTF-8";

/// Returns a 200 with a resource.
pub(crate) fn ok(resource: &Value) -> Response {
    ([(CONTENT_TYPE, HAL_JSON)], resource.to_string()).into_response()
}
