//! A path that is almost one of the API's.

use super::quoted;

/// The path of a user's password, for a sentence.
const PASSWORD_PATH: &str = "/v1/environments/{environmentId}/users/{userId}/password";

/// The resource that a path means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    /// A user's password.
    Password,
    /// The users.
    Users,
    /// A user.
    User,
    /// The token endpoint.
    Token,
    /// No resource that the emulator has.
    Unknown,
}

/// Returns whether a path that means a user's password is written otherwise, so that the emulator doesn't have it.
pub(super) fn is_off(path: &str) -> bool {
    let segments: Vec<_> = path.split('/').collect();
    !matches!(segments[..], ["", "v1", "environments", environment, "users", user, "password"]
        if !environment.is_empty() && !user.is_empty())
}

/// Returns the resource that a path means, and what is wrong with the path.
pub(super) fn read(path: &str) -> (Resource, Vec<String>) {
    let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let lower: Vec<_> = segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let lower: Vec<_> = lower.iter().map(String::as_str).collect();
    let versions = lower.iter().take_while(|segment| **segment == "v1").count();

    let (resource, mut reasons) = match lower[versions..] {
        ["environments", _, "users", _, "password" | "passwords"] => {
            (Resource::Password, password(&segments, &lower, versions))
        }
        ["environments", _, "users"] if versions == 1 => (Resource::Users, Vec::new()),
        ["environments", _, "users", _] if versions == 1 => (Resource::User, Vec::new()),
        [_, "as", "token"] if versions > 0 => (
            Resource::Token,
            vec!["`/v1` in front of the token endpoint: its path is `/{environmentId}/as/token`".to_owned()],
        ),
        ["environments", _, "as", "token"] => (
            Resource::Token,
            vec!["`environments` in the path of the token endpoint: it is `/{environmentId}/as/token`".to_owned()],
        ),
        ["as", "token"] => (
            Resource::Token,
            vec!["no environment in the path of the token endpoint: it is `/{environmentId}/as/token`".to_owned()],
        ),
        [_, "as", "token"] => (Resource::Token, Vec::new()),
        _ => (Resource::Unknown, Vec::new()),
    };
    if let Some(reason) = empty_id(path) {
        return (Resource::Password, vec![reason]);
    }
    if resource != Resource::Unknown && (path.contains("//") || path.ends_with('/')) {
        reasons.push("a slash too many in the path".to_owned());
    }
    (resource, reasons)
}

/// Returns what to say of a path in which an ID is empty, as it is if a shell's variable isn't set.
fn empty_id(path: &str) -> Option<String> {
    let segments: Vec<_> = path.split('/').skip_while(|segment| segment.is_empty() || *segment == "v1").collect();
    let missing = match segments[..] {
        ["environments", "", "users", "", "password"] => "environment ID and the user ID are",
        ["environments", "", "users", _, "password"] => "environment ID is",
        ["environments", _, "users", "", "password"] => "user ID is",
        _ => return None,
    };
    Some(format!("the {missing} empty: the path is `{PASSWORD_PATH}`"))
}

fn password(segments: &[&str], lower: &[&str], versions: usize) -> Vec<String> {
    let ids = [segments[versions + 1], segments[versions + 3]];
    let mut reasons = Vec::new();
    match versions {
        0 => reasons.push(format!("`/v1` is missing: the path is `{PASSWORD_PATH}`")),
        1 => {}
        _ => reasons.push(format!("`/v1` is doubled: the path is `{PASSWORD_PATH}`")),
    }
    if lower.last() == Some(&"passwords") {
        reasons.push(format!("`passwords`: the path is `{PASSWORD_PATH}`"));
    }
    // IDs may be in either case.
    let fixed = segments.iter().zip(lower).filter(|(given, _)| !ids.contains(given));
    for (given, lower) in fixed.filter(|(given, lower)| given != lower) {
        reasons.push(format!("{}: paths are case-sensitive, so write `{lower}`", quoted(given)));
    }
    for (id, name) in ids.into_iter().zip(["environment ID", "user ID"]) {
        if id.contains(['{', '}']) || id.to_ascii_lowercase().contains("%7b") || id.starts_with(':') {
            reasons.push(format!("the placeholder of the {name} was not filled in: {}", quoted(id)));
        } else if uuid::Uuid::try_parse(id).is_err() {
            reasons.push(format!("the {name} is not a UUID: {}", quoted(id)));
        }
    }
    reasons
}
