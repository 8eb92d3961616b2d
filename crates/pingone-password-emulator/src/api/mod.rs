//! The API: its routes, and the layers around them.

mod checks;
mod correlation;
mod media_types;
mod near_miss;
mod outcome;
mod password;
mod recording;
mod step;
mod token;

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    response::Response,
    routing::any,
};

use crate::{
    responses::{ApiError, CorrelationId},
    state::Shared,
};

/// The largest request body that is accepted, in bytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// Returns the routes. The layers around them, from the inside out: recording and latency, correlation ID and faults, the
/// connection's step, the body limit.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/environments/{environment}/users/{user}/password", any(password::password))
        .route("/{environment}/as/token", any(token::issue))
        .fallback(not_found)
        .layer(from_fn_with_state(Arc::clone(&shared), recording::record))
        .layer(from_fn_with_state(Arc::clone(&shared), correlation::correlate))
        .layer(from_fn(step::keep))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(shared)
}

async fn not_found(Extension(id): Extension<CorrelationId>) -> Response {
    ApiError::not_found().into_response(id)
}
