//! Values that expire.

use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;

use super::random_secret;

/// Values under random keys, each of which expires.
pub(super) struct Expiring<T> {
    values: HashMap<String, (Instant, T)>,
    lifetime: Duration,
}

impl<T> Expiring<T> {
    /// The number of values that are kept. Beyond it, the one that expires first goes.
    const LIMIT: usize = 1000;

    pub(super) fn new(lifetime: Duration) -> Self {
        Self { values: HashMap::new(), lifetime }
    }

    /// Adds a value and returns its key.
    pub(super) fn add(&mut self, value: T, now: Instant) -> String {
        self.values.retain(|_, (expiry, _)| *expiry > now);
        if self.values.len() >= Self::LIMIT {
            let first = self.values.iter().min_by_key(|(_, (expiry, _))| *expiry).map(|(key, _)| key.clone());
            first.and_then(|key| self.values.remove(&key));
        }
        let key = random_secret();
        self.values.insert(key.clone(), (now + self.lifetime, value));
        key
    }

    pub(super) fn get_mut(&mut self, key: &str, now: Instant) -> Option<&mut T> {
        self.values.get_mut(key).filter(|(expiry, _)| *expiry > now).map(|(_, value)| value)
    }

    pub(super) fn remove(&mut self, key: &str, now: Instant) -> Option<T> {
        self.values.remove(key).filter(|(expiry, _)| *expiry > now).map(|(_, value)| value)
    }

    pub(super) fn values_mut(&mut self, now: Instant) -> impl Iterator<Item = &mut T> {
        self.values.values_mut().filter(move |(expiry, _)| *expiry > now).map(|(_, value)| value)
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.values.retain(|_, (_, value)| keep(value));
    }
}
