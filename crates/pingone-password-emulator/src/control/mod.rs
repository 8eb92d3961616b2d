//! The control API under `/__emulator`, and the page at `/`: a layer in front of the API, which knows nothing of it.
//!
//! `openapi.yaml` in the crate's folder describes it.

mod clock;
mod events;
mod exchange;
mod faults;
mod guard;
mod page;
mod requests;
mod response;
mod settings;
mod stream;
mod tokens;
mod users;

use std::sync::Arc;

use axum::{
    Router,
    extract::{FromRef, State},
    http::StatusCode,
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::{any, delete, get, post, put},
};

use self::response::ControlError;
use crate::state::Shared;

/// The control API's share of the state.
#[derive(Clone)]
struct Control {
    shared: Arc<Shared>,
    /// The API alone, for requests that the page sends.
    api: Router,
}

impl FromRef<Control> for Arc<Shared> {
    fn from_ref(control: &Control) -> Self {
        Self::clone(&control.shared)
    }
}

/// Returns the API's routes with those of the control API and the page in front of them.
pub(crate) fn in_front_of(api: Router, shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(page::html))
        .route("/__emulator/page.css", get(page::css))
        .route("/__emulator/page.js", get(page::js))
        .route("/__emulator/icon.svg", get(page::icon))
        .route("/__emulator/openapi.yaml", get(page::openapi))
        .route("/__emulator/clock", get(clock::read).post(clock::advance))
        .route("/__emulator/events", get(events::list))
        .route("/__emulator/exchange", post(exchange::exchange))
        .route("/__emulator/faults", get(faults::list).post(faults::queue).delete(faults::clear))
        .route("/__emulator/faults/random", put(faults::set_random).delete(faults::clear_random))
        .route("/__emulator/requests", get(requests::list).delete(requests::clear))
        .route("/__emulator/requests/count", get(requests::count))
        .route("/__emulator/reset", post(reset))
        .route("/__emulator/settings", get(settings::read))
        .route("/__emulator/stream", get(stream::stream))
        .route("/__emulator/tokens", get(tokens::list).post(tokens::issue).delete(tokens::revoke_all))
        .route("/__emulator/tokens/{token}", delete(tokens::revoke))
        .route("/__emulator/users", get(users::list).post(users::add))
        .route("/__emulator/users/{user}", get(users::read).patch(users::change).delete(users::remove))
        .route("/__emulator", any(not_found))
        .route("/__emulator/{*path}", any(not_found))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn(guard::check))
        .with_state(Control { shared, api: api.clone() })
        .fallback_service(api)
}

/// Puts everything back to the start.
async fn reset(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.reset();
    StatusCode::NO_CONTENT
}

async fn not_found() -> Response {
    ControlError::not_found("no such path; /__emulator/openapi.yaml lists them").into_response()
}

async fn method_not_allowed() -> Response {
    ControlError::new(StatusCode::METHOD_NOT_ALLOWED, "this path does not support the method").into_response()
}
