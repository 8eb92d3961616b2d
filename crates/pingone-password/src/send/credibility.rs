//! Whether a response that claims success is believed.
//!
//! A status line proves nothing: a captive portal, a maintenance page or a firewall may respond with 200, and a gateway may
//! mix up its connections.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use pingone_password_client::RawResponse;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Defect;
use crate::model::PasswordStatus;
use crate::{EnvironmentId, UserId, media_type};

/// What a response has to agree with.
pub(super) struct Expected {
    pub(super) is_write: bool,
    pub(super) environment_id: EnvironmentId,
    pub(super) user_id: Option<UserId>,
    /// The value of a property that shows that the operation was not applied.
    pub(super) not_applied_while: Option<(&'static str, &'static str)>,
}

/// Returns the body of a response that is believed, or what is wrong with it.
///
/// A write is believed if its status is 200, 201 or 204 and its body is empty, or decodes and names this user and environment
/// if it names any. A read needs 200 and a body.
pub(super) fn judge<T: DeserializeOwned>(response: &RawResponse, expected: &Expected) -> Result<Option<T>, Defect> {
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
    let body = response.body();
    if body.is_empty() {
        return Ok(None);
    }
    if expected.is_write && !claims_json(response) {
        return Err(Defect::NotJson);
    }
    let json: Value = serde_json::from_slice(body).map_err(|error| match error {
        error if error.is_eof() => Defect::TruncatedJson,
        _ => Defect::NotJson,
    })?;
    if expected.is_write && is_error(&json) {
        return Err(Defect::ErrorObject);
    }
    if names_another(&json, "user", expected.user_id.map(|id| id.to_string())) {
        return Err(Defect::OtherUser);
    }
    if names_another(&json, "environment", Some(expected.environment_id.to_string())) {
        return Err(Defect::OtherEnvironment);
    }
    // Nothing is documented about the body.
    if size_of::<T>() == 0 {
        return Ok(None);
    }
    let value = serde_json::from_slice(body).map_err(|_| Defect::OtherShape)?;
    if let Some((property, pending)) = expected.not_applied_while {
        let status = json.get(property).cloned().map(serde_json::from_value);
        let is_known = matches!(status, Some(Ok(ref status)) if !matches!(status, PasswordStatus::Unrecognized(_)));
        // `{"status": "success"}` is a gateway's.
        if !is_known && json.get("user").is_none() {
            return Err(Defect::OtherShape);
        }
        if json.get(property).is_some_and(|value| value == pending) {
            return Err(Defect::StillLockedOut);
        }
    }
    Ok(Some(value))
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

/// Whether JSON is an error: PingOne's, OAuth's, or a gateway's.
fn is_error(json: &Value) -> bool {
    ["code", "message", "Message", "error", "errors", "fault"]
        .iter()
        .any(|member| json.get(member).is_some_and(|value| !value.is_null()))
}

/// Whether JSON names a resource with another ID.
fn names_another(json: &Value, resource: &str, id: Option<String>) -> bool {
    match (json.get(resource).and_then(|resource| resource.get("id")), id) {
        (None | Some(Value::Null), _) | (_, None) => false,
        (Some(named), Some(id)) => !named.as_str().is_some_and(|named| named.eq_ignore_ascii_case(&id)),
    }
}
