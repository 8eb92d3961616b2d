//! The layer that keeps a connection's responses in step with its requests, or out of step after a fault.

use std::sync::Arc;

use axum::{
    Extension,
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::Response,
};

use crate::{connection_state::ConnectionState, raw_response::RawResponse};

pub(super) async fn keep(
    Extension(connection): Extension<Arc<ConnectionState>>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    if response.extensions().get::<RawResponse>().is_some() {
        // Ends the connection.
        return response;
    }
    let (parts, body) = response.into_parts();
    // The API's responses are in memory already.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    connection.exchange(Response::from_parts(parts, body)).map(Body::from)
}
