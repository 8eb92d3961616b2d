//! An entry of a list.

use pingone_password::UserId;

/// One entry of a list: a line, a record or an element.
#[derive(Debug)]
pub(in crate::bulk) struct Entry {
    /// The line where the entry starts, counted from 1 as an editor does.
    pub(in crate::bulk) line: u64,
    /// The user, or the problem with the entry.
    pub(in crate::bulk) user: Result<UserId, String>,
}

/// Takes the entries of a list. An error ends the reading.
pub(super) type Sink<'a> = dyn FnMut(Entry) -> anyhow::Result<()> + 'a;
