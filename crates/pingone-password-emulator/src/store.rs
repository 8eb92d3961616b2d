//! What the environment holds: its users, the events it emitted, the access tokens it takes.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{recording::RecordedRequest, status::Status};

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
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) recording: bool,
    store: Mutex<Store>,
}

impl Shared {
    pub(crate) fn new(api_url: String, recording: bool, store: Store) -> Self {
        Self {
            api_url,
            client_id: CLIENT_ID.to_string(),
            client_secret: random_secret(),
            recording,
            store: Mutex::new(store),
        }
    }

    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everything that changes while the emulator runs.
#[derive(Default)]
pub(crate) struct Store {
    /// In the order in which they were added, because their ids count up.
    pub(crate) users: BTreeMap<Uuid, User>,
    pub(crate) events: Vec<Event>,
    pub(crate) requests: Vec<RecordedRequest>,
    tokens: HashSet<String>,
}

pub(crate) struct User {
    pub(crate) status: Status,
    /// Shown only while the password is locked out.
    pub(crate) seconds_until_unlock: Option<u64>,
    /// The account is locked for a reason of its own, besides any password lockout.
    pub(crate) account_locked: bool,
}

impl Store {
    /// `count` users: each status once, and the rest locked out.
    pub(crate) fn with_users(count: usize) -> Self {
        let mut store = Self::default();
        let rest = std::iter::repeat(Status::PasswordLockedOut);
        for status in Status::ALL.into_iter().chain(rest).take(count) {
            store.add_user(status);
        }
        store
    }

    pub(crate) fn add_user(&mut self, status: Status) -> Uuid {
        let last = self.users.last_key_value();
        let last = last.map_or(BEFORE_FIRST_USER, |(id, _)| id.as_u128());
        let id = Uuid::from_u128(last + 1);
        let user = User { status, seconds_until_unlock: Some(LOCKOUT_SECONDS), account_locked: false };
        self.users.insert(id, user);
        id
    }

    /// Unlocks a locked-out password and emits the vendor's events for it; leaves any other status as it is.
    pub(crate) fn unlock(&mut self, id: Uuid) -> Option<&User> {
        let user = self.users.get_mut(&id)?;
        if user.status == Status::PasswordLockedOut {
            user.status = Status::Ok;
            let at = Utc::now();
            let mut emit = |kind| self.events.push(Event { kind, user: id, at });
            emit(EventKind::PasswordUnlocked);
            if !user.account_locked {
                emit(EventKind::UserUnlocked);
            }
        }
        Some(user)
    }

    /// A new access token, good from now on.
    pub(crate) fn issue_token(&mut self) -> String {
        let token = random_secret();
        self.tokens.insert(token.clone());
        token
    }

    pub(crate) fn accepts_token(&self, token: &str) -> bool {
        self.tokens.contains(token)
    }
}

/// 64 hexadecimal digits that nobody can guess.
fn random_secret() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
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
