//! What runs out: access tokens, and requests per second.

use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;
use uuid::Uuid;

/// The access tokens that are taken.
#[derive(Default)]
pub(crate) struct Tokens {
    /// Each with its end, if it has one.
    good_until: HashMap<String, Option<Instant>>,
    lifetime: Option<Duration>,
}

impl Tokens {
    /// Without a lifetime the tokens never end.
    pub(crate) fn new(lifetime: Option<Duration>) -> Self {
        Self { good_until: HashMap::new(), lifetime }
    }

    /// A new access token, good from now on.
    pub(crate) fn issue(&mut self) -> String {
        let token = random_secret();
        // An end too far off to be told is none.
        let now = Instant::now();
        let end = self.lifetime.and_then(|lifetime| now.checked_add(lifetime));
        self.good_until.retain(|_, end| end.is_none_or(|end| end > now));
        self.good_until.insert(token.clone(), end);
        token
    }

    pub(crate) fn accept(&mut self, token: &str) -> bool {
        match self.good_until.get(token) {
            None => false,
            Some(Some(end)) if *end <= Instant::now() => {
                self.good_until.remove(token);
                false
            }
            Some(_) => true,
        }
    }

    pub(crate) fn revoke_all(&mut self) {
        self.good_until.clear();
    }

    /// What `expires_in` says: whole seconds, rounded down.
    pub(crate) fn expires_in(&self) -> u64 {
        self.lifetime.map_or(3600, |lifetime| lifetime.as_secs())
    }
}

/// 64 hexadecimal digits that nobody can guess.
pub(crate) fn random_secret() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// At most so many requests in every second: fixed windows, the first of which opens with the first request.
pub(crate) struct RateLimit {
    per_second: u32,
    /// When the present window opened.
    opened: Option<Instant>,
    taken: u32,
}

impl RateLimit {
    const WINDOW: Duration = Duration::from_secs(1);

    pub(crate) fn new(per_second: u32) -> Self {
        Self { per_second, opened: None, taken: 0 }
    }

    /// Whether one more request fits into the window. A refused one takes no place.
    pub(crate) fn admit(&mut self) -> bool {
        let now = Instant::now();
        if self.opened.is_none_or(|opened| now.duration_since(opened) >= Self::WINDOW) {
            self.opened = Some(now);
            self.taken = 0;
        }
        let fits = self.taken < self.per_second;
        self.taken += u32::from(fits);
        fits
    }
}
