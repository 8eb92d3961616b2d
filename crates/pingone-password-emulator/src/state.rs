//! The state that every request shares.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::http::HeaderValue;
use uuid::Uuid;

use crate::{
    faults::{RandomFaults, Schedule},
    journal::Journal,
    store::{Start, Store},
};

/// The settings of a running emulator, and everything that changes while it runs.
///
/// Code that needs several locks at once takes them in the order of the fields.
pub(crate) struct Shared {
    pub(crate) api_url: String,
    /// The environment that issues access tokens.
    pub(crate) worker_environment: Uuid,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) latency: Option<Duration>,
    pub(crate) redirect_target: HeaderValue,
    /// The environment at the start, for a reset.
    pub(crate) start: Start,
    /// The random faults at the start, for a reset.
    pub(crate) random_faults: Option<RandomFaults>,
    pub(crate) store: Mutex<Store>,
    pub(crate) faults: Mutex<Schedule>,
    /// `None` while requests aren't recorded.
    pub(crate) journal: Option<Mutex<Journal>>,
}

impl Shared {
    /// Puts everything back to the start.
    pub(crate) fn reset(&self) {
        self.store().reset(&self.start);
        *self.faults() = Schedule::random(self.random_faults.clone());
        if let Some(mut journal) = self.journal() {
            journal.clear();
        }
    }

    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Schedule> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn journal(&self) -> Option<MutexGuard<'_, Journal>> {
        self.journal.as_ref().map(|journal| journal.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
