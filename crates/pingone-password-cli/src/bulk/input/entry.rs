//! An entry of a list.

use pingone_password::{UserId, UserKey};

/// One entry of a list: a line, a record or an element.
#[derive(Debug)]
pub(in crate::bulk) struct Entry {
    /// The line where the entry starts, counted from 1 as an editor does.
    pub(in crate::bulk) line: u64,
    /// The user, or the problem with the entry.
    pub(in crate::bulk) user: Result<Given, String>,
}

/// How an entry gives a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bulk) enum Given {
    Id(UserId),
    Name(UserKey),
    /// Not at all, because the entry doesn't meet a condition.
    Unmatched,
}

/// Takes the entries of a list. An error ends the reading.
pub(super) type Sink<'a> = dyn FnMut(Entry) -> anyhow::Result<()> + 'a;
