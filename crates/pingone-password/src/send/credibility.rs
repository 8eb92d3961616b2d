//! Whether a response that claims success is believed.
//!
//! A status line proves nothing: a captive portal, a maintenance page or a firewall may respond with 200, and a gateway may
//! mix up its connections.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use pingone_password_client::RawResponse;

use super::claims::Claims;
use crate::error::Defect;
use crate::operations::StateCheck;
use crate::{EnvironmentId, UserId, media_type};

/// What a response has to agree with.
pub(super) struct Expected {
    pub(super) is_write: bool,
    /// Not known in a test without a client.
    pub(super) environment_id: Option<EnvironmentId>,
    pub(super) user_id: Option<UserId>,
    /// Whether the body is the user, and not something of the user's.
    pub(super) is_user: bool,
    pub(super) state_check: Option<&'static StateCheck>,
}

/// Returns what is wrong with a response that claims success, if it isn't believed. Its body may still be of another shape.
///
/// A write is believed if its status is 200, 201 or 204 and its body is empty, or JSON that isn't an error and names this user
/// and environment if it names any. A read needs 200 and a body.
pub(super) fn judge(response: &RawResponse, expected: &Expected) -> Result<(), Defect> {
    if !expected.is_write && response.is_complete() && response.body().is_empty() {
        return Err(Defect::Empty);
    }
    let confirms = match response.status().as_u16() {
        200 => true,
        201 | 204 => expected.is_write,
        _ => false,
    };
    if !confirms {
        return Err(Defect::Unconfirmed);
    }
    if response.is_too_large() {
        return Err(Defect::TooLarge);
    }
    if !response.is_complete() {
        return Err(Defect::BrokenOff);
    }
    if is_compressed(response) {
        return Err(Defect::Compressed);
    }
    if response.body().is_empty() {
        return Ok(());
    }
    if expected.is_write && !claims_json(response) {
        return Err(Defect::NotJson);
    }
    let property = expected.state_check.map(|check| check.property);
    let claims = Claims::read(response.body(), property).map_err(|error| match error {
        error if error.is_eof() => Defect::TruncatedJson,
        _ => Defect::NotJson,
    })?;
    if expected.is_write && claims.is_error() {
        return Err(Defect::ErrorObject);
    }
    let user = if expected.is_user { "id" } else { "user.id" };
    let user_id = expected.user_id.map(|id| id.to_string());
    if user_id.is_some_and(|id| names_another(&claims, user, &id)) {
        return Err(Defect::OtherUser);
    }
    let environment_id = expected.environment_id.map(|id| id.to_string());
    if environment_id.is_some_and(|id| names_another(&claims, "environment.id", &id)) {
        return Err(Defect::OtherEnvironment);
    }
    let Some(StateCheck { property, not_applied, known, may_remain, .. }) = expected.state_check else { return Ok(()) };
    match claims.get(property).and_then(|value| value.as_str()) {
        Some(value) if value == *not_applied && !may_remain => Err(Defect::StillLockedOut),
        Some(value) if known.contains(&value) => Ok(()),
        // `{"status": "success"}` is a gateway's.
        _ if claims.get(user).is_none() => Err(Defect::OtherShape),
        _ => Ok(()),
    }
}

fn is_compressed(response: &RawResponse) -> bool {
    let is_identity = |value: &http::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    response.headers().get_all(CONTENT_ENCODING).iter().any(|value| !value.is_empty() && !is_identity(value))
}

/// Whether every `Content-Type` is JSON. A response without one isn't another media type.
fn claims_json(response: &RawResponse) -> bool {
    let is_json = |value: &http::HeaderValue| value.to_str().is_ok_and(media_type::is_json);
    let is_problem = |value: &http::HeaderValue| value.to_str().is_ok_and(|value| value.contains("problem+json"));
    response.headers().get_all(CONTENT_TYPE).iter().all(|value| is_json(value) && !is_problem(value))
}

/// Whether JSON names a resource with another ID.
fn names_another(claims: &Claims, property: &str, id: &str) -> bool {
    claims.get(property).is_some_and(|named| !named.as_str().is_some_and(|named| named.eq_ignore_ascii_case(id)))
}
