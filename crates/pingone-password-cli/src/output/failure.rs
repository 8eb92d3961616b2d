//! An error in three lines on standard error: what failed, what the server said, what to do.

use std::error::Error as StdError;

use pingone_password::{Error, Outcome, UserId};

use crate::terminal::style::{QUIET, paint};
use crate::terminal::{self, plain};

/// Reports an error for a user.
pub(crate) fn failure(user_id: UserId, what: &str, error: &Error) {
    let is_unknown = error.outcome() == Outcome::Unknown;
    let what = if is_unknown { "outcome unknown: the unlock may have been applied" } else { what };
    terminal::error(format!(
        "user {user_id}: {what}\n  {} {}\n  {} {}",
        paint(QUIET, "server:"),
        server_said(error),
        paint(QUIET, "advice:"),
        advice(user_id, error)
    ));
}

/// Describes on one line what the server said, or why it said nothing.
pub(crate) fn server_said(error: &Error) -> String {
    let cause = error.cause();
    // The line begins with "server:".
    let cause = plain(cause.strip_prefix("the server responded with ").unwrap_or(&cause));
    // What a retry doesn't fix is named already.
    let root = root_cause(error).filter(|_| error.status().is_none() && error.is_transient());
    let root = root.map(|source| format!(": {}", plain(&source.to_string())));
    let requests = (error.request_count() > 1).then(|| format!(", the last of {} requests", error.request_count()));
    let state_check =
        error.state_check_error().map(|check| format!("; the state can't be read: {}", server_said(check)));
    [Some(cause), root, requests, state_check].into_iter().flatten().collect()
}

/// Returns the innermost source, such as "Connection refused". The ones around it only say that sending failed.
fn root_cause(error: &Error) -> Option<&(dyn StdError + 'static)> {
    let mut cause = error.source()?;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Some(cause)
}

/// Returns what to do about an error.
fn advice(user_id: UserId, error: &Error) -> String {
    if error.outcome() == Outcome::Unknown {
        return format!("Read the state before you retry: pingone-password state {user_id}");
    }
    if error.needs_sign_in() {
        return "Sign in: pingone-password login".to_owned();
    }
    if is_auth_server_unreachable(error) {
        return "Check the network, and the region or the auth URL: the authorization server did not respond."
            .to_owned();
    }
    error.advice().to_owned()
}

/// Returns whether the access token is missing because the authorization server can't be reached.
pub(crate) fn is_auth_server_unreachable(error: &Error) -> bool {
    error.is_access_token() && error.status().is_none() && !error.needs_sign_in()
}
