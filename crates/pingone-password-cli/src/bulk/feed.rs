//! The users of a run, one after another.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use pingone_password::UserId;
use tokio::sync::mpsc;

use super::worklist::Worklist;

/// How many users wait to be taken.
const WAITING: usize = 256;

/// What earlier runs have left.
#[derive(Debug, Default)]
pub(crate) struct Earlier {
    /// Nothing is left to do for these.
    pub(crate) finished: HashSet<UserId>,
    /// The unlock of these may have happened.
    pub(crate) open: HashSet<UserId>,
}

/// A user to be taken.
#[derive(Debug)]
pub(crate) struct Fed {
    pub(crate) user: UserId,
    /// Whether the unlock may have happened.
    pub(crate) is_open: bool,
}

/// Reads the list in a thread of its own, no further ahead than has to be.
pub(crate) fn feed(users: Worklist, earlier: Arc<Earlier>) -> mpsc::Receiver<io::Result<Fed>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        for user in users {
            let fed = user.map(|user| Fed { user, is_open: earlier.open.contains(&user) });
            let is_last = fed.is_err();
            // Where it can't be sent, nobody takes any more users.
            if sender.blocking_send(fed).is_err() || is_last {
                return;
            }
        }
    });
    receiver
}
