//! Access tokens: their lifetime, and what they permit.

use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;
use uuid::Uuid;

use super::{Actor, Role};

/// The permissions of an access token. The default is all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) role: Role,
    /// The only population whose users are visible.
    pub(crate) population: Option<Uuid>,
    pub(crate) actor: Actor,
    /// The sign-in that the token comes from.
    pub(crate) sign_in: Option<u64>,
}

/// An access token that was issued.
#[derive(Clone)]
pub(crate) struct AccessToken {
    pub(crate) id: Uuid,
    pub(crate) grant: Grant,
    /// The time at which it expires, if it does.
    pub(crate) expiry: Option<Instant>,
    number: u64,
}

/// The access tokens that are accepted.
pub(crate) struct Tokens {
    issued: HashMap<String, AccessToken>,
    lifetime: Option<Duration>,
    /// The number of the next token.
    next: u64,
}

impl Tokens {
    /// The number of tokens that are kept. Beyond it, the oldest is revoked, but never the first.
    const LIMIT: usize = 10_000;

    /// Starts with one token. Without a lifetime, tokens never expire.
    pub(super) fn new(first: String, lifetime: Option<Duration>, now: Instant) -> Self {
        let mut tokens = Self { issued: HashMap::new(), lifetime, next: 0 };
        tokens.insert(first, Grant::default(), lifetime, now);
        tokens
    }

    /// Issues an access token that is valid from now on.
    pub(crate) fn issue(&mut self, grant: Grant, lifetime: Option<Duration>, now: Instant) -> String {
        let token = random_secret();
        self.insert(token.clone(), grant, lifetime.or(self.lifetime), now);
        token
    }

    fn insert(&mut self, token: String, grant: Grant, lifetime: Option<Duration>, now: Instant) {
        self.issued.retain(|_, token| token.is_valid(now));
        while self.issued.len() >= Self::LIMIT {
            let oldest = self.issued.iter().filter(|(_, token)| token.number > 0).min_by_key(|(_, token)| token.number);
            let Some(oldest) = oldest.map(|(token, _)| token.clone()) else { break };
            self.issued.remove(&oldest);
        }
        // A lifetime that exceeds the clock's range never ends.
        let expiry = lifetime.and_then(|lifetime| now.checked_add(lifetime));
        self.issued.insert(token, AccessToken { id: Uuid::new_v4(), grant, expiry, number: self.next });
        self.next += 1;
    }

    /// Returns the permissions of a token, or `None` if it isn't valid.
    pub(crate) fn accept(&self, token: &str, now: Instant) -> Option<Grant> {
        self.issued.get(token).filter(|token| token.is_valid(now)).map(|token| token.grant)
    }

    pub(crate) fn revoke_sign_in(&mut self, sign_in: u64) {
        self.issued.retain(|_, token| token.grant.sign_in != Some(sign_in));
    }

    /// Returns the tokens that are valid, in the order in which they were issued.
    pub(crate) fn valid(&self, now: Instant) -> Vec<(&str, &AccessToken)> {
        let valid = self.issued.iter().filter(|(_, token)| token.is_valid(now));
        let mut valid: Vec<_> = valid.map(|(secret, token)| (secret.as_str(), token)).collect();
        valid.sort_by_key(|(_, token)| token.number);
        valid
    }

    /// Revokes one token. Returns `false` if there is no such token.
    pub(crate) fn revoke(&mut self, id: Uuid) -> bool {
        let before = self.issued.len();
        self.issued.retain(|_, token| token.id != id);
        self.issued.len() < before
    }

    pub(crate) fn revoke_all(&mut self) {
        self.issued.clear();
    }

    /// Returns the value of `expires_in`: whole seconds, rounded down.
    pub(crate) fn expires_in(&self) -> u64 {
        self.lifetime.map_or(3600, |lifetime| lifetime.as_secs())
    }
}

impl AccessToken {
    fn is_valid(&self, now: Instant) -> bool {
        self.expiry.is_none_or(|expiry| expiry > now)
    }
}

/// Returns 64 unguessable hexadecimal digits.
pub(crate) fn random_secret() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}
