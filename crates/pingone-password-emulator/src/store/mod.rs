//! The contents of the environment: its users, the events it emitted, the access tokens it accepts.

mod event;
mod rate_limit;
mod status;
mod tokens;
mod user;

use std::collections::BTreeMap;

use uuid::Uuid;

pub use self::{
    event::{Event, EventKind},
    status::{Status, UnknownStatus},
};
pub(crate) use self::{
    rate_limit::RateLimit,
    tokens::{Tokens, random_secret},
    user::{LOCKOUT_SECONDS, User},
};

/// The only environment.
pub(crate) const ENVIRONMENT_ID: Uuid = Uuid::from_u128(0xe000_0000_0000_8000_8000_0000_0000_0001);
/// The only worker application.
pub(crate) const CLIENT_ID: Uuid = Uuid::from_u128(0xc000_0000_0000_8000_8000_0000_0000_0001);
/// The ID before the first user's. Every user's ID is the previous one plus one.
const BEFORE_FIRST_USER: u128 = 0xa000_0000_0000_8000_8000_0000_0000_0000;

/// The environment's users, events and access tokens.
pub(crate) struct Store {
    /// In the order in which they were added, because their IDs count up.
    pub(crate) users: BTreeMap<Uuid, User>,
    pub(crate) events: Vec<Event>,
    pub(crate) tokens: Tokens,
    pub(crate) token_requests: usize,
    pub(crate) rate_limit: Option<RateLimit>,
}

impl Store {
    pub(crate) fn new(tokens: Tokens, rate_limit: Option<RateLimit>) -> Self {
        Self { users: BTreeMap::new(), events: Vec::new(), tokens, token_requests: 0, rate_limit }
    }

    /// Adds `count` users: one with each status, and the rest locked out.
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
        self.users.insert(id, User::new(status));
        id
    }

    /// Unlocks a locked-out password and emits the vendor's events. Leaves any other status as it is.
    pub(crate) fn unlock_password(&mut self, id: Uuid) {
        let Some(user) = self.users.get_mut(&id) else { return };
        user.unlocks += 1;
        if user.status == Status::PasswordLockedOut {
            user.status = Status::Ok;
            self.events.extend(Event::password_unlocked(id, !user.account_locked));
        }
    }
}
