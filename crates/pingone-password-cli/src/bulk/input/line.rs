//! A line of an input.

use pingone_password::{InvalidId, UserId};

use crate::terminal::quoted;

/// The maximum length of a line in bytes.
pub(super) const MAX_LINE: u64 = 1 << 20;

/// A line with a user.
#[derive(Debug)]
pub(crate) struct Line {
    /// Counted from 1.
    pub(crate) number: u64,
    /// The user, or the problem with the line.
    pub(crate) user: Result<UserId, String>,
}

/// Parses a line with an ID.
pub(super) fn of_text(text: &str) -> Result<UserId, String> {
    text.parse().map_err(|_: InvalidId| format!("{} is not a valid user ID: expected a UUID", quoted(text)))
}
