//! A user in words.

use pingone_password::model::{User, UserAccount, UserAccountStatus};

use super::words;
use crate::terminal::plain;

/// Describes a user by name, username and email address.
pub(crate) fn person(user: &User) -> String {
    let username = user.username.as_deref().map(plain);
    let name = full_name(user).map(|name| plain(&name));
    let who = match (name, username) {
        (Some(name), Some(username)) => format!("{name} ({username})"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => "(no name)".to_owned(),
    };
    match &user.email {
        Some(email) => format!("{who}, {}", plain(email)),
        None => who,
    }
}

/// Returns the formatted name, or the given name and the family name.
pub(crate) fn full_name(user: &User) -> Option<String> {
    let name = user.name.as_ref()?;
    name.formatted.clone().or_else(|| {
        let parts: Vec<_> = [&name.given, &name.family].into_iter().flatten().map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    })
}

/// Describes the population of a user, by name if the server sent one.
pub(crate) fn population(user: &User) -> Option<String> {
    let reference = user.population.as_ref()?;
    // Where it is isn't documented.
    let embedded = || user.embedded.as_ref()?.extra.get("population")?.get("name");
    let name = reference.extra.get("name").or_else(embedded).and_then(serde_json::Value::as_str);
    let id = reference.id;
    Some(name.map_or_else(|| id.to_string(), |name| format!("{} ({id})", plain(name))))
}

/// Returns the account's status.
pub(crate) fn account_status(user: &User) -> Option<&UserAccountStatus> {
    user.account.as_ref()?.status.as_ref()
}

/// Returns whether the user's account says that it is locked.
pub(crate) fn is_account_locked(user: &User) -> bool {
    account_status(user) == Some(&UserAccountStatus::Locked)
}

/// Describes the state of an account.
pub(crate) fn account(user: &User) -> String {
    let Some(UserAccount { status: Some(status), unlock_at, seconds_until_unlock, .. }) = &user.account else {
        return "unknown".to_owned();
    };
    let is_disabled = user.enabled == Some(false);
    let lock = match (status, unlock_at, seconds_until_unlock) {
        (UserAccountStatus::Ok, ..) if is_disabled => return "disabled".to_owned(),
        (UserAccountStatus::Ok, ..) => return "ok".to_owned(),
        (UserAccountStatus::Locked, Some(at), _) => format!("locked until {}", at.format("%Y-%m-%d %H:%M UTC")),
        (UserAccountStatus::Locked, None, Some(seconds)) => format!("locked, unlocks in {}", words::duration(*seconds)),
        (UserAccountStatus::Locked, None, None) => "locked until an administrator unlocks".to_owned(),
        (other, ..) => plain(other.as_str()),
    };
    if is_disabled { format!("disabled, and {lock}") } else { lock }
}
