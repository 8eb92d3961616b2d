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
        store.users.iter().map(|(id, u)| (*id, u.status)).collect()
    }

    /// Returns the status of a user's password, or `None` if there is no such user.
    #[must_use]
    pub fn status(&self, user: Uuid) -> Option<Status> {
        self.shared.store().users.get(&user).map(|u| u.status)
    }

    /// Returns the number of password unlocks applied to a user, including those that found the password unlocked; 0 if there
    /// is no such user.
    #[must_use]
    pub fn unlocks(&self, user: Uuid) -> usize {
        self.shared.store().users.get(&user).map_or(0, |u| u.unlocks)
    }

    /// Returns the number of `POST` requests for an access token, whatever came of them.
    #[must_use]
    pub fn token_requests(&self) -> usize {
        self.shared.store().token_requests
    }

    /// Returns every request so far, in the order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.journal().map(|journal| journal.requests().to_vec()).unwrap_or_default()
    }

    /// Returns every event so far, in the order in which they were emitted.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.shared.store().events.clone()
    }
}
