//! The user info endpoint: the person that an access token stands for.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Request, State},
    http::Method,
    response::Response,
};
use serde_json::json;

use super::super::checks;
use crate::{
    responses::{self, ApiError, CorrelationId},
    state::Shared,
    store::Actor,
};

pub(super) async fn userinfo(
    State(shared): State<Arc<Shared>>,
    Extension(id): Extension<CorrelationId>,
    request: Request,
) -> Response {
    if request.method() != Method::GET {
        return ApiError::method_not_allowed("GET").into_response(id);
    }
    match checks::token(&shared.store(), request.headers()).map(|grant| grant.actor) {
        Ok(Actor::Agent(agent)) => responses::token_ok(&json!({
            "sub": agent.id(),
            "name": agent.name(),
            "preferred_username": agent.username(),
        })),
        // A worker application is no person.
        Ok(Actor::Worker) => ApiError::invalid_token().into_response(id),
        Err(error) => error.into_response(id),
    }
}
