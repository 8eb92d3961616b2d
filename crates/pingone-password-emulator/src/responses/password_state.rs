//! The password state.

use serde_json::{Value, json};
use uuid::Uuid;

use super::password_policy::{POLICY_ID, password_policy};
use crate::store::{ENVIRONMENT_ID, Status, User};

/// The time in the vendor's example.
const LAST_CHANGED_AT: &str = "2019-01-08T20:18:31.264Z";

/// Returns the password state in the format of the example on "Read Password State".
pub(crate) fn password_state(api_url: &str, id: Uuid, user: &User, with_policy: bool) -> Value {
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
