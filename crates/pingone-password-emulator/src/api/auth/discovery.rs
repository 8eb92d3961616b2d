//! The discovery document.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Request, State, rejection::PathRejection},
    http::Method,
    response::Response,
};
use serde_json::json;

use super::grants;
use crate::{
    responses::{self, ApiError, CorrelationId},
    state::Shared,
};

pub(super) async fn discovery(
    State(shared): State<Arc<Shared>>,
    Extension(id): Extension<CorrelationId>,
    environment: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    if request.method() != Method::GET {
        return ApiError::method_not_allowed("GET").into_response(id);
    }
    if !environment.is_ok_and(|Path(id)| shared.is_worker_environment(&id)) {
        return ApiError::not_found().into_response(id);
    }
    let issuer = shared.issuer();
    responses::token_ok(&json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "device_authorization_endpoint": format!("{issuer}/device_authorization"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "response_types_supported": ["code"],
        "grant_types_supported": grants::ALL.map(|grant| grant.name),
        "scopes_supported": ["openid"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["none"],
        "claims_supported": ["sub", "name", "preferred_username"],
    }))
}
