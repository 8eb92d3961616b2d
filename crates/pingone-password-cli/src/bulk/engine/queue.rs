//! The queue of users.

use std::io;

use tokio::sync::mpsc;

use crate::bulk::input::{Listed, Worklist};

/// The number of users that are read ahead.
const READ_AHEAD: usize = 256;

/// Reads the list of users in a thread of its own.
pub(in crate::bulk) fn queue(users: Worklist) -> mpsc::Receiver<io::Result<Listed>> {
    let (sender, receiver) = mpsc::channel(READ_AHEAD);
    tokio::task::spawn_blocking(move || {
        for queued in users {
            let is_last = queued.is_err();
            // The send fails once the run takes no more users.
            if sender.blocking_send(queued).is_err() || is_last {
                return;
            }
        }
    });
    receiver
}
