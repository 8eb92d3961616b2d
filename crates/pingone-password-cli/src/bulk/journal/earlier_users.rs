//! The state of each user after earlier runs, sorted on disk.

use std::io;

use pingone_password::UserId;
use uuid::Uuid;

use super::record::Outcome;
use crate::bulk::input::{Earlier, Sorter};

/// What a record says about a user, as the last bits of its place in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Started = 0,
    Done = 1,
    Failed = 2,
    Unknown = 3,
}

/// Collects the records of users.
#[derive(Debug, Default)]
pub(in crate::bulk) struct EarlierUsers {
    events: Sorter,
    count: u128,
    /// Whether a record was lost that may have been any user's.
    doubts_all: bool,
}

impl EarlierUsers {
    pub(super) fn started(&mut self, user: UserId) -> io::Result<()> {
        self.push(user, Event::Started)
    }

    pub(super) fn finished(&mut self, user: UserId, outcome: Outcome) -> io::Result<()> {
        self.push(
            user,
            match outcome {
                Outcome::Done | Outcome::Skipped => Event::Done,
                Outcome::Failed | Outcome::NotSent | Outcome::WouldUnlock => Event::Failed,
                Outcome::Unknown => Event::Unknown,
            },
        )
    }

    /// Records that any user's unlock may have been applied.
    pub(super) fn doubt_all(&mut self) {
        self.doubts_all = true;
    }

    /// Returns whether the unlock of any user who is not done may have been applied.
    pub(in crate::bulk) fn doubts_all(&self) -> bool {
        self.doubts_all
    }

    fn push(&mut self, user: UserId, event: Event) -> io::Result<()> {
        let place = self.count << 2 | event as u128;
        self.count += 1;
        self.events.push([Uuid::from(user).as_u128(), place])
    }

    /// Returns the users that are done or pending, in the order of their IDs.
    pub(in crate::bulk) fn sorted(self) -> impl Iterator<Item = io::Result<(u128, Earlier)>> {
        let mut events = self.events.sorted().peekable();
        std::iter::from_fn(move || {
            loop {
                let [user, first] = match events.next()? {
                    Ok(event) => event,
                    Err(error) => return Some(Err(error)),
                };
                let mut state = apply(None, first);
                while let Some(Ok([_, event])) =
                    events.next_if(|next| next.as_ref().is_ok_and(|[other, _]| *other == user))
                {
                    state = apply(state, event);
                }
                if let Some(state) = state {
                    return Some(Ok((user, state)));
                }
            }
        })
    }
}

/// Applies an event. A user who is done stays done.
fn apply(state: Option<Earlier>, place: u128) -> Option<Earlier> {
    const STARTED: u128 = Event::Started as u128;
    const DONE: u128 = Event::Done as u128;
    const UNKNOWN: u128 = Event::Unknown as u128;
    match (state, place & 3) {
        (Some(Earlier::Done), _) | (_, DONE) => Some(Earlier::Done),
        (_, STARTED | UNKNOWN) => Some(Earlier::Pending),
        _ => None,
    }
}
