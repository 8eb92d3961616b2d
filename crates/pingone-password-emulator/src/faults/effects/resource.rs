//! Resources that don't tell the truth.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::store::{ENVIRONMENT_ID, LOCKOUT_SECONDS};

/// A user that isn't in the environment.
const OTHER_USER: Uuid = Uuid::from_u128(0xa0ff_0000_0000_8000_8000_0000_0000_0001);
/// An environment that the emulator doesn't have.
const OTHER_ENVIRONMENT: Uuid = Uuid::from_u128(0xe0ff_0000_0000_8000_8000_0000_0000_0001);

/// Returns the resource as if its user were not locked out.
pub(super) fn unlocked(mut resource: Value) -> Value {
    if resource["status"] == "PASSWORD_LOCKED_OUT" {
        resource["status"] = json!("OK");
        remove(&mut resource, "secondsUntilUnlock");
    }
    resource
}

/// Returns the resource as if its user were still locked out.
pub(super) fn locked_out(mut resource: Value) -> Value {
    resource["status"] = json!("PASSWORD_LOCKED_OUT");
    resource["secondsUntilUnlock"] = json!(LOCKOUT_SECONDS);
    resource
}

/// Returns the resource of another user, who is not locked out.
pub(super) fn of_other_user(resource: Value) -> Value {
    let id = resource["user"]["id"].as_str().map(str::to_owned);
    match id {
        Some(id) => replace(&unlocked(resource), &id, OTHER_USER),
        None => resource,
    }
}

/// Returns the resource in another environment, of a user who is not locked out.
pub(super) fn of_other_environment(resource: Value) -> Value {
    replace(&unlocked(resource), &ENVIRONMENT_ID.to_string(), OTHER_ENVIRONMENT)
}

/// Replaces an ID wherever it occurs: in properties and in links.
fn replace(resource: &Value, id: &str, other: Uuid) -> Value {
    let text = resource.to_string().replace(id, &other.to_string());
    text.parse().unwrap_or_default()
}

fn remove(resource: &mut Value, name: &str) {
    if let Some(properties) = resource.as_object_mut() {
        properties.remove(name);
    }
}
