//! A user, and a page of users.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::store::{ENVIRONMENT_ID, POPULATION_IDS, Status, User};

/// The time at which every user was created.
const CREATED_AT: &str = "2019-01-08T20:18:30.931Z";
/// The time at which every user was last changed.
pub(crate) const USER_UPDATED_AT: &str = "2019-01-08T20:18:31.264Z";

/// The settings that the format of a user depends on.
#[derive(Clone, Copy)]
pub(crate) struct UserFormat<'a> {
    pub(crate) api_url: &'a str,
    pub(crate) now: DateTime<Utc>,
    /// Whether a password lockout shows in the account.
    pub(crate) lockout_in_account: bool,
    /// Whether users have their password's status in `_embedded`.
    pub(crate) embed_password: bool,
}

impl UserFormat<'_> {
    /// Returns a user in the format that a list and a single read share.
    pub(crate) fn user(&self, id: Uuid, user: &User) -> Value {
        let environment = format!("{}/environments/{ENVIRONMENT_ID}", self.api_url);
        let this = format!("{environment}/users/{id}");
        let password = format!("{this}/password");
        let mut json = json!({
            "_links": {
                "self": { "href": this },
                "environment": { "href": environment },
                "population": { "href": format!("{environment}/populations/{}", user.population) },
                "password": { "href": password },
                "password.set": { "href": password },
                "password.reset": { "href": password },
                "password.check": { "href": password },
                "password.recover": { "href": password },
                "account.sendVerificationCode": { "href": this },
                "linkedAccounts": { "href": format!("{this}/linkedAccounts") },
            },
            "id": id,
            "environment": { "id": ENVIRONMENT_ID },
            "account": self.account(user),
            "createdAt": CREATED_AT,
            "enabled": user.enabled,
            "identityProvider": { "type": "PING_ONE" },
            "lifecycle": { "status": "ACCOUNT_OK" },
            "mfaEnabled": false,
            "population": { "id": user.population },
            "updatedAt": USER_UPDATED_AT,
            "username": user.username,
            "verifyStatus": "NOT_INITIATED",
        });
        if self.embed_password {
            json["_embedded"] = json!({ "password": { "status": user.status.as_str() } });
        }
        if user.status == Status::Ok {
            json["lastSignOn"] = json!({ "at": USER_UPDATED_AT, "remoteIp": "192.0.2.1" });
        }
        if let Some(email) = &user.email {
            json["email"] = json!(email);
        }
        let names = [("given", user.given_name.clone()), ("family", user.family_name.clone())];
        for (name, value) in names.into_iter().chain([("formatted", user.formatted_name())]) {
            if let Some(value) = value {
                json["name"][name] = json!(value);
            }
        }
        json
    }

    fn account(&self, user: &User) -> Value {
        let lock = user.current_account_lock(self.now);
        let locked_out = self.lockout_in_account && user.status == Status::PasswordLockedOut;
        let locked = lock.is_some() || locked_out;
        let mut account = json!({
            "canAuthenticate": user.enabled && !locked,
            "status": if locked { "LOCKED" } else { "OK" },
        });
        if let Some(lock) = lock {
            account["lockedAt"] = date(lock.locked_at);
            if let Some(unlock_at) = lock.unlock_at {
                account["unlockAt"] = date(unlock_at);
                account["secondsUntilUnlock"] = json!((unlock_at - self.now).num_seconds().max(0));
            }
        } else if locked_out && let Some(seconds) = user.seconds_until_unlock {
            account["secondsUntilUnlock"] = json!(seconds);
        }
        account
    }
}

/// Returns the population that `expand` adds to a single read.
pub(crate) fn population(id: Uuid) -> Value {
    let number = POPULATION_IDS.iter().position(|population| *population == id);
    let name = number.map_or("Other".to_owned(), |number| format!("Population {}", number + 1));
    json!({ "id": id, "name": name })
}

/// Returns a page of users.
pub(crate) fn user_page(this: &str, next: Option<&str>, users: &[Value], count: Option<usize>) -> Value {
    let mut page = json!({
        "_links": { "self": { "href": this } },
        "size": users.len(),
    });
    if let Some(next) = next {
        page["_links"]["next"] = json!({ "href": next });
    }
    if let Some(count) = count {
        page["count"] = json!(count);
    }
    if !users.is_empty() {
        page["_embedded"] = json!({ "users": users });
    }
    page
}

fn date(time: DateTime<Utc>) -> Value {
    json!(time.to_rfc3339_opts(SecondsFormat::Millis, true))
}
