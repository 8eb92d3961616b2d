//! The authorization endpoint, and the sign-in page behind it.

use std::sync::Arc;

use axum::{
    Extension,
    body::Bytes,
    extract::{FromRequest, Path, Request, State, rejection::PathRejection},
    http::{Method, StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};

use super::{client::is_sign_in_client, form::Parameters, page};
use crate::{
    responses::{ApiError, CorrelationId},
    state::Shared,
    store::{Agent, Authorization},
};

/// A request that can't be redirected to the client, because the client isn't known.
const UNKNOWN_CLIENT: &str = "The client_id is not that of the application that people sign in with.";
const INVALID_REDIRECT_URI: &str = "The redirect_uri is not one of the application's.";

/// Shows the sign-in page.
pub(super) async fn authorize(
    State(shared): State<Arc<Shared>>,
    Extension(id): Extension<CorrelationId>,
    environment: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    if request.method() != Method::GET {
        return ApiError::method_not_allowed("GET").into_response(id);
    }
    let query = Parameters::new(request.uri().query().unwrap_or_default().as_bytes());
    let known_here = environment.is_ok_and(|Path(id)| shared.is_worker_environment(&id));
    if !known_here || !is_sign_in_client(&query) {
        return page::error(UNKNOWN_CLIENT);
    }
    let redirect_uri = match query.get("redirect_uri") {
        Some(uri) if is_redirect_uri(&shared, uri) && query.repeated() != Some("redirect_uri") => uri,
        _ => return page::error(INVALID_REDIRECT_URI),
    };
    match authorization(&query, redirect_uri) {
        Err((error, description)) => {
            let state = query.get("state");
            redirect(
                redirect_uri,
                &[("error", Some(error)), ("error_description", Some(&description)), ("state", state)],
            )
        }
        Ok(authorization) => {
            let mut store = shared.store();
            let now = store.clock.now();
            page::sign_in(&store.sign_ins.open_page(authorization, now))
        }
    }
}

/// Returns a valid request, or an error and its description.
fn authorization(query: &Parameters<'_>, redirect_uri: &str) -> Result<Authorization, (&'static str, String)> {
    let invalid = |description: String| Err(("invalid_request", description));
    if let Some(name) = query.repeated() {
        return invalid(format!("The parameter {name} is repeated."));
    }
    match query.get("response_type") {
        Some("code") => {}
        Some(_) => return Err(("unsupported_response_type", "The response_type must be code.".to_owned())),
        None => return invalid("The parameter response_type is missing.".to_owned()),
    }
    if query.get("code_challenge_method") != Some("S256") {
        return invalid("The code_challenge_method must be S256.".to_owned());
    }
    let Some(challenge) = query.owned("code_challenge") else {
        return invalid("The parameter code_challenge is missing.".to_owned());
    };
    Ok(Authorization {
        redirect_uri: redirect_uri.to_owned(),
        state: query.owned("state"),
        nonce: query.owned("nonce"),
        scope: query.owned("scope").unwrap_or_else(|| "openid".to_owned()),
        challenge,
    })
}

/// Takes the choice on the sign-in page and redirects to the client.
pub(super) async fn sign_in(
    State(shared): State<Arc<Shared>>,
    Extension(id): Extension<CorrelationId>,
    request: Request,
) -> Response {
    if request.method() != Method::POST {
        return ApiError::method_not_allowed("POST").into_response(id);
    }
    // The recording layer has read the whole body already.
    let body = Bytes::from_request(request, &()).await.unwrap_or_default();
    let form = Parameters::new(&body);
    let mut store = shared.store();
    let now = store.clock.now();
    let page = form.get("page").and_then(|key| store.sign_ins.close_page(key, now));
    let Some(authorization) = page else {
        return page::error("The sign-in page was used before or has expired.");
    };
    let (redirect_uri, state) = (authorization.redirect_uri.clone(), authorization.state.clone());
    let state = ("state", state.as_deref());
    match form.get("agent").and_then(Agent::named) {
        Some(agent) => {
            let code = store.sign_ins.issue_code(authorization, agent, now);
            redirect(&redirect_uri, &[("code", Some(&code)), state])
        }
        None => redirect(&redirect_uri, &[("error", Some("access_denied")), state]),
    }
}

/// Returns whether the application has this redirect URI: one that was configured, or else any on a loopback address (RFC 8252,
/// section 7.3).
fn is_redirect_uri(shared: &Shared, uri: &str) -> bool {
    if let Some(configured) = &shared.redirect_uri {
        return uri == configured;
    }
    let authority = uri.strip_prefix("http://").and_then(|rest| rest.split(['/', '?']).next());
    let host =
        authority.and_then(|authority| authority.rsplit_once(':')).map(|(host, port)| (host, port.parse::<u16>()));
    !uri.contains(['#', ' ', '\r', '\n']) && matches!(host, Some(("127.0.0.1" | "[::1]", Ok(_))))
}

fn redirect(uri: &str, parameters: &[(&str, Option<&str>)]) -> Response {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let separator = if uri.contains('?') { '&' } else { '?' };
    (StatusCode::FOUND, [(LOCATION, format!("{uri}{separator}{}", query.finish()))]).into_response()
}
