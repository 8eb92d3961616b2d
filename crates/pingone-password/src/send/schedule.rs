//! The schedule of one call: how many requests it has sent, and how long it waits before the next.

use backon::ExponentialBackoff;
use tokio::time::Instant;

use super::retry::RetryPolicy;
use crate::call::Call;
use crate::error::{Error, Outcome, Result};
use crate::sleep::Sleep;

pub(super) struct Schedule<'a> {
    call: &'a Call,
    policy: &'a RetryPolicy,
    sleep: &'a Sleep,
    deadline: Instant,
    delays: ExponentialBackoff,
    random: fastrand::Rng,
    request_count: u32,
    /// How many of the requests were for the operation itself, and not for its state check.
    operation_count: u32,
    /// Whether an earlier request may have been applied. A state check doesn't reset this: a gateway that gave up, or a
    /// connection that broke, says nothing about the server behind it, which may apply the request after the state check.
    may_be_applied: bool,
    /// Whether this attempt has got a fresh access token.
    has_fresh_token: bool,
}

impl<'a> Schedule<'a> {
    pub(super) fn new(call: &'a Call, policy: &'a RetryPolicy, sleep: &'a Sleep) -> Self {
        Self {
            call,
            policy,
            sleep,
            deadline: Instant::now() + policy.time_limit(),
            delays: policy.delays(),
            random: policy.random(),
            request_count: 0,
            operation_count: 0,
            may_be_applied: false,
            has_fresh_token: false,
        }
    }

    /// When the call must have ended.
    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    pub(super) fn request_count(&self) -> u32 {
        self.request_count
    }

    /// Counts a request, and returns how often it was sent before. A state check is always a new request.
    pub(super) fn count_request(&mut self, call: &Call) -> u32 {
        self.request_count += 1;
        if call.operation != self.call.operation {
            return 0;
        }
        self.operation_count += 1;
        self.operation_count - 1
    }

    /// Takes back a request that could not be sent.
    pub(super) fn uncount_request(&mut self, call: &Call) {
        self.request_count -= 1;
        if call.operation == self.call.operation {
            self.operation_count -= 1;
        }
    }

    /// Whether an earlier request may have been applied.
    pub(super) fn may_be_applied(&self) -> bool {
        self.may_be_applied
    }

    /// Whether the access token may be replaced. Once, until the next wait.
    pub(super) fn may_refresh_token(&mut self) -> bool {
        !std::mem::replace(&mut self.has_fresh_token, true)
    }

    /// Waits until the next attempt may begin.
    ///
    /// # Errors
    ///
    /// The error that was given, if it is final or there are no attempts or no time left. Its outcome is unknown if any
    /// request of the call may have been applied.
    pub(super) async fn wait_after(&mut self, error: Error, may_retry: bool, retries_unknown: bool) -> Result<()> {
        self.has_fresh_token = false;
        self.may_be_applied |= error.outcome() == Outcome::Unknown;
        let retry_after = error.retry_after().unwrap_or_default();
        let may_retry = may_retry
            && (retries_unknown || error.outcome() == Outcome::NotApplied)
            && self.policy.accepts(retry_after);
        let max_delay = if may_retry { self.delays.next() } else { None };
        // Full jitter, on top of the server's own delay: clients that were told the same don't return at the same time.
        let wait = max_delay.map(|max_delay| retry_after.saturating_add(max_delay.mul_f64(self.random.f64())));
        match wait {
            Some(wait) if wait < self.deadline.saturating_duration_since(Instant::now()) => {
                tracing::debug!(%error, delay = ?wait, request_count = self.request_count, "retrying after a delay");
                self.sleep.wait(wait).await;
                Ok(())
            }
            _ if self.may_be_applied => Err(error.with_unknown_outcome().with_request_count(self.request_count)),
            _ => Err(error.with_request_count(self.request_count)),
        }
    }
}
