//! The state that every request shares.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::http::HeaderValue;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    faults::{RandomFaults, Schedule},
    journal::Journal,
    responses::UserFormat,
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
    pub(crate) users: UserSettings,
    /// The only redirect URI of the application that people sign in with, or `None` for any on a loopback address.
    pub(crate) redirect_uri: Option<String>,
    /// The environment at the start, for a reset.
    pub(crate) start: Start,
    /// The random faults at the start, for a reset.
    pub(crate) random_faults: Option<RandomFaults>,
    pub(crate) store: Mutex<Store>,
    pub(crate) faults: Mutex<Schedule>,
    /// `None` while requests aren't recorded.
    pub(crate) journal: Option<Mutex<Journal>>,
}

/// The settings of the operations on users.
#[derive(Clone, Debug)]
pub(crate) struct UserSettings {
    /// The largest page, whatever the request's `limit`.
    pub(crate) page_size: usize,
    /// The base URL of `next` links, if it isn't the API's.
    pub(crate) next_link_base: Option<String>,
    /// The largest number of comparisons in a filter.
    pub(crate) max_filter_clauses: Option<usize>,
    /// Whether a password lockout shows in the account.
    pub(crate) lockout_in_account: bool,
    /// Whether users have their password's status in `_embedded`.
    pub(crate) embed_password: bool,
}

impl Default for UserSettings {
    fn default() -> Self {
        Self {
            page_size: 200,
            next_link_base: None,
            max_filter_clauses: None,
            lockout_in_account: true,
            embed_password: false,
        }
    }
}

impl Shared {
    /// Returns the URL in front of the authorization server's paths.
    pub(crate) fn auth_base(&self) -> String {
        let auth_url = self.api_url.trim_end_matches("/v1");
        format!("{auth_url}/{}", self.worker_environment)
    }

    /// Returns the issuer of ID tokens.
    pub(crate) fn issuer(&self) -> String {
        self.auth_base() + "/as"
    }

    pub(crate) fn is_worker_environment(&self, id: &str) -> bool {
        self.worker_environment.to_string().eq_ignore_ascii_case(id)
    }

    /// Returns the format of users at this time.
    pub(crate) fn user_format(&self, now: DateTime<Utc>) -> UserFormat<'_> {
        UserFormat {
            api_url: &self.api_url,
            now,
            lockout_in_account: self.users.lockout_in_account,
            embed_password: self.users.embed_password,
        }
    }

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
