//! The users of a run, one after another, each once.

use std::collections::HashSet;
use std::sync::Arc;

use pingone_password::UserId;
use tokio::sync::mpsc;

use super::input::Input;
use super::lines::Line;

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

/// A piece of the input.
#[derive(Debug)]
pub(crate) enum Fed {
    /// A user to be taken.
    User { user: UserId, is_open: bool },
    /// A user who was there before.
    Duplicate,
    /// A user whom an earlier run was done with.
    Earlier,
    /// A line with no user in it.
    Bad { number: u64, mistake: String },
    /// The input can't be read any further.
    Broken(String),
}

/// Reads the input in a thread of its own, no further ahead than has to be.
pub(crate) fn feed(input: Input, earlier: Arc<Earlier>) -> mpsc::Receiver<Fed> {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let mut seen = HashSet::new();
        let lines = match input.lines() {
            Ok(lines) => lines,
            Err(error) => {
                _ = sender.blocking_send(Fed::Broken(format!("{error:#}")));
                return;
            }
        };
        for line in lines {
            let fed = match line {
                Ok(Line { user: Ok(user), .. }) if !seen.insert(user) => Fed::Duplicate,
                Ok(Line { user: Ok(user), .. }) if earlier.finished.contains(&user) => Fed::Earlier,
                Ok(Line { user: Ok(user), .. }) => Fed::User { user, is_open: earlier.open.contains(&user) },
                Ok(Line { number, user: Err(mistake) }) => Fed::Bad { number, mistake },
                Err(error) => Fed::Broken(format!("{error:#}")),
            };
            let is_last = matches!(fed, Fed::Broken(_));
            // Where it can't be sent, nobody takes any more users.
            if sender.blocking_send(fed).is_err() || is_last {
                return;
            }
        }
    });
    receiver
}
