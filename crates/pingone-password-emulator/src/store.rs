//! What the environment holds: its users, the events it emitted, the access tokens it takes.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::http::HeaderValue;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    fault::Fault,
    faults::{Operation, Schedule},
    limits::{RateLimit, Tokens},
    recording::RecordedRequest,
    status::Status,
};

/// The one environment there is.
pub(crate) const ENVIRONMENT_ID: Uuid = Uuid::from_u128(0xe000_0000_0000_8000_8000_0000_0000_0001);
/// The one worker application there is.
pub(crate) const CLIENT_ID: Uuid = Uuid::from_u128(0xc000_0000_0000_8000_8000_0000_0000_0001);
/// The id before the first user's; every user's id is the one before it plus one.
const BEFORE_FIRST_USER: u128 = 0xa000_0000_0000_8000_8000_0000_0000_0000;
/// The lockout of the password policy, and what a locked-out user starts with.
pub(crate) const LOCKOUT_SECONDS: u64 = 900;

/// What every request sees.
pub(crate) struct Shared {
    pub(crate) api_url: String,
    /// Where access tokens are given out.
    pub(crate) worker_environment: Uuid,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) recording: bool,
    pub(crate) latency: Option<Duration>,
    pub(crate) redirect_target: HeaderValue,
    pub(crate) store: Mutex<Store>,
}

impl Shared {
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everything that changes while the emulator runs.
pub(crate) struct Store {
    /// In the order in which they were added, because their ids count up.
    pub(crate) users: BTreeMap<Uuid, User>,
    pub(crate) events: Vec<Event>,
    pub(crate) requests: Vec<RecordedRequest>,
    pub(crate) tokens: Tokens,
    pub(crate) token_requests: usize,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) faults: Schedule,
}

#[derive(Clone, Copy)]
pub(crate) struct User {
    pub(crate) status: Status,
    /// Shown only while the password is locked out.
    pub(crate) seconds_until_unlock: Option<u64>,
    /// The account is locked for a reason of its own, besides any password lockout.
    pub(crate) account_locked: bool,
    /// How many unlocks were carried out.
    pub(crate) unlocks: usize,
    /// How many reads were in order, struck by a fault or not.
    reads_asked: u64,
    /// How many requests to unlock were in order, struck by a fault or not.
    unlocks_asked: u64,
}

impl Store {
    pub(crate) fn new(tokens: Tokens, rate_limit: Option<RateLimit>, faults: Schedule) -> Self {
        Self {
            users: BTreeMap::new(),
            events: Vec::new(),
            requests: Vec::new(),
            tokens,
            token_requests: 0,
            rate_limit,
            faults,
        }
    }

    /// Adds `count` users: each status once, and the rest locked out.
    pub(crate) fn add_users(&mut self, count: usize) {
        let rest = std::iter::repeat(Status::PasswordLockedOut);
        for status in Status::ALL.into_iter().chain(rest).take(count) {
            self.add_user(status);
        }
    }

    pub(crate) fn add_user(&mut self, status: Status) -> Uuid {
        let last = self.users.last_key_value();
        let last = last.map_or(BEFORE_FIRST_USER, |(id, _)| id.as_u128());
        let id = Uuid::from_u128(last + 1);
        let user = User {
            status,
            seconds_until_unlock: Some(LOCKOUT_SECONDS),
            account_locked: false,
            unlocks: 0,
            reads_asked: 0,
            unlocks_asked: 0,
        };
        self.users.insert(id, user);
        id
    }

    /// The fault that strikes a request that is in order.
    pub(crate) fn strike(&mut self, id: Uuid, operation: Operation) -> Option<Fault> {
        let user = self.users.get_mut(&id)?;
        let asked = match operation {
            Operation::Read => &mut user.reads_asked,
            Operation::Unlock => &mut user.unlocks_asked,
        };
        *asked += 1;
        self.faults.strike(id, operation, *asked)
    }

    /// Unlocks a locked-out password and emits the vendor's events for it; leaves any other status as it is.
    pub(crate) fn unlock(&mut self, id: Uuid) {
        let Some(user) = self.users.get_mut(&id) else { return };
        user.unlocks += 1;
        if user.status == Status::PasswordLockedOut {
            user.status = Status::Ok;
            let at = Utc::now();
            let mut emit = |kind| self.events.push(Event { kind, user: id, at });
            emit(EventKind::PasswordUnlocked);
            if !user.account_locked {
                emit(EventKind::UserUnlocked);
            }
        }
    }
}

/// Something the environment tells its subscribers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// To whom.
    pub user: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

/// The events that "Password Unlock" names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// `PASSWORD.UNLOCKED`
    PasswordUnlocked,
    /// `USER.UNLOCKED`: the password lockout was the only reason why the account was locked.
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
