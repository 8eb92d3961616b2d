//! The ID of one request.

use axum::http::{HeaderName, HeaderValue};
use uuid::Uuid;

/// The ID of one request: the header `Correlation-Id`, and the `id` of an error.
#[derive(Clone, Copy)]
pub(crate) struct CorrelationId(pub(crate) Uuid);

pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("correlation-id");

impl CorrelationId {
    pub(crate) fn new() -> Self {
        Self(Uuid::new_v4())
    }

    pub(crate) fn header_value(self) -> HeaderValue {
        // A UUID is always visible ASCII.
        HeaderValue::try_from(self.0.to_string()).unwrap_or(HeaderValue::from_static(""))
    }
}
