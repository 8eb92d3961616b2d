//! The token endpoint: an access token for the worker application's credentials.

use std::sync::Arc;

use axum::{
    Extension, Form,
    body::{Body, Bytes},
    extract::{FromRequest, Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, Method, header::AUTHORIZATION, request::Parts},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::Value;

use super::{checks, outcome::Outcome};
use crate::{
    faults::{Injected, Replaced, TokenFault},
    responses::{self, ApiError, CorrelationId, OAuthError},
    state::Shared,
    store::Grant,
};

/// The form that a client sends.
#[derive(Deserialize)]
struct TokenRequest {
    grant_type: String,
    client_id: Option<String>,
    client_secret: Option<String>,
}

pub(super) async fn issue(
    State(shared): State<Arc<Shared>>,
    Extension(id): Extension<CorrelationId>,
    environment: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    if request.method() != Method::POST {
        return ApiError::method_not_allowed("POST").into_response(id);
    }
    shared.store().token_requests += 1;
    let known_here = environment.is_ok_and(|Path(id)| shared.worker_environment.to_string().eq_ignore_ascii_case(&id));
    let (parts, body) = request.into_parts();
    // The recording layer has read the whole body already.
    let body = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await.unwrap_or_default();

    let fault = shared.faults().next_token();
    let token = if fault.is_none_or(TokenFault::applies) {
        match respond(&shared, known_here, &parts, body.clone()).await {
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
async fn respond(shared: &Shared, known_here: bool, parts: &Parts, body: Bytes) -> Result<Value, OAuthError> {
    let headers = &parts.headers;
    let request = Request::from_parts(parts.clone(), Body::from(body));
    let Ok(Form(form)) = Form::<TokenRequest>::from_request(request, &()).await else {
        return Err(OAuthError::invalid_request());
    };
    if form.grant_type != "client_credentials" {
        return Err(OAuthError::unsupported_grant_type());
    }
    let is_expected = |(id, secret): (String, String)| id == shared.client_id && secret == shared.client_secret;
    if !known_here || !credentials(headers, form).into_iter().any(is_expected) {
        return Err(OAuthError::invalid_client());
    }
    let mut store = shared.store();
    let now = store.clock.now();
    let token = store.tokens.issue(Grant::default(), None, now);
    Ok(responses::access_token(&token, store.tokens.expires_in()))
}

/// Returns the client ID and secret: from HTTP Basic if there is an `Authorization`, else from the form.
///
/// Basic credentials have two readings: RFC 6749 requires them form-encoded, but curl and many others don't encode them.
fn credentials(headers: &HeaderMap, form: TokenRequest) -> Vec<(String, String)> {
    if !headers.contains_key(AUTHORIZATION) {
        return form.client_id.zip(form.client_secret).into_iter().collect();
    }
    let Some((id, secret)) = basic(headers) else { return Vec::new() };
    let decoded = |text: &str| form_urlencoded::parse(text.as_bytes()).map(|(name, _)| name.into_owned()).next();
    let form_decoded = decoded(&id).zip(decoded(&secret));
    form_decoded.into_iter().chain([(id, secret)]).collect()
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = checks::only(headers, AUTHORIZATION)?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let decoded = BASE64_STANDARD.decode(encoded.trim()).ok()?;
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
