//! The users of a run, one after another.

use std::collections::HashSet;
use std::io;

use pingone_password::UserId;
use tokio::sync::mpsc;

use super::worklist::Worklist;

/// How many users wait to be taken.
const WAITING: usize = 256;

/// A user to be taken.
#[derive(Debug)]
pub(crate) struct Fed {
    pub(crate) user: UserId,
    /// Whether the unlock may have happened.
    pub(crate) is_open: bool,
}

/// Reads the list in a thread of its own, no further ahead than has to be. The unlock of those who are open may have happened.
pub(crate) fn feed(users: Worklist, open: HashSet<UserId>) -> mpsc::Receiver<io::Result<Fed>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        for user in users {
            let fed = user.map(|user| Fed { user, is_open: open.contains(&user) });
            let is_last = fed.is_err();
            // Where it can't be sent, nobody takes any more users.
            if sender.blocking_send(fed).is_err() || is_last {
                return;
            }
        }
    });
    receiver
}
