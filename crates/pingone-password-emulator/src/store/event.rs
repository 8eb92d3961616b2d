//! The events that the environment emits.

use std::{collections::VecDeque, fmt};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Actor;

/// An event that the environment emits to its subscribers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// The kind of event.
    pub kind: EventKind,
    /// The user it is about.
    pub user: Uuid,
    /// The worker application or the person who caused it.
    pub actor: Actor,
    /// The time at which it was emitted.
    pub at: DateTime<Utc>,
    /// The `Correlation-Id` of the request that caused it.
    pub correlation_id: Uuid,
    /// The `X-Ping-External-Transaction-Id` of the request that caused it.
    pub transaction_id: Option<String>,
}

/// A kind of event, out of those that the vendor's pages "Password Unlock" and "User Account Unlock" name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// `PASSWORD.UNLOCKED`
    PasswordUnlocked,
    /// `USER.UNLOCKED`: the account was unlocked, by itself or because a password lockout was its only lock.
    UserUnlocked,
}

impl EventKind {
    /// Returns the vendor's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PasswordUnlocked => "PASSWORD.UNLOCKED",
            Self::UserUnlocked => "USER.UNLOCKED",
        }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The request that causes an event.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    pub(crate) actor: Actor,
    pub(crate) correlation_id: Uuid,
    pub(crate) transaction_id: Option<String>,
}

/// The latest events, in the order in which they were emitted.
#[derive(Default)]
pub(crate) struct Events {
    events: VecDeque<Event>,
    /// The number of older events that were dropped.
    dropped: u64,
}

impl Events {
    /// The number of events that are kept.
    const LIMIT: usize = 10_000;

    pub(super) fn emit(&mut self, kind: EventKind, user: Uuid, at: DateTime<Utc>, cause: &Cause) {
        let Cause { actor, correlation_id, transaction_id } = cause.clone();
        if self.events.len() == Self::LIMIT {
            self.events.pop_front();
            self.dropped += 1;
        }
        self.events.push_back(Event { kind, user, actor, at, correlation_id, transaction_id });
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.events.iter()
    }

    /// Returns the number of older events that were dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }
}
