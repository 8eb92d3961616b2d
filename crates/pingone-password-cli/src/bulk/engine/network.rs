//! A lost network: all users wait and retry with backoff, until it is back or the patience runs out.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pingone_password::{Error, ErrorKind};
use tokio::time::Instant;

const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The maximum patience, which a clock can still represent.
const MAX_PATIENCE: Duration = Duration::from_secs(365 * 24 * 3600);
const MAX_WAIT: Duration = Duration::from_secs(30);

/// Whether the server can be reached, according to the requests of the run.
#[derive(Debug)]
pub(crate) struct Network {
    patience: Duration,
    outage: Mutex<Option<Outage>>,
}

#[derive(Debug)]
struct Outage {
    since: Instant,
    wait: Duration,
    next_attempt: Instant,
}

impl Network {
    pub(crate) fn new(patience: Duration) -> Self {
        Self { patience: patience.min(MAX_PATIENCE), outage: Mutex::new(None) }
    }

    /// Returns whether neither the server nor, for an access token, the authorization server could be reached.
    pub(crate) fn is_lost(error: &Error) -> bool {
        match error.kind() {
            ErrorKind::Connect => true,
            // A rejection by the authorization server is not an outage.
            ErrorKind::AccessToken => error.is_transient(),
            // An unlock whose response was lost, followed by the network.
            _ => error.state_check_error().is_some_and(Self::is_lost),
        }
    }

    /// Records a response.
    pub(crate) fn found(&self) {
        *self.outage() = None;
    }

    /// Records a failure to connect. Returns when to retry, or `None` once the patience has run out.
    pub(crate) fn lost(&self) -> Option<Instant> {
        let now = Instant::now();
        let mut outage = self.outage();
        let outage = outage.get_or_insert(Outage { since: now, wait: FIRST_WAIT, next_attempt: now });
        if now.duration_since(outage.since) >= self.patience {
            return None;
        }
        // Users who fail together wait together, and each wait is longer than the one before.
        if outage.next_attempt <= now {
            outage.next_attempt = (now + outage.wait).min(outage.since + self.patience);
            outage.wait = (outage.wait * 2).min(MAX_WAIT);
        }
        Some(outage.next_attempt)
    }

    /// Returns how long the network has been lost.
    pub(crate) fn lost_for(&self) -> Option<Duration> {
        self.outage().as_ref().map(|outage| outage.since.elapsed())
    }

    /// Returns when further users may start.
    pub(crate) fn next_attempt(&self) -> Option<Instant> {
        self.outage().as_ref().map(|outage| outage.next_attempt)
    }

    fn outage(&self) -> MutexGuard<'_, Option<Outage>> {
        self.outage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn waits_grow_until_the_patience_runs_out() {
        let network = Network::new(Duration::from_secs(10));
        let start = Instant::now();
        let mut attempts = Vec::new();
        while let Some(next) = network.lost() {
            // Users who fail at the same time wait for the same moment.
            assert_eq!(network.lost(), Some(next));
            tokio::time::sleep_until(next).await;
            attempts.push(start.elapsed().as_secs());
        }
        assert_eq!(attempts, [1, 3, 7, 10]);
        network.found();
        assert!(network.lost().is_some());
    }
}
