//! The JSON that the server prints: the password state, the password policy, errors.

use axum::{
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{ALLOW, CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    recording::CorrelationId,
    status::Status,
    store::{ENVIRONMENT_ID, LOCKOUT_SECONDS, User},
};

pub(crate) const HAL_JSON: &str = "application/hal+json;charset=UTF-8";
pub(crate) const JSON: &str = "application/json;charset=UTF-8";
const POLICY_ID: Uuid = Uuid::from_u128(0xb000_0000_0000_8000_8000_0000_0000_0001);
/// The instant in the vendor's example.
const LAST_CHANGED_AT: &str = "2019-01-08T20:18:31.264Z";

/// A 200 with a password state.
pub(crate) fn ok(state: &Value) -> Response {
    ([(CONTENT_TYPE, HAL_JSON)], state.to_string()).into_response()
}

/// The password state, as the example of "Read Password State" shows it.
pub(crate) fn password_state(api_url: &str, id: Uuid, user: User, with_policy: bool) -> Value {
    let environment = format!("{api_url}/environments/{ENVIRONMENT_ID}");
    let this_user = format!("{environment}/users/{id}");
    let password = format!("{this_user}/password");
    let policy = format!("{environment}/passwordPolicies/{POLICY_ID}");
    let mut state = json!({
        "_links": {
            "self": { "href": password },
            "environment": { "href": environment },
            "user": { "href": this_user },
            "passwordPolicy": { "href": policy },
            "password.check": { "href": password },
            "password.reset": { "href": password },
            "password.set": { "href": password },
            "password.recover": { "href": password },
        },
        "environment": { "id": ENVIRONMENT_ID },
        "user": { "id": id },
        "passwordPolicy": { "id": POLICY_ID },
        "status": user.status.as_str(),
    });
    if user.status != Status::External {
        state["lastChangedAt"] = json!(LAST_CHANGED_AT);
    }
    if user.status == Status::PasswordLockedOut
        && let Some(seconds) = user.seconds_until_unlock
    {
        state["secondsUntilUnlock"] = json!(seconds);
    }
    if with_policy {
        state["_embedded"] = json!({ "passwordPolicy": password_policy(&environment, &policy) });
    }
    state
}

/// Every property that the vendor documents for a password policy.
fn password_policy(environment: &str, policy: &str) -> Value {
    json!({
        "_links": {
            "self": { "href": policy },
            "environment": { "href": environment },
        },
        "id": POLICY_ID,
        "environment": { "id": ENVIRONMENT_ID },
        "name": "Standard",
        "description": "A standard policy that incorporates industry best practices",
        "default": true,
        "bypassPolicy": false,
        "excludesProfileData": true,
        "notSimilarToCurrent": true,
        "excludesCommonlyUsed": true,
        "maxAgeDays": 182,
        "minAgeDays": 1,
        "maxRepeatedCharacters": 2,
        "minUniqueCharacters": 5,
        "minComplexity": 7,
        "history": { "count": 6, "retentionDays": 365 },
        "lockout": { "failureCount": 5, "durationSeconds": LOCKOUT_SECONDS },
        "length": { "min": 8, "max": 255 },
        "minCharacters": {
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ": 1,
            "abcdefghijklmnopqrstuvwxyz": 1,
            "0123456789": 1,
            "~!@#$%^&*()-_=+[]{}|;:,.<>/?": 1,
        },
        "alphabetSequenceRule": { "maxLength": 3 },
        "numberSequenceRule": { "maxLength": 3 },
        "qwertySequenceRule": { "maxLength": 3 },
        "shiftedNumberRowSequenceRule": { "maxLength": 3 },
        "populationCount": 1,
        "createdAt": "2019-01-08T20:18:30.931Z",
        "updatedAt": "2019-01-08T20:18:30.931Z",
    })
}

/// An error of the API: `{id, code, message, details: [{code, target, message, innerError}]}`.
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    details: Vec<Value>,
    header: Option<(HeaderName, &'static str)>,
    /// The vendor leaves the `id` away now and then.
    with_id: bool,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message, details: Vec::new(), header: None, with_id: true }
    }

    fn detail(mut self, detail: Value) -> Self {
        self.details.push(detail);
        self
    }

    pub(crate) fn invalid_token() -> Self {
        let message = "The request could not be completed. You do not have access to this resource.";
        Self::new(StatusCode::UNAUTHORIZED, "ACCESS_FAILED", message).detail(json!({
            "code": "INVALID_TOKEN",
            "message": "The access token is missing, malformed, repeated or unknown or no longer good.",
        }))
    }

    pub(crate) fn other_environment() -> Self {
        let message = "The request could not be completed. You do not have access to this resource.";
        Self::new(StatusCode::FORBIDDEN, "ACCESS_FAILED", message).detail(json!({
            "code": "INSUFFICIENT_PERMISSIONS",
            "target": "environmentId",
            "message": "The environment does not exist, or the access token does not reach it.",
        }))
    }

    pub(crate) fn not_a_uuid(target: &str) -> Self {
        Self::invalid_request("The request could not be completed. An id is not valid.").detail(json!({
            "code": "INVALID_VALUE",
            "target": target,
            "message": "The id must be a UUID.",
        }))
    }

    pub(crate) fn invalid_expand() -> Self {
        Self::invalid_request("The request could not be completed. A query parameter is not valid.").detail(json!({
            "code": "INVALID_VALUE",
            "target": "expand",
            "message": "The resource can't be expanded by this.",
            "innerError": { "allowedValues": ["passwordPolicy"] },
        }))
    }

    fn invalid_request(message: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
    }

    pub(crate) fn not_found() -> Self {
        let message = "The request could not be completed. The requested resource was not found.";
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
    }

    pub(crate) fn method_not_allowed(allow: &'static str) -> Self {
        let message = "The request could not be completed. The resource does not take this method.";
        let mut error = Self::new(StatusCode::METHOD_NOT_ALLOWED, "INVALID_REQUEST", message);
        error.header = Some((ALLOW, allow));
        error
    }

    pub(crate) fn unsupported_media_type(detail: &str, allowed: &str) -> Self {
        let message = "The request could not be completed. The content type is not supported.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "INVALID_REQUEST", message).detail(json!({
            "code": "INVALID_VALUE",
            "target": "Content-Type",
            "message": detail,
            "innerError": { "allowedValues": [allowed] },
        }))
    }

    pub(crate) fn unreadable_body(status: StatusCode) -> Self {
        let message = "The request could not be completed. The body is too long or broke off.";
        Self::new(status, "INVALID_REQUEST", message)
    }

    /// The window opens again within a second.
    pub(crate) fn rate_limited() -> Self {
        let message = "The request could not be completed. There were too many requests.";
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, "REQUEST_LIMITED", message);
        error.header = Some((RETRY_AFTER, "1"));
        error.with_id = false;
        error
    }

    pub(crate) fn unexpected() -> Self {
        let message = "The request could not be completed. An unexpected error occurred.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "UNEXPECTED_ERROR", message)
    }

    pub(crate) fn into_response(self, CorrelationId(id): CorrelationId) -> Response {
        let mut body = json!({ "code": self.code, "message": self.message });
        if self.with_id {
            body["id"] = json!(id);
        }
        if !self.details.is_empty() {
            body["details"] = Value::Array(self.details);
        }
        let mut response = (self.status, [(CONTENT_TYPE, JSON)], body.to_string()).into_response();
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
