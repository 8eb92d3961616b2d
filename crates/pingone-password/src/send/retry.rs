//! When a call retries.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// When a call retries, and how long it waits.
///
/// A call retries only if that does no harm:
///
/// - **The operation was not applied**: the connection failed, or the server responded with 429.
/// - **The operation is idempotent** (`x-idempotent` in the OpenAPI document), such as a read: also after a lost connection, a
///   timeout, and 408, 500, 502, 503 and 504.
/// - **The outcome is unknown, and a read shows it** (`x-state-check` in the OpenAPI document), such as for an unlock: as
///   [`OnUnknownOutcome`] says. By default, the client reads the state first.
/// - **The access token was rejected** (401), and there is a fresh one: once.
///
/// The call doesn't retry after any other response.
///
/// The delay before a retry is random, between zero and a limit that doubles with every retry, from
/// [`base_delay`](Self::base_delay) up to [`max_delay`](Self::max_delay) (exponential backoff with full jitter). If the
/// server sent a `Retry-After`, the delay is added to it. A call that would have to wait beyond its
/// [`deadline`](Self::deadline) or for longer than [`max_retry_after`](Self::max_retry_after) fails at once, and
/// [`Error::retry_after`](crate::Error::retry_after) says how long the server asked to wait.
///
/// ```
/// use std::time::Duration;
/// use pingone_password::{OnUnknownOutcome, RetryPolicy};
///
/// let patient = RetryPolicy::default().max_attempts(8).deadline(Duration::from_secs(300));
/// let once = RetryPolicy::none();
/// let cautious = RetryPolicy::default().on_unknown_outcome(OnUnknownOutcome::Fail);
/// ```
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    max_attempts: u32,
    base_delay: Duration,
    max_delay: Duration,
    deadline: Duration,
    max_retry_after: Duration,
    on_unknown_outcome: OnUnknownOutcome,
    seed: Option<u64>,
}

/// What to do if the outcome of an unlock is unknown: the connection was lost, the request timed out, the server responded with
/// 408, 500, 502, 503 or 504, or with a success or a rejection that is [not PingOne's](crate::failures).
///
/// It applies to every operation with a read that shows whether it was applied: password unlocks and account unlocks.
///
/// An unconditional retry can do harm. If the first request did unlock the user, and wrong passwords have locked the user out
/// again since, the retry lifts that new lockout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnUnknownOutcome {
    /// Reads the password state first, or for an account unlock the user. If the user is no longer locked out, the call
    /// succeeds. If the user is still locked out, the call retries. If the state can't be read, the outcome stays unknown.
    #[default]
    CheckFirst,
    /// Fails with [`Outcome::Unknown`](crate::Outcome::Unknown).
    Fail,
    /// Retries without a state check.
    Retry,
}

impl Default for RetryPolicy {
    /// At most 4 attempts within 60 seconds, with delays of up to 0.5, 1 and 2 seconds.
    fn default() -> Self {
        Self {
            max_attempts: 4,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(20),
            deadline: Duration::from_secs(60),
            max_retry_after: Duration::MAX,
            on_unknown_outcome: OnUnknownOutcome::default(),
            seed: None,
        }
    }
}

impl RetryPolicy {
    /// Returns a policy without retries.
    #[must_use]
    pub fn none() -> Self {
        Self::default().max_attempts(1)
    }

    /// Sets the maximum number of attempts, including the first one. Defaults to 4. 0 means 1.
    #[must_use]
    pub fn max_attempts(self, max_attempts: u32) -> Self {
        Self { max_attempts, ..self }
    }

    /// Sets the maximum delay before the first retry. It doubles with every further retry. Defaults to 0.5 seconds.
    #[must_use]
    pub fn base_delay(self, base_delay: Duration) -> Self {
        Self { base_delay, ..self }
    }

    /// Sets the maximum delay before any retry, not counting the server's `Retry-After`. Defaults to 20 seconds.
    #[must_use]
    pub fn max_delay(self, max_delay: Duration) -> Self {
        Self { max_delay, ..self }
    }

    /// Sets the time limit of a call, including all attempts and delays. Defaults to 60 seconds.
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Sets the longest `Retry-After` of the server that a call waits for, within its deadline. Defaults to any.
    #[must_use]
    pub fn max_retry_after(self, max_retry_after: Duration) -> Self {
        Self { max_retry_after, ..self }
    }

    /// Sets what to do if the outcome of an unlock is unknown. Defaults to [`OnUnknownOutcome::CheckFirst`].
    #[must_use]
    pub fn on_unknown_outcome(self, on_unknown_outcome: OnUnknownOutcome) -> Self {
        Self { on_unknown_outcome, ..self }
    }

    /// Sets the seed of the random delays, so that every call waits the same. For tests.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    pub(super) fn unknown_outcome(&self) -> OnUnknownOutcome {
        self.on_unknown_outcome
    }

    /// Whether a call may wait for as long as the server asks.
    pub(super) fn accepts(&self, retry_after: Duration) -> bool {
        retry_after <= self.max_retry_after
    }

    /// The deadline, or a year if that is shorter: an `Instant` can't hold every duration.
    pub(super) fn time_limit(&self) -> Duration {
        const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
        self.deadline.min(YEAR)
    }

    /// The maximum delay before each retry.
    pub(super) fn delays(&self) -> ExponentialBackoff {
        ExponentialBuilder::default()
            .with_factor(2.0)
            .with_min_delay(self.base_delay.min(self.max_delay))
            .with_max_delay(self.max_delay)
            .with_max_times(self.max_attempts.saturating_sub(1) as usize)
            .build()
    }

    pub(super) fn random(&self) -> fastrand::Rng {
        self.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed)
    }

    pub(crate) fn has_no_time(&self) -> bool {
        self.deadline.is_zero()
    }
}
