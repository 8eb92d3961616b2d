//! Whether a response that claims success is believed.
//!
//! A status line proves nothing: a captive portal, a maintenance page or a firewall may respond with 200, and a gateway may
//! mix up its connections.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use pingone_password_client::{Inspect, RawResponse};
use serde_json::Value;
use serde_json::error::Category;

use super::exchange::{Exchange, decode};
use crate::error::Defect;
use crate::operations::StateCheck;
use crate::{EnvironmentId, UserId, media_type};

/// Names in an error: PingOne's, OAuth's, or a gateway's.
const OF_ERRORS: [&str; 6] = ["code", "message", "Message", "error", "errors", "fault"];

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

/// Returns the result of the operation from a response that claims success, and its body if that was decoded, or what is wrong
/// with the response.
///
/// A write is believed if its status is 200, 201 or 204 and its body is empty, or JSON that isn't an error and names this user
/// and environment if it names any. A read needs 200 and a body.
pub(super) fn judge<E: Exchange>(
    response: &RawResponse,
    expected: &Expected,
    body: Option<E::Body>,
) -> Result<E::Output, Defect> {
    judge_form(response, expected.is_write)?;
    if response.body().is_empty() {
        return E::output(None).ok_or(Defect::Empty);
    }
    // The document doesn't list each status that is believed.
    if let Some(body) = body.filter(|_| E::HAS_BODY).or_else(|| decode::<E>(response)) {
        judge_content(&body, expected)?;
        return E::output(Some(body)).ok_or(Defect::OtherShape);
    }
    let other: Value = response.json().map_err(|error| match error.classify() {
        Category::Eof => Defect::TruncatedJson,
        _ => Defect::NotJson,
    })?;
    judge_content(&other, expected)?;
    E::output(None).filter(|_| !E::HAS_BODY).ok_or(Defect::OtherShape)
}

/// Judges everything but the content of the body.
fn judge_form(response: &RawResponse, is_write: bool) -> Result<(), Defect> {
    if !is_write && response.is_complete() && response.body().is_empty() {
        return Err(Defect::Empty);
    }
    let confirms = match response.status().as_u16() {
        200 => true,
        201 | 204 => is_write,
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
    if is_write && !response.body().is_empty() && !claims_json(response) {
        return Err(Defect::NotJson);
    }
    Ok(())
}

/// Judges what the body says, and whom it is about.
fn judge_content(body: &dyn Inspect, expected: &Expected) -> Result<(), Defect> {
    if expected.is_write && OF_ERRORS.iter().any(|name| body.property(name).is_some()) {
        return Err(Defect::ErrorObject);
    }
    let named_user = at(body, if expected.is_user { "id" } else { "user.id" });
    if named_user.zip(expected.user_id).is_some_and(|(named, id)| named.uuid() != Some(id.into())) {
        return Err(Defect::OtherUser);
    }
    let named_environment = at(body, "environment.id");
    if named_environment.zip(expected.environment_id).is_some_and(|(named, id)| named.uuid() != Some(id.into())) {
        return Err(Defect::OtherEnvironment);
    }
    let Some(StateCheck { property, not_applied, known, may_remain, .. }) = expected.state_check else { return Ok(()) };
    match at(body, property).and_then(Inspect::text) {
        Some(value) if value == *not_applied && !may_remain => Err(Defect::StillLockedOut),
        Some(value) if known.contains(&value) => Ok(()),
        // `{"status": "success"}` is a gateway's.
        _ if named_user.is_none() => Err(Defect::OtherShape),
        _ => Ok(()),
    }
}

/// Returns a property of a property, such as `account.status`.
pub(super) fn at<'a>(value: &'a dyn Inspect, path: &str) -> Option<&'a dyn Inspect> {
    path.split('.').try_fold(value, |value, name| value.property(name))
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
