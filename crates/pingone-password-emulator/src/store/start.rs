//! The environment as it is at the start, and again after a reset.

use std::time::Duration;

use super::{Clock, Events, InvalidUser, NewUser, RateLimit, SignInSettings, SignIns, Status, Store, Tokens, Users};

/// The settings that an environment starts from.
#[derive(Debug, Default)]
pub(crate) struct Start {
    /// The users of a seed, which come first.
    pub(crate) seed: Vec<NewUser>,
    /// The number of users after those: one with each status, and the rest locked out.
    pub(crate) users: usize,
    pub(crate) access_token: String,
    pub(crate) token_lifetime: Option<Duration>,
    pub(crate) rate_limit: Option<u32>,
    pub(crate) sign_ins: SignInSettings,
}

impl Store {
    /// Returns the environment that `start` describes.
    pub(crate) fn new(start: &Start) -> Result<Self, InvalidUser> {
        let clock = Clock::default();
        let mut store = Self {
            users: Users::default(),
            added: 0,
            revision: 0,
            events: Events::default(),
            tokens: Tokens::new(start.access_token.clone(), start.token_lifetime, clock.now()),
            sign_ins: SignIns::new(start.sign_ins),
            token_requests: 0,
            rate_limit: start.rate_limit.map(RateLimit::new),
            clock,
        };
        let statuses = Status::ALL.into_iter().chain(std::iter::repeat(Status::PasswordLockedOut));
        let others = statuses.take(start.users).map(NewUser::new);
        for user in start.seed.iter().cloned().chain(others) {
            store.add_user(user)?;
        }
        Ok(store)
    }

    /// Puts the environment back to its start. The clock is the system's again.
    pub(crate) fn reset(&mut self, start: &Start) {
        let revision = self.revision + 1;
        // It has been valid once.
        if let Ok(store) = Self::new(start) {
            *self = store;
            self.revision += revision;
        }
    }
}
