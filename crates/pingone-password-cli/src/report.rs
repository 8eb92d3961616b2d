//! Failures, in three lines on standard error: what failed, what the server said, what to do.

use std::error::Error as StdError;
use std::fmt::Display;
use std::io::Write;

use pingone_password::{Error, ErrorKind, Outcome, UserId};

use crate::output::plain;
use crate::output::style::{BAD, QUIET, paint};

/// Writes lines to standard error, the first one marked as an error. There is nobody left to tell where that fails.
pub(crate) fn error(text: impl Display) {
    _ = writeln!(anstream::stderr(), "{} {text}", paint(BAD, "error:"));
}

/// Writes a line to standard error.
pub(crate) fn note(text: impl Display) {
    _ = writeln!(anstream::stderr(), "{text}");
}

/// Reports that something failed for a user.
pub(crate) fn failure(user_id: UserId, what: &str, error: &Error) {
    let is_unknown = error.outcome() == Outcome::Unknown;
    let what = if is_unknown { "nobody knows whether the password was unlocked" } else { what };
    self::error(format!(
        "user {user_id}: {what}\n  {} {}\n  {} {}",
        paint(QUIET, "server:"),
        said(error),
        paint(QUIET, "advice:"),
        advice(user_id, error)
    ));
}

/// What the server said, on one line, or why it said nothing.
pub(crate) fn said(error: &Error) -> String {
    let lead = match error.kind() {
        ErrorKind::Configuration => return plain(&error.to_string()),
        ErrorKind::AccessToken => Some("no access token"),
        ErrorKind::Connect => Some("no connection could be made"),
        ErrorKind::Timeout => Some("no answer in time"),
        ErrorKind::ConnectionLost => Some("the connection was lost"),
        ErrorKind::RateLimited if error.status().is_none() => Some("its turn did not come in time"),
        ErrorKind::ResponseTooLarge => Some("the answer was too long"),
        ErrorKind::InvalidResponse => Some("the answer was not understood"),
        _ => None,
    };
    let mut parts: Vec<String> = lead.map(str::to_owned).into_iter().collect();
    match error.status() {
        Some(status) => parts.push(answer(status, error)),
        None => parts.extend(innermost(error).map(|source| plain(&source.to_string()))),
    }
    let id = error.correlation_id().map(|id| format!(" (correlation id {})", plain(id)));
    let requests = (error.request_count() > 1).then(|| format!(", at the last of {} requests", error.request_count()));
    let look = error.state_check_error().map(|look| format!("; a look at the state failed, too: {}", said(look)));
    [Some(parts.join(": ")), id, requests, look].into_iter().flatten().collect()
}

/// Status, code and message, as far as there are any.
fn answer(status: u16, error: &Error) -> String {
    let code = error.code().map(|code| format!(" {}", plain(code)));
    let message = error.message().map(|message| format!(", \"{}\"", plain(message)));
    [Some(status.to_string()), code, message].into_iter().flatten().collect()
}

/// The cause at the bottom, such as "Connection refused": those above it only say that sending failed.
fn innermost(error: &Error) -> Option<&(dyn StdError + 'static)> {
    let mut cause = error.source()?;
    while let Some(below) = cause.source() {
        cause = below;
    }
    Some(cause)
}

/// What to do.
pub(crate) fn advice(user_id: UserId, error: &Error) -> String {
    if error.outcome() == Outcome::Unknown {
        return format!(
            "It may have happened all the same. Look before trying again: pingone-password state {user_id}"
        );
    }
    if has_no_authorization_server(error) {
        return "Check the network, and the region or the auth URL: the authorization server gave no answer."
            .to_owned();
    }
    error.advice().to_owned()
}

/// Whether there is no access token because the authorization server can't be reached.
pub(crate) fn has_no_authorization_server(error: &Error) -> bool {
    error.is_access_token() && error.status().is_none()
}
