//! The token endpoint: an access token for the worker application's credentials.

use std::sync::Arc;

use axum::{
    Extension, Form,
    extract::{FromRequest, Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, Method, header::AUTHORIZATION},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;

use super::{checks::only, outcome::Outcome};
use crate::{
    faults::Injected,
    responses::{self, ApiError, CorrelationId, OAuthError},
    state::Shared,
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
    if let Some(fault) = shared.faults().next_token() {
        let mut response = Response::default();
        response.extensions_mut().insert(Outcome { applied: false, injected: Some(Injected::Token(fault)) });
        return response;
    }
    let known_here = environment.is_ok_and(|Path(id)| shared.worker_environment.to_string().eq_ignore_ascii_case(&id));
    respond(&shared, known_here, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn respond(shared: &Shared, known_here: bool, request: Request) -> Result<Response, OAuthError> {
    let headers = request.headers().clone();
    let Ok(Form(form)) = Form::<TokenRequest>::from_request(request, &()).await else {
        return Err(OAuthError::invalid_request());
    };
    if form.grant_type != "client_credentials" {
        return Err(OAuthError::unsupported_grant_type());
    }
    let is_expected = |(id, secret): (String, String)| id == shared.client_id && secret == shared.client_secret;
    if !known_here || !credentials(&headers, form).into_iter().any(is_expected) {
        return Err(OAuthError::invalid_client());
    }
    let mut store = shared.store();
    let token = store.tokens.issue();
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
    let (scheme, encoded) = only(headers, AUTHORIZATION)?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let decoded = BASE64_STANDARD.decode(encoded.trim()).ok()?;
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
