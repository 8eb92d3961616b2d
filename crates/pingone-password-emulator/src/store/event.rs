//! The events that the environment emits.

use std::fmt;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An event that the environment emits to its subscribers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// The kind of event.
    pub kind: EventKind,
    /// The user it is about.
    pub user: Uuid,
    /// The time at which it was emitted.
    pub at: DateTime<Utc>,
}

impl Event {
    /// Returns the events of a password unlock, in the vendor's order.
    pub(super) fn password_unlocked(user: Uuid, account_too: bool) -> impl Iterator<Item = Self> {
        let at = Utc::now();
        let account = account_too.then_some(EventKind::UserUnlocked);
        [EventKind::PasswordUnlocked].into_iter().chain(account).map(move |kind| Self { kind, user, at })
    }
}

/// A kind of event, out of those that the vendor's page "Password Unlock" names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// `PASSWORD.UNLOCKED`
    PasswordUnlocked,
    /// `USER.UNLOCKED`: the password lockout was the only reason for the account lock.
    UserUnlocked,
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::PasswordUnlocked => "PASSWORD.UNLOCKED",
            Self::UserUnlocked => "USER.UNLOCKED",
        })
    }
}
