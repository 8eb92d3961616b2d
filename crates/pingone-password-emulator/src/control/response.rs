//! Bodies and errors of the control API.

use std::fmt::Display;

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

/// An error of the control API: a status and `{"message": "…"}`.
pub(super) struct ControlError {
    status: StatusCode,
    message: String,
}

impl ControlError {
    pub(super) fn new(status: StatusCode, message: impl Display) -> Self {
        Self { status, message: message.to_string() }
    }

    pub(super) fn bad_request(message: impl Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn not_found(message: impl Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "message": self.message }))).into_response()
    }
}

/// A body of JSON. A `Content-Type` other than `application/json` is rejected, so that no foreign page can send one without asking.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ControlError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ControlError> {
        let content_type =
            request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            let message = "the body must be JSON, with the Content-Type application/json";
            return Err(ControlError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|error: BytesRejection| ControlError::new(error.status(), error.body_text()))?;
        serde_json::from_slice(&body).map(Body).map_err(ControlError::bad_request)
    }
}

/// Returns the UUID in a path or query.
pub(super) fn uuid(text: &str, name: &str) -> Result<Uuid, ControlError> {
    Uuid::try_parse(text).map_err(|_| ControlError::bad_request(format_args!("the {name} {text:?} is not a UUID")))
}
