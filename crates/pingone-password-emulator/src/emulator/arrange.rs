//! Arranging a running emulator.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Emulator;
use crate::{
    faults::{Fault, TokenFault},
    operation::Operation,
    store::{AccountLock, Agent, Decision, Grant, InvalidUser, NewUser, Role, Status, User},
};

/// Arranging the environment.
impl Emulator {
    /// Puts users, events, access tokens, faults and the clock back to the start, and forgets every request.
    ///
    /// [`Self::access_token`] is valid again; other tokens aren't any more.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// Moves the environment's clock forward: access tokens expire, `secondsUntilUnlock` counts down, and lockouts end, without an
    /// event. Returns `false` if the clock would be more than a century ahead.
    pub fn advance_clock(&self, by: Duration) -> bool {
        self.shared.store().advance_clock(by)
    }

    /// Issues an access token for a role, in all populations or in one.
    pub fn issue_access_token(&self, role: Role, population: Option<Uuid>) -> String {
        let mut store = self.shared.store();
        let now = store.clock.now();
        store.tokens.issue(Grant { role, population, ..Grant::default() }, None, now)
    }

    /// Forgets every request so far. Their numbers aren't used again.
    pub fn clear_requests(&self) {
        if let Some(mut journal) = self.shared.journal() {
            journal.clear();
        }
    }
}

/// Arranging sign-ins.
impl Emulator {
    /// Approves the device with this user code, as a person would on the page. Returns `false` if no device waits with it.
    pub fn approve_device(&self, user_code: &str, agent: Agent) -> bool {
        self.decide(user_code, Decision::Approve(agent))
    }

    /// Denies the device with this user code. Returns `false` if no device waits with it.
    pub fn deny_device(&self, user_code: &str) -> bool {
        self.decide(user_code, Decision::Deny)
    }

    fn decide(&self, user_code: &str, decision: Decision) -> bool {
        let mut store = self.shared.store();
        let now = store.clock.now();
        store.sign_ins.decide(user_code, decision, now)
    }
}

/// Arranging users.
impl Emulator {
    /// Adds a user and returns its ID. IDs count up, the same way on every start.
    pub fn add_user(&self, status: Status) -> Uuid {
        let added = self.shared.store().add_user(NewUser::new(status));
        // A user without a username of its own is always valid, and its username free.
        added.unwrap_or_default()
    }

    /// Adds a user with a username and more, and returns its ID.
    ///
    /// # Errors
    /// Returns an error if the username is not valid, or taken.
    pub fn add(&self, user: NewUser) -> Result<Uuid, InvalidUser> {
        self.shared.store().add_user(user)
    }

    /// Removes a user. Returns `false` if there is no such user. The ID isn't used again.
    pub fn remove_user(&self, user: Uuid) -> bool {
        self.shared.store().remove_user(user)
    }

    /// Sets the status of a user's password, without an event. Returns `false` if there is no such user.
    pub fn set_status(&self, user: Uuid, status: Status) -> bool {
        self.change(user, |user, _| user.status = status)
    }

    /// Sets `secondsUntilUnlock` while the user is locked out. Returns `false` if there is no such user.
    ///
    /// Defaults to 900, and counts down only with [`Self::advance_clock`]. `None` omits the property, which means that only an
    /// administrator can unlock.
    pub fn set_seconds_until_unlock(&self, user: Uuid, seconds: Option<u64>) -> bool {
        self.change(user, |user, _| user.seconds_until_unlock = seconds)
    }

    /// Locks a user's account for a reason other than the password. Returns `false` if there is no such user.
    ///
    /// Unlocking the password then doesn't unlock the account, and emits no `USER.UNLOCKED`.
    pub fn lock_account(&self, user: Uuid) -> bool {
        self.change(user, |user, now| user.account_lock = Some(AccountLock::new(now, None)))
    }

    /// Locks a user's account until a time. Returns `false` if there is no such user.
    pub fn lock_account_until(&self, user: Uuid, unlock_at: DateTime<Utc>) -> bool {
        self.change(user, |user, now| user.account_lock = Some(AccountLock::new(now, Some(unlock_at))))
    }

    /// Sets whether a user is enabled. Returns `false` if there is no such user.
    pub fn set_enabled(&self, user: Uuid, enabled: bool) -> bool {
        self.change(user, |user, _| user.enabled = enabled)
    }

    /// Changes a user, at the environment's time.
    fn change(&self, user: Uuid, change: impl FnOnce(&mut User, DateTime<Utc>)) -> bool {
        let mut store = self.shared.store();
        let now = store.clock.utc();
        store.user_mut(user).map(|user| change(user, now)).is_some()
    }
}

/// Arranging faults.
impl Emulator {
    /// Revokes every access token issued so far, including [`Self::access_token`]. New ones can be requested.
    pub fn revoke_tokens(&self) {
        self.shared.store().tokens.revoke_all();
    }

    /// Queues faults for the next requests, whatever their operation. Each request takes one entry, in the order of arrival;
    /// `None` is no fault. The entries follow those still queued.
    ///
    /// Only a valid request takes an entry: one that would otherwise get a 200.
    pub fn inject<F: Into<Option<Fault>>>(&self, script: impl IntoIterator<Item = F>) {
        self.extend(None, script);
    }

    /// Queues faults for the next requests of one operation, like [`Self::inject`]. These entries come before those for any
    /// operation.
    pub fn inject_for<F: Into<Option<Fault>>>(&self, operation: Operation, script: impl IntoIterator<Item = F>) {
        self.extend(Some(operation), script);
    }

    /// Queues faults for the next `POST` requests for an access token. Each takes one entry, whatever its credentials.
    pub fn inject_token<F: Into<Option<TokenFault>>>(&self, script: impl IntoIterator<Item = F>) {
        // The iterator is the caller's code: it runs before the lock is taken.
        let script: Vec<_> = script.into_iter().map(Into::into).collect();
        self.shared.faults().token_script().extend(script);
    }

    fn extend<F: Into<Option<Fault>>>(&self, operation: Option<Operation>, script: impl IntoIterator<Item = F>) {
        let script: Vec<_> = script.into_iter().map(Into::into).collect();
        self.shared.faults().script(operation).extend(script);
    }
}
