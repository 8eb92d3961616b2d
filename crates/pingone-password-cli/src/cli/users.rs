//! The users on the command line.

use std::collections::HashSet;

use pingone_password::UserId;

use crate::terminal::quoted;

/// Up to this many users are processed one after another, without a journal. More are a bulk run.
pub(super) const FEW: usize = 10;

/// Parses user IDs. Each user is returned once, in the order given.
///
/// # Errors
///
/// Returns a message for every invalid ID.
pub(super) fn parse(ids: &[String]) -> Result<Vec<UserId>, Vec<String>> {
    let mut seen = HashSet::new();
    let mut users = Vec::new();
    let mut problems = Vec::new();
    for id in ids {
        match id.parse::<UserId>() {
            Ok(user) if seen.insert(user) => users.push(user),
            Ok(_) => {}
            Err(_) => problems.push(format!("{} is not a valid user ID: expected a UUID", quoted(id))),
        }
    }
    if problems.is_empty() { Ok(users) } else { Err(problems) }
}
