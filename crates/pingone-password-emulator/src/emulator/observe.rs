//! Observing a running emulator.

use uuid::Uuid;

use super::Emulator;
use crate::{
    journal::RecordedRequest,
    store::{Event, Status},
};

/// Observing.
impl Emulator {
    /// Returns every user, in the order in which they were added.
    #[must_use]
    pub fn users(&self) -> Vec<(Uuid, Status)> {
        let store = self.shared.store();
        store.users().iter().map(|(id, u)| (*id, u.status)).collect()
    }

    /// Returns the status of a user's password, or `None` if there is no such user.
    #[must_use]
    pub fn status(&self, user: Uuid) -> Option<Status> {
        self.shared.store().users().get(&user).map(|u| u.status)
    }

    /// Returns a user's username, or `None` if there is no such user.
    #[must_use]
    pub fn username(&self, user: Uuid) -> Option<String> {
        self.shared.store().users().get(&user).map(|u| u.username.clone())
    }

    /// Returns a user's e-mail address, or `None` if there is no such user or no address.
    #[must_use]
    pub fn email(&self, user: Uuid) -> Option<String> {
        self.shared.store().users().get(&user)?.email.clone()
    }

    /// Returns the number of password unlocks applied to a user, including those that found the password unlocked; 0 if there
    /// is no such user.
    #[must_use]
    pub fn unlocks(&self, user: Uuid) -> usize {
        self.shared.store().users().get(&user).map_or(0, |u| u.unlocks)
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

    /// Returns the latest 10,000 events, in the order in which they were emitted.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.shared.store().events.iter().cloned().collect()
    }
}
