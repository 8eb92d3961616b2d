//! The API: its routes, and the layers around them.

mod auth;
mod checks;
mod correlation;
mod cursor;
mod filter;
mod media_types;
mod near_miss;
mod outcome;
mod page;
mod password;
mod perform;
mod query;
mod recording;
mod step;
mod users;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::HeaderMap,
    middleware::{from_fn, from_fn_with_state},
    response::Response,
    routing::any,
};

use crate::{responses, state::Shared};

/// The largest request body that is accepted, in bytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// Returns the routes. The layers around them, from the inside out: recording and latency, correlation ID and faults, the
/// connection's step, the body limit.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/environments/{environment}/users", any(users::users))
        .route("/v1/environments/{environment}/users/{user}", any(users::user))
        .route("/v1/environments/{environment}/users/{user}/password", any(password::password))
        .merge(auth::routes())
        .fallback(unknown_path)
        .layer(from_fn_with_state(Arc::clone(&shared), recording::record))
        .layer(from_fn_with_state(Arc::clone(&shared), correlation::correlate))
        .layer(from_fn(step::keep))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(shared)
}

/// Responds to an unknown path as the gateway does.
async fn unknown_path(headers: HeaderMap) -> Response {
    responses::gateway_forbidden(&checks::authorization(&headers))
}
