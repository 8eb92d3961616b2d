//! Access tokens and their lifetime.

use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;
use uuid::Uuid;

/// The access tokens that are accepted.
#[derive(Default)]
pub(crate) struct Tokens {
    /// Each with the time at which it expires, if it does.
    expiry: HashMap<String, Option<Instant>>,
    lifetime: Option<Duration>,
}

impl Tokens {
    /// Without a lifetime, tokens never expire.
    pub(crate) fn new(lifetime: Option<Duration>) -> Self {
        Self { expiry: HashMap::new(), lifetime }
    }

    /// Issues an access token that is valid from now on.
    pub(crate) fn issue(&mut self) -> String {
        let token = random_secret();
        // A lifetime that exceeds the clock's range never ends.
        let now = Instant::now();
        let expiry = self.lifetime.and_then(|lifetime| now.checked_add(lifetime));
        self.expiry.retain(|_, expiry| expiry.is_none_or(|expiry| expiry > now));
        self.expiry.insert(token.clone(), expiry);
        token
    }

    pub(crate) fn accept(&mut self, token: &str) -> bool {
        match self.expiry.get(token) {
            None => false,
            Some(Some(expiry)) if *expiry <= Instant::now() => {
                self.expiry.remove(token);
                false
            }
            Some(_) => true,
        }
    }

    pub(crate) fn revoke_all(&mut self) {
        self.expiry.clear();
    }

    /// Returns the value of `expires_in`: whole seconds, rounded down.
    pub(crate) fn expires_in(&self) -> u64 {
        self.lifetime.map_or(3600, |lifetime| lifetime.as_secs())
    }
}

/// Returns 64 unguessable hexadecimal digits.
pub(crate) fn random_secret() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}
