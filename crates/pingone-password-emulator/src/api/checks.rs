//! The checks in front of every operation, in the order of the table in the crate's documentation.

use axum::http::{
    HeaderMap, HeaderName,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use uuid::Uuid;

use super::media_types;
use crate::{
    responses::{ApiError, CorrelationId},
    store::{Cause, ENVIRONMENT_ID, Grant, Role, Store},
};

/// The header by which a caller finds a request again in the events that it causes.
const EXTERNAL_TRANSACTION_ID: HeaderName = HeaderName::from_static("x-ping-external-transaction-id");

/// Checks the rate limit, the access token and the environment. Returns the token's permissions.
pub(super) fn access(store: &mut Store, headers: &HeaderMap, environment: &str) -> Result<Grant, ApiError> {
    let now = store.clock.now();
    if store.rate_limit.as_mut().is_some_and(|limit| !limit.admit(now)) {
        return Err(ApiError::rate_limited());
    }
    let grant = token(store, headers)?;
    let environment = uuid(environment).ok_or_else(|| ApiError::not_a_uuid("environmentId"))?;
    if environment == ENVIRONMENT_ID { Ok(grant) } else { Err(ApiError::other_environment()) }
}

/// Checks the access token. Returns its permissions.
pub(super) fn token(store: &Store, headers: &HeaderMap) -> Result<Grant, ApiError> {
    let now = store.clock.now();
    let grant = bearer_token(headers).and_then(|token| store.tokens.accept(token, now));
    grant.ok_or_else(ApiError::invalid_token)
}

/// Checks that the user exists, and that the token's permissions include the user's population.
pub(super) fn user(store: &Store, user: &str, grant: Grant) -> Result<Uuid, ApiError> {
    let id = uuid(user).ok_or_else(|| ApiError::not_a_uuid("userId"))?;
    let user = store.users().get(&id).ok_or_else(ApiError::not_found)?;
    let visible = grant.population.is_none_or(|population| population == user.population);
    if visible { Ok(id) } else { Err(ApiError::not_found()) }
}

/// Checks that the token's role permits a write.
pub(super) fn may_write(grant: Grant) -> Result<(), ApiError> {
    match grant.role {
        Role::IdentityDataAdmin | Role::UnlockOnly => Ok(()),
        Role::IdentityDataReadOnly => Err(ApiError::read_only_role()),
    }
}

/// Checks that the token's role permits reading a password's state.
pub(super) fn may_read(grant: Grant) -> Result<(), ApiError> {
    match grant.role {
        Role::IdentityDataAdmin | Role::IdentityDataReadOnly => Ok(()),
        Role::UnlockOnly => Err(ApiError::unlock_only_role()),
    }
}

/// Returns the request as the cause of events.
pub(super) fn cause(headers: &HeaderMap, CorrelationId(correlation_id): CorrelationId, grant: Grant) -> Cause {
    let transaction_id = only(headers, EXTERNAL_TRANSACTION_ID).map(str::to_owned);
    Cause { actor: grant.actor, correlation_id, transaction_id }
}

/// Checks that there is exactly one `Content-Type`, and that it has this media type. Parameters are ignored.
pub(super) fn media_type(headers: &HeaderMap, expected: &str, not_emulated: &[&str]) -> Result<(), ApiError> {
    let reject = |detail| Err(ApiError::unsupported_media_type(detail, expected));
    let Some(content_type) = only(headers, CONTENT_TYPE) else {
        return reject("Exactly one Content-Type is required.");
    };
    let media_type = media_types::essence(content_type);
    let is = |name: &str| media_type.eq_ignore_ascii_case(name);
    if is(expected) {
        Ok(())
    } else if not_emulated.iter().copied().any(is) {
        reject("This is another operation on the resource, which the emulator does not support.")
    } else {
        reject("The media type does not name an operation on the resource.")
    }
}

/// Returns the value of a header that is present exactly once.
pub(super) fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok())?
}

/// Returns the `Authorization` header, or an empty text.
pub(super) fn authorization(headers: &HeaderMap) -> String {
    headers.get(AUTHORIZATION).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

/// Returns the token of the only `Authorization: Bearer …`.
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = only(headers, AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim())
}

/// Parses a UUID in the vendor's format, with hyphens and without braces. The case of the digits doesn't matter.
fn uuid(text: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(text).ok()?;
    id.to_string().eq_ignore_ascii_case(text).then_some(id)
}
