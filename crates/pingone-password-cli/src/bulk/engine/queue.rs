//! The queue of users.

use std::collections::HashSet;
use std::io;

use pingone_password::UserId;
use tokio::sync::mpsc;

use crate::bulk::input::Worklist;

/// The number of users that are read ahead.
const READ_AHEAD: usize = 256;

/// A user in the queue.
#[derive(Debug)]
pub(in crate::bulk) struct QueuedUser {
    pub(super) user: UserId,
    /// Whether an earlier run's unlock may have been applied.
    pub(super) is_pending: bool,
}

/// Reads the list of users in a thread of its own.
pub(in crate::bulk) fn queue(users: Worklist, pending: HashSet<UserId>) -> mpsc::Receiver<io::Result<QueuedUser>> {
    let (sender, receiver) = mpsc::channel(READ_AHEAD);
    tokio::task::spawn_blocking(move || {
        for user in users {
            let queued = user.map(|user| QueuedUser { user, is_pending: pending.contains(&user) });
            let is_last = queued.is_err();
            // The send fails once the run takes no more users.
            if sender.blocking_send(queued).is_err() || is_last {
                return;
            }
        }
    });
    receiver
}
