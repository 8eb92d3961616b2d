//! The responses of the token endpoint, which have a format of their own.

use std::borrow::Cow;

use axum::{
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::JSON;

/// An error of the token endpoint: `{error, error_description}`.
pub(crate) struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: Cow<'static, str>,
}

impl OAuthError {
    pub(crate) fn not_a_form() -> Self {
        Self::bad_request("invalid_request", "The body must be a form with exactly one grant_type.")
    }

    pub(crate) fn invalid_request(description: String) -> Self {
        Self::bad_request("invalid_request", description)
    }

    pub(crate) fn unsupported_grant_type() -> Self {
        Self::bad_request("unsupported_grant_type", "The grant type is not supported.")
    }

    pub(crate) fn unauthorized_client() -> Self {
        Self::bad_request("unauthorized_client", "The application must not use this grant type.")
    }

    pub(crate) fn invalid_grant(description: &'static str) -> Self {
        Self::bad_request("invalid_grant", description)
    }

    /// Returns an error of the device authorization grant (RFC 8628, section 3.5).
    pub(crate) fn device(error: &'static str, description: &'static str) -> Self {
        Self::bad_request(error, description)
    }

    fn bad_request(error: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, description: description.into() }
    }

    pub(crate) fn invalid_client() -> Self {
        Self::invalid_client_because("The client is unknown in this environment, or its credentials are wrong.".into())
    }

    pub(crate) fn unsupported_authentication_method() -> Self {
        Self::invalid_client_because("Request denied: Unsupported authentication method".into())
    }

    /// Returns an error that quotes the credentials.
    pub(crate) fn quoting(authorization: &str, body: &str) -> Self {
        Self::invalid_client_because(format!("Rejected {authorization} with {body}").into())
    }

    fn invalid_client_because(description: Cow<'static, str>) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, error: "invalid_client", description }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        respond(self.status, &json!({ "error": self.error, "error_description": self.description }))
    }
}

/// Returns the JSON of an access token.
pub(crate) fn access_token(token: &str, expires_in: u64) -> Value {
    json!({ "access_token": token, "token_type": "Bearer", "expires_in": expires_in })
}

/// Returns a 200 with the JSON of an access token.
pub(crate) fn token_ok(token: &Value) -> Response {
    respond(StatusCode::OK, token)
}

fn respond(status: StatusCode, body: &Value) -> Response {
    let headers = [(CONTENT_TYPE, JSON), (CACHE_CONTROL, "no-store")];
    (status, headers, body.to_string()).into_response()
}
