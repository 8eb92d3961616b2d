//! A network that is lost: everyone waits, one try after another, until it is back or there is no patience left.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pingone_password::{Error, ErrorKind};
use tokio::time::Instant;

const FIRST_WAIT: Duration = Duration::from_secs(1);
/// More is as good as endless, and a clock can count it.
const MOST_PATIENCE: Duration = Duration::from_secs(365 * 24 * 3600);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Whether the server can be reached, as the run's requests find it.
#[derive(Debug)]
pub(crate) struct Network {
    patience: Duration,
    outage: Mutex<Option<Outage>>,
}

#[derive(Debug)]
struct Outage {
    since: Instant,
    wait: Duration,
    next_try: Instant,
}

impl Network {
    pub(crate) fn new(patience: Duration) -> Self {
        Self { patience: patience.min(MOST_PATIENCE), outage: Mutex::new(None) }
    }

    /// Whether nobody could be reached in the end: the server, or the authorization server.
    pub(crate) fn is_lost(error: &Error) -> bool {
        match error.kind() {
            ErrorKind::Connect => true,
            // The authorization server may have refused, and that is no outage.
            ErrorKind::AccessToken => error.is_transient(),
            // An unlock that got lost, and then the network with it.
            _ => error.state_check_error().is_some_and(Self::is_lost),
        }
    }

    /// There was an answer.
    pub(crate) fn found(&self) {
        *self.outage() = None;
    }

    /// There was none: when to try again, or nothing where that has gone on for too long.
    pub(crate) fn lost(&self) -> Option<Instant> {
        let now = Instant::now();
        let mut outage = self.outage();
        let outage = outage.get_or_insert(Outage { since: now, wait: FIRST_WAIT, next_try: now });
        if now.duration_since(outage.since) >= self.patience {
            return None;
        }
        // Those who failed together wait together, and then one wait is followed by a longer one.
        if outage.next_try <= now {
            outage.next_try = (now + outage.wait).min(outage.since + self.patience);
            outage.wait = (outage.wait * 2).min(LONGEST_WAIT);
        }
        Some(outage.next_try)
    }

    /// For how long nobody has answered.
    pub(crate) fn lost_for(&self) -> Option<Duration> {
        self.outage().as_ref().map(|outage| outage.since.elapsed())
    }

    /// When users who have not begun may begin.
    pub(crate) fn next_try(&self) -> Option<Instant> {
        self.outage().as_ref().map(|outage| outage.next_try)
    }

    fn outage(&self) -> MutexGuard<'_, Option<Outage>> {
        self.outage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_waits_longer_each_time_until_there_is_no_patience_left() {
        let network = Network::new(Duration::from_secs(10));
        let start = Instant::now();
        let mut tries = Vec::new();
        while let Some(next) = network.lost() {
            // Whoever fails at the same time waits for the same moment.
            assert_eq!(network.lost(), Some(next));
            tokio::time::sleep_until(next).await;
            tries.push(start.elapsed().as_secs());
        }
        assert_eq!(tries, [1, 3, 7, 10]);
        network.found();
        assert!(network.lost().is_some());
    }
}
