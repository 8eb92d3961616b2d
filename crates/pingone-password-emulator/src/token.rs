//! The token endpoint: an access token for the worker application's credentials.

use std::sync::Arc;

use axum::{
    Extension, Form,
    extract::{FromRequest, Path, Request, State, rejection::PathRejection},
    http::{
        HeaderMap, Method, StatusCode,
        header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    answers::{Outcome, Strike},
    body::{ApiError, JSON},
    recording::CorrelationId,
    routes::only,
    store::Shared,
};

/// What a client sends. It is a form.
#[derive(Deserialize)]
struct TokenRequest {
    grant_type: String,
    client_id: Option<String>,
    client_secret: Option<String>,
}

pub(crate) async fn issue(
    State(shared): State<Arc<Shared>>,
    Extension(id): Extension<CorrelationId>,
    environment: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    if request.method() != Method::POST {
        return ApiError::method_not_allowed("POST").into_response(id);
    }
    let fault = {
        let mut store = shared.store();
        store.token_requests += 1;
        store.faults.strike_token()
    };
    if let Some(fault) = fault {
        let mut response = Response::default();
        response.extensions_mut().insert(Outcome { applied: false, strike: Some(Strike::Token(fault)) });
        return response;
    }
    let headers = request.headers().clone();
    let Ok(Form(form)) = Form::<TokenRequest>::from_request(request, &()).await else {
        let description = "The body must be a form with one grant_type.";
        return refuse(StatusCode::BAD_REQUEST, "invalid_request", description);
    };
    if form.grant_type != "client_credentials" {
        let description = "The grant type must be client_credentials.";
        return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type", description);
    }
    let known_here = environment.is_ok_and(|Path(id)| shared.worker_environment.to_string().eq_ignore_ascii_case(&id));
    let is_expected = |(id, secret): (String, String)| id == shared.client_id && secret == shared.client_secret;
    if !known_here || !credentials(&headers, form).into_iter().any(is_expected) {
        return invalid_client();
    }
    let (access_token, expires_in) = {
        let mut store = shared.store();
        (store.tokens.issue(), store.tokens.expires_in())
    };
    let body = json!({ "access_token": access_token, "token_type": "Bearer", "expires_in": expires_in });
    answer(StatusCode::OK, &body)
}

/// Client id and client secret: by HTTP Basic where there is an `Authorization`, else from the form.
///
/// Basic credentials can be read in two ways: RFC 6749 has them form-encoded first, curl and many others don't.
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

pub(crate) fn invalid_client() -> Response {
    let description = "The client is unknown in this environment, or its credentials are wrong.";
    refuse(StatusCode::UNAUTHORIZED, "invalid_client", description)
}

/// An error of OAuth, which has another shape than the API's.
fn refuse(status: StatusCode, error: &str, description: &str) -> Response {
    answer(status, &json!({ "error": error, "error_description": description }))
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let headers = [(CONTENT_TYPE, JSON), (CACHE_CONTROL, "no-store")];
    (status, headers, body.to_string()).into_response()
}
