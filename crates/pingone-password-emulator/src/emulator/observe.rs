//! Observing a running emulator.

use uuid::Uuid;

use super::Emulator;
use crate::{
    journal::RecordedRequest,
    store::{Event, Status, User},
};

/// Observing.
impl Emulator {
    /// Returns every user, in the order in which they were added.
    #[must_use]
    pub fn users(&self) -> Vec<(Uuid, Status)> {
        let store = self.shared.store();
        store.users().iter().map(|(id, user)| (*id, user.status)).collect()
    }

    /// Returns every user with all properties, in the order in which they were added.
    #[must_use]
    pub fn user_records(&self) -> Vec<(Uuid, User)> {
        let store = self.shared.store();
        store.users().iter().map(|(id, user)| (*id, user.clone())).collect()
    }

    /// Returns a user, or `None` if there is no such user.
    #[must_use]
    pub fn user(&self, id: Uuid) -> Option<User> {
        self.shared.store().users().get(&id).cloned()
    }

    /// Returns the status of a user's password, or `None` if there is no such user.
    #[must_use]
    pub fn status(&self, user: Uuid) -> Option<Status> {
        self.user(user).map(|user| user.status)
    }

    /// Returns a user's username, or `None` if there is no such user.
    #[must_use]
    pub fn username(&self, user: Uuid) -> Option<String> {
        self.user(user).map(|user| user.username)
    }

    /// Returns a user's email address, or `None` if there is no such user or no address.
    #[must_use]
    pub fn email(&self, user: Uuid) -> Option<String> {
        self.user(user)?.email
    }

    /// Returns the number of password unlocks applied to a user, including those that found the password unlocked; 0 if there
    /// is no such user.
    #[must_use]
    pub fn unlocks(&self, user: Uuid) -> usize {
        self.user(user).map_or(0, |user| user.password_unlocks)
    }

    /// Returns the number of account unlocks applied to a user, including those that found the account unlocked; 0 if there is no
    /// such user.
    #[must_use]
    pub fn account_unlocks(&self, user: Uuid) -> usize {
        self.user(user).map_or(0, |user| user.account_unlocks)
    }

    /// Returns the number of `POST` requests for an access token, whatever came of them.
    #[must_use]
    pub fn token_requests(&self) -> usize {
        self.shared.store().token_requests
    }

    /// Returns the latest requests, in the order of arrival: all of them, or as many as [`Builder::journal_limit`] keeps.
    ///
    /// [`Builder::journal_limit`]: crate::Builder::journal_limit
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.journal().map(|journal| journal.requests().cloned().collect()).unwrap_or_default()
    }

    /// Returns the number of requests that [`requests`](Self::requests) returns, without a copy of them.
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.shared.journal().map_or(0, |journal| journal.requests().len())
    }

    /// Returns the latest 10,000 events, in the order in which they were emitted.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.shared.store().events.iter().cloned().collect()
    }
}
