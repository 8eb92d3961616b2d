//! The two applications: the worker, and the public client that people sign in with.

use axum::http::{HeaderMap, header::AUTHORIZATION};
use base64::{Engine, prelude::BASE64_STANDARD};

use super::{super::checks, form::Parameters};
use crate::{responses::OAuthError, state::Shared, store::SIGN_IN_CLIENT_ID};

/// The application that sends a token request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    Worker,
    /// The application that people sign in with. It has no secret.
    SignIn,
}

impl Client {
    /// Returns the application that the request authenticates as.
    pub(super) fn of(shared: &Shared, headers: &HeaderMap, form: &Parameters<'_>) -> Result<Self, OAuthError> {
        let has_secret = headers.contains_key(AUTHORIZATION) || form.get("client_secret").is_some();
        if is_sign_in_client(form) && !has_secret {
            return Ok(Self::SignIn);
        }
        let is_worker = |(id, secret): (String, String)| id == shared.client_id && secret == shared.client_secret;
        let known = credentials(headers, form).into_iter().any(is_worker);
        if known { Ok(Self::Worker) } else { Err(OAuthError::invalid_client()) }
    }
}

/// Returns whether the form names the application that people sign in with.
pub(super) fn is_sign_in_client(form: &Parameters<'_>) -> bool {
    form.get("client_id").is_some_and(|id| id.eq_ignore_ascii_case(&SIGN_IN_CLIENT_ID.to_string()))
}

/// Returns the client ID and secret: from HTTP Basic if there is an `Authorization`, else from the form.
///
/// Basic credentials have two readings: RFC 6749 requires them form-encoded, but curl and many others don't encode them.
fn credentials(headers: &HeaderMap, form: &Parameters<'_>) -> Vec<(String, String)> {
    if !headers.contains_key(AUTHORIZATION) {
        return form.owned("client_id").zip(form.owned("client_secret")).into_iter().collect();
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
