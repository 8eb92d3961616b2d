//! The layer that adds the correlation ID and puts faults in place of responses.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use super::outcome::Outcome;
use crate::{
    responses::{CORRELATION_ID, CorrelationId},
    state::Shared,
};

pub(super) async fn correlate(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let id = CorrelationId::new();
    request.extensions_mut().insert(id);
    let mut response = next.run(request).await;
    if let Some(Outcome { injected: Some(injected), .. }) = response.extensions_mut().remove() {
        response = injected.into_response(id, &shared.redirect_target);
    }
    response.headers_mut().entry(CORRELATION_ID).or_insert_with(|| id.header_value());
    response
}
