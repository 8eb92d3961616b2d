//! The token endpoint.

use std::sync::Arc;

use axum::{
    Extension,
    body::Bytes,
    extract::{FromRequest, Path, Request, State, rejection::PathRejection},
    http::{Method, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use super::{
    super::{checks, outcome::Outcome},
    client::Client,
    form::Parameters,
    grants,
};
use crate::{
    faults::{Injected, Replaced, TokenFault},
    responses::{self, ApiError, CorrelationId, OAuthError},
    state::Shared,
};

pub(super) async fn token(
    State(shared): State<Arc<Shared>>,
    Extension(id): Extension<CorrelationId>,
    environment: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    if request.method() != Method::POST {
        return ApiError::method_not_allowed("POST").into_response(id);
    }
    shared.store().token_requests += 1;
    let (parts, body) = request.into_parts();
    // The recording layer has read the whole body already.
    let body = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await.unwrap_or_default();

    let fault = shared.faults().next_token();
    let token = if fault.is_none_or(TokenFault::applies) {
        match respond(&shared, environment.is_ok_and(|Path(id)| shared.is_worker_environment(&id)), &parts, &body) {
            Ok(token) => token,
            Err(error) => return error.into_response(),
        }
    } else {
        Value::Null
    };
    let Some(fault) = fault else { return responses::token_ok(&token) };
    let authorization = checks::authorization(&parts.headers);
    let body = String::from_utf8_lossy(&body).into_owned();
    let injected = Injected::Token(fault, Replaced { resource: token, authorization, body, ..Replaced::default() });
    Outcome { applied: false, injected: Some(injected) }.into_response()
}

/// Issues an access token and returns its JSON.
fn respond(shared: &Shared, known_here: bool, parts: &Parts, body: &Bytes) -> Result<Value, OAuthError> {
    let form = Parameters::of_body(&parts.headers, body).ok_or_else(OAuthError::not_a_form)?;
    if let Some(name) = form.repeated() {
        return Err(OAuthError::invalid_request(format!("The parameter {name} is repeated.")));
    }
    let grant_type = form.get("grant_type").ok_or_else(OAuthError::not_a_form)?;
    let grant = grants::named(grant_type).ok_or_else(OAuthError::unsupported_grant_type)?;
    let client =
        if known_here { Client::of(shared, &parts.headers, &form)? } else { return Err(OAuthError::invalid_client()) };
    if client == grant.client { (grant.issue)(shared, &form) } else { Err(OAuthError::unauthorized_client()) }
}
