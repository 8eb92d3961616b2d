//! The device authorization endpoint, and the page on which an agent decides.

use std::sync::Arc;

use axum::{
    Extension,
    body::Bytes,
    extract::{FromRequest, Path, Request, State, rejection::PathRejection},
    http::Method,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{client::is_sign_in_client, form::Parameters, page};
use crate::{
    responses::{self, ApiError, CorrelationId, OAuthError},
    state::Shared,
    store::{Agent, Decision},
};

/// Starts a device authorization.
pub(super) async fn device_authorization(
    State(shared): State<Arc<Shared>>,
    Extension(id): Extension<CorrelationId>,
    environment: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    if request.method() != Method::POST {
        return ApiError::method_not_allowed("POST").into_response(id);
    }
    let known_here = environment.is_ok_and(|Path(id)| shared.is_worker_environment(&id));
    let (parts, body) = request.into_parts();
    // The recording layer has read the whole body already.
    let body = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await.unwrap_or_default();
    let Some(form) = Parameters::of_body(&parts.headers, &body) else {
        return OAuthError::invalid_request("The body must be a form.".to_owned()).into_response();
    };
    if !known_here || !is_sign_in_client(&form) {
        return OAuthError::invalid_client().into_response();
    }
    let mut store = shared.store();
    let now = store.clock.now();
    let scope = form.owned("scope").unwrap_or_else(|| "openid".to_owned());
    let codes = store.sign_ins.add_device(scope, now);
    let settings = store.sign_ins.settings();
    let uri = format!("{}/device", shared.auth_base());
    responses::token_ok(&json!({
        "device_code": codes.device_code,
        "user_code": codes.user_code,
        "verification_uri": uri,
        "verification_uri_complete": format!("{uri}?user_code={}", codes.user_code),
        "expires_in": settings.device_lifetime.as_secs(),
        "interval": settings.device_interval.as_secs(),
    }))
}

/// Shows the page on which an agent decides, and takes the decision.
pub(super) async fn device(
    State(shared): State<Arc<Shared>>,
    Extension(id): Extension<CorrelationId>,
    request: Request,
) -> Response {
    if request.method() == Method::GET {
        let query = Parameters::new(request.uri().query().unwrap_or_default().as_bytes());
        return page::device(query.get("user_code").unwrap_or_default());
    }
    if request.method() != Method::POST {
        return ApiError::method_not_allowed("GET, POST").into_response(id);
    }
    // The recording layer has read the whole body already.
    let body = Bytes::from_request(request, &()).await.unwrap_or_default();
    let form = Parameters::new(&body);
    let agent = form.get("agent").and_then(Agent::named);
    let decision = agent.map_or(Decision::Deny, Decision::Approve);
    let mut store = shared.store();
    let now = store.clock.now();
    if !store.sign_ins.decide(form.get("user_code").unwrap_or_default(), decision, now) {
        return page::error("No device waits with this code. It may have expired.");
    }
    page::decided(decision)
}
