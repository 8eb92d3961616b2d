//! The contents of the environment: its users, the events it emitted, the access tokens it accepts, and its clock.

mod agent;
mod clock;
mod event;
mod expiring;
mod names;
mod rate_limit;
mod role;
mod sign_ins;
mod start;
mod status;
mod tokens;
mod user;
mod users;

use std::time::Duration;

use uuid::Uuid;

pub use self::{
    agent::{Actor, Agent},
    event::{Event, EventKind},
    role::Role,
    status::{Status, UnknownStatus},
    user::{AccountLock, InvalidUser, NewUser, User},
};
pub(crate) use self::{
    clock::Clock,
    event::{Cause, Events},
    rate_limit::RateLimit,
    sign_ins::{Authorization, Decision, Poll, SignInSettings, SignIns},
    start::Start,
    tokens::{AccessToken, Grant, Tokens, random_secret},
    user::{LOCKOUT_SECONDS, POPULATION_IDS, present},
    users::Users,
};

/// The only environment.
pub(crate) const ENVIRONMENT_ID: Uuid = Uuid::from_u128(0xe000_0000_0000_8000_8000_0000_0000_0001);
/// The only worker application.
pub(crate) const CLIENT_ID: Uuid = Uuid::from_u128(0xc000_0000_0000_8000_8000_0000_0000_0001);
/// The application that people sign in with.
pub(crate) const SIGN_IN_CLIENT_ID: Uuid = Uuid::from_u128(0xc000_0000_0000_8000_8000_0000_0000_0002);
/// The ID before the first user's. Every user's ID is the previous one plus one.
const BEFORE_FIRST_USER: u128 = 0xa000_0000_0000_8000_8000_0000_0000_0000;

/// The environment's users, events, access tokens and clock.
pub(crate) struct Store {
    /// In the order in which they were added, because their IDs count up.
    users: Users,
    /// The number of users added so far, including those removed.
    added: u128,
    /// Grows whenever users or events change.
    revision: u64,
    pub(crate) events: Events,
    pub(crate) tokens: Tokens,
    pub(crate) sign_ins: SignIns,
    pub(crate) token_requests: usize,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) clock: Clock,
}

/// Sign-ins.
impl Store {
    /// Revokes every token of a sign-in.
    pub(crate) fn revoke_sign_in(&mut self, sign_in: u64) {
        self.tokens.revoke_sign_in(sign_in);
        self.sign_ins.revoke(sign_in);
        self.revision += 1;
    }
}

/// Users.
impl Store {
    pub(crate) fn users(&self) -> &Users {
        &self.users
    }

    /// Returns a user to change.
    pub(crate) fn user_mut(&mut self, id: Uuid) -> Option<&mut User> {
        self.revision += 1;
        self.users.get_mut(&id)
    }

    /// Adds a user and returns the ID.
    pub(crate) fn add_user(&mut self, user: NewUser) -> Result<Uuid, InvalidUser> {
        let mut number = self.added + 1;
        // A username of the emulator's choice may be taken by a user who was given it.
        while user.username.is_none() && !self.users.with_username(&names::username(number)).is_empty() {
            number += 1;
        }
        let user = user.into_user(number, self.clock.utc())?;
        if !self.users.with_username(&user.username).is_empty() {
            return Err(InvalidUser::Taken(user.username));
        }
        self.added = number;
        self.revision += 1;
        let id = Uuid::from_u128(BEFORE_FIRST_USER + number);
        self.users.insert(id, user);
        Ok(id)
    }

    /// Removes a user. Returns `false` if there is no such user.
    pub(crate) fn remove_user(&mut self, id: Uuid) -> bool {
        let removed = self.users.remove(id).is_some();
        self.revision += u64::from(removed);
        removed
    }

    /// Unlocks a locked-out password and emits the vendor's events. Leaves any other status as it is.
    pub(crate) fn unlock_password(&mut self, id: Uuid, cause: &Cause) {
        let Some(user) = self.users.get_mut(&id) else { return };
        self.revision += 1;
        user.password_unlocks += 1;
        if user.status == Status::PasswordLockedOut {
            user.status = Status::Ok;
            let now = self.clock.utc();
            let account_too = user.current_account_lock(now).is_none();
            self.events.emit(EventKind::PasswordUnlocked, id, now, cause);
            if account_too {
                self.events.emit(EventKind::UserUnlocked, id, now, cause);
            }
        }
    }

    /// Unlocks a locked account and emits the vendor's event. Leaves a password lockout as it is.
    pub(crate) fn unlock_account(&mut self, id: Uuid, cause: &Cause) {
        let Some(user) = self.users.get_mut(&id) else { return };
        self.revision += 1;
        user.account_unlocks += 1;
        let now = self.clock.utc();
        let lock = user.current_account_lock(now);
        user.account_lock = None;
        if lock.is_some() {
            self.events.emit(EventKind::UserUnlocked, id, now, cause);
        }
    }
}

/// The whole environment.
impl Store {
    /// Returns a number that grows whenever users or events change.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// Moves the clock forward: tokens expire, and lockouts end without an event. Returns `false` if that is too far.
    pub(crate) fn advance_clock(&mut self, by: Duration) -> bool {
        if !self.clock.advance(by) {
            return false;
        }
        self.revision += 1;
        for user in self.users.values_mut().filter(|user| user.status == Status::PasswordLockedOut) {
            let Some(seconds) = &mut user.seconds_until_unlock else { continue };
            *seconds = seconds.saturating_sub(by.as_secs());
            if *seconds == 0 {
                user.status = Status::Ok;
                user.seconds_until_unlock = Some(LOCKOUT_SECONDS);
            }
        }
        true
    }
}
