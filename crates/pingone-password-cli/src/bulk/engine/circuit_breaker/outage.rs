//! An outage of the server or the network: all users wait. Only those whose requests failed retry, with backoff, so that no
//! further user's outcome becomes unknown.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// The wait before the second retry. The first one is immediate.
const MIN_WAIT: Duration = Duration::from_millis(100);
const MAX_WAIT: Duration = Duration::from_secs(30);
/// The maximum patience, which a clock can still represent.
const MAX_PATIENCE: Duration = Duration::from_secs(365 * 24 * 3600);

/// Whether there is an outage, according to the requests of the run.
#[derive(Debug)]
pub(in crate::bulk::engine) struct Outage {
    patience: Duration,
    state: Mutex<State>,
    /// Notified when the outage ends or needs another user to retry.
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    current: Option<Current>,
    /// The number of users whose requests failed.
    affected: usize,
    /// Whether what fails is the sign-in: a person has to sign in again.
    awaits_sign_in: bool,
    /// Whether a user was given up since the last success, because the failure seemed to be its own.
    has_released: bool,
}

#[derive(Debug)]
struct Current {
    since: Instant,
    wait: Duration,
    next_attempt: Instant,
}

impl Outage {
    pub(in crate::bulk::engine) fn new(patience: Duration) -> Self {
        Self { patience: patience.min(MAX_PATIENCE), state: Mutex::default(), changed: Notify::new() }
    }

    /// Returns how long the outage has lasted.
    pub(in crate::bulk::engine) fn lasts_for(&self) -> Option<Duration> {
        self.state().current.as_ref().map(|current| current.since.elapsed())
    }

    /// Returns whether the patience has run out.
    pub(in crate::bulk::engine) fn is_too_long(&self) -> bool {
        self.lasts_for().is_some_and(|time| time >= self.patience)
    }

    /// Returns whether a wait that the server asks for is longer than the patience lasts.
    pub(in crate::bulk::engine) fn would_be_too_long(&self, wait: Duration) -> bool {
        wait > self.patience
    }

    /// Records that the outage is that of the sign-in, until it ends.
    pub(in crate::bulk::engine) fn await_sign_in(&self) {
        self.state().awaits_sign_in = true;
    }

    pub(in crate::bulk::engine) fn awaits_sign_in(&self) -> bool {
        self.state().awaits_sign_in
    }

    /// Records a response of the server that shows that it works.
    pub(in crate::bulk::engine) fn end(&self) {
        let mut state = self.state();
        (state.current, state.awaits_sign_in) = (None, false);
        drop(state);
        self.changed.notify_waiters();
    }

    /// Records that an operation succeeded.
    pub(in crate::bulk::engine) fn succeed(&self) {
        self.state().has_released = false;
        self.end();
    }

    /// Returns whether a user may be given up, because reads work while its own operation fails: once until the next success.
    pub(in crate::bulk::engine) fn may_release(&self) -> bool {
        !std::mem::replace(&mut self.state().has_released, true)
    }

    /// Records that a request of a user failed. The user is affected until [`leave`](Self::leave).
    pub(in crate::bulk::engine) fn enter(&self) {
        let now = Instant::now();
        let mut state = self.state();
        state.affected += 1;
        state.current.get_or_insert(Current { since: now, wait: Duration::ZERO, next_attempt: now });
    }

    /// Records that an affected user is done.
    pub(in crate::bulk::engine) fn leave(&self) {
        self.state().affected -= 1;
        self.changed.notify_waiters();
    }

    /// Waits until an affected user may retry.
    pub(in crate::bulk::engine) async fn wait_to_retry(&self) {
        let Some(until) = self.next_attempt() else { return };
        tokio::select! {
            () = sleep_until(until) => {}
            () = self.ended() => {}
        }
    }

    /// Waits until an unaffected user may send a request. Returns whether this user has to be affected: the outage goes
    /// on, and no other user retries.
    pub(in crate::bulk::engine) async fn wait_until_ended(&self) -> bool {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let state = self.state();
                match state.current {
                    None => return false,
                    Some(_) if state.affected == 0 => return true,
                    Some(_) => {}
                }
            }
            changed.await;
        }
    }

    /// Returns the time of the next retry. Each wait is longer than the one before, and users who fail meanwhile share it.
    fn next_attempt(&self) -> Option<Instant> {
        let now = Instant::now();
        let mut state = self.state();
        let current = state.current.as_mut()?;
        if current.next_attempt <= now {
            current.next_attempt = (now + current.wait).min((current.since + self.patience).max(now));
            current.wait = (current.wait * 2).clamp(MIN_WAIT, MAX_WAIT);
        }
        Some(current.next_attempt)
    }

    async fn ended(&self) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.state().current.is_none() {
                return;
            }
            changed.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn waits_grow_until_the_patience_runs_out() {
        let outage = Outage::new(Duration::from_secs(10));
        outage.enter();
        let start = Instant::now();
        let mut attempts = Vec::new();
        while !outage.is_too_long() {
            outage.wait_to_retry().await;
            attempts.push(start.elapsed().as_millis());
        }
        assert_eq!(attempts, [0, 100, 300, 700, 1500, 3100, 6300, 10_000]);
        outage.end();
        assert_eq!(outage.lasts_for(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn other_users_wait_for_the_end_or_take_over() {
        let outage = Arc::new(Outage::new(Duration::from_secs(100)));
        assert!(!outage.wait_until_ended().await);
        outage.enter();
        let waiting = |outage: &Arc<Outage>| {
            let outage = Arc::clone(outage);
            tokio::spawn(async move { outage.wait_until_ended().await })
        };
        let other = waiting(&outage);
        tokio::time::sleep(Duration::from_secs(50)).await;
        assert!(!other.is_finished());
        outage.end();
        assert!(!other.await.unwrap());
        outage.leave();
        // The only affected user is given up.
        outage.enter();
        let other = waiting(&outage);
        tokio::task::yield_now().await;
        outage.leave();
        assert!(other.await.unwrap());
        assert!(outage.may_release() && !outage.may_release());
        outage.succeed();
        assert!(outage.may_release());
    }
}
