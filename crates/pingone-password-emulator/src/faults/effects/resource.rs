//! Resources that don't tell the truth.
//!
//! A resource is a password state, a user, or a page of users.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::store::{ENVIRONMENT_ID, LOCKOUT_SECONDS};

/// A user that isn't in the environment.
const OTHER_USER: Uuid = Uuid::from_u128(0xa0ff_0000_0000_8000_8000_0000_0000_0001);
/// An environment that the emulator doesn't have.
const OTHER_ENVIRONMENT: Uuid = Uuid::from_u128(0xe0ff_0000_0000_8000_8000_0000_0000_0001);

/// Returns the resource as if its users were not locked out.
pub(super) fn unlocked(resource: Value) -> Value {
    each(resource, |state| {
        if state["status"] == "PASSWORD_LOCKED_OUT" {
            state["status"] = json!("OK");
            remove(state, "secondsUntilUnlock");
        }
        if state["account"].is_object() {
            state["account"] = json!({ "canAuthenticate": state["enabled"], "status": "OK" });
        }
    })
}

/// Returns the resource as if its users were still locked out.
pub(super) fn locked_out(resource: Value) -> Value {
    each(resource, |state| {
        if state["account"].is_object() {
            state["account"] = json!({ "canAuthenticate": false, "status": "LOCKED" });
        } else {
            state["status"] = json!("PASSWORD_LOCKED_OUT");
            state["secondsUntilUnlock"] = json!(LOCKOUT_SECONDS);
        }
    })
}

/// Returns the resource with a status that the vendor doesn't document.
pub(super) fn unknown_status(resource: Value) -> Value {
    each(resource, |state| {
        let owner = if state["account"].is_object() { &mut state["account"] } else { state };
        owner["status"] = json!("SOMETHING_NEW");
    })
}

/// Returns the resource of another user, who is not locked out.
pub(super) fn of_other_user(resource: Value) -> Value {
    each(unlocked(resource), |state| {
        let id = state["user"]["id"].as_str().or(state["id"].as_str()).map(str::to_owned);
        if let Some(id) = id {
            *state = replace(state, &id, OTHER_USER);
        }
        if state["username"].is_string() {
            state["username"] = json!("somebody.else");
            state["email"] = json!("somebody.else@example.com");
        }
    })
}

/// Returns the resource in another environment, of users who are not locked out.
pub(super) fn of_other_environment(resource: Value) -> Value {
    replace(&unlocked(resource), &ENVIRONMENT_ID.to_string(), OTHER_ENVIRONMENT)
}

/// Returns the resource with `null` for everything that may be absent.
pub(super) fn nulls(resource: Value) -> Value {
    if resource["user"].is_object() {
        return json!({
            "_links": null,
            "_embedded": null,
            "environment": null,
            "user": null,
            "passwordPolicy": null,
            "status": resource["status"],
            "lastChangedAt": null,
            "secondsUntilUnlock": null,
        });
    }
    each(resource, |user| {
        for (name, value) in user.as_object_mut().into_iter().flatten() {
            if !["id", "username", "_embedded"].contains(&name.as_str()) {
                *value = Value::Null;
            }
        }
    })
}

/// Returns a page without users, whose `next` leads to the page itself.
pub(super) fn empty_page(mut page: Value) -> Value {
    if is_page(&page) {
        remove(&mut page, "_embedded");
        page["size"] = json!(0);
        page["_links"]["next"] = page["_links"]["self"].clone();
    }
    page
}

/// Returns a page whose `next` has the cursor that led to it, so that following it never ends.
pub(super) fn repeated_cursor(mut page: Value, target: &str) -> Value {
    if is_page(&page) {
        let this = page["_links"]["self"]["href"].as_str().unwrap_or_default();
        let next = if target.contains("cursor=") {
            let (base, _) = this.split_once('?').unwrap_or((this, ""));
            let (_, query) = target.split_once('?').unwrap_or_default();
            format!("{base}?{query}")
        } else {
            this.to_owned()
        };
        page["_links"]["next"] = json!({ "href": next });
    }
    page
}

/// Changes the resource, or each user if it is a page.
fn each(mut resource: Value, change: impl Fn(&mut Value)) -> Value {
    if is_page(&resource) {
        let users = resource.pointer_mut("/_embedded/users").and_then(Value::as_array_mut);
        users.into_iter().flatten().for_each(change);
    } else {
        change(&mut resource);
    }
    resource
}

fn is_page(resource: &Value) -> bool {
    resource["size"].is_number()
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
