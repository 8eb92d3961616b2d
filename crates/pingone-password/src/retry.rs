//! When a request is sent again: only where that can do no harm.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;

use crate::call::Call;
use crate::client::Inner;
use crate::error::{Error, Outcome, Result};

/// When a request is sent again.
///
/// What is safe comes first. A request is sent again
///
/// - where it **certainly didn't happen**: there was no connection, the server said 429, or 503 with a `Retry-After`;
/// - where a **repeat changes nothing** (`x-idempotent` in the document), as with a read: also after a lost connection, a timeout, 408, 500, 502, 503 and 504;
/// - where **nobody knows** whether an unlock happened: as [`OnUnknownOutcome`] says. By default the client looks first.
///
/// Anything else the server says is final. The waits between attempts grow from [`base_delay`](Self::base_delay) to
/// [`max_delay`](Self::max_delay), each a random part of that ("full jitter"), behind the server's
/// `Retry-After` where there is one. If that lies beyond the [`deadline`](Self::deadline), the call fails at once, and
/// [`Error::retry_after`] says how long it would have been.
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
    on_unknown_outcome: OnUnknownOutcome,
    seed: Option<u64>,
}

/// What to do when nobody knows whether an unlock happened: the connection was lost after sending, there was no answer in
/// time, or the answer was 408, 500, 502, 503 without a `Retry-After`, or 504.
///
/// A blind repeat isn't harmless. If the first request did unlock, and someone has since been locked out again for
/// guessing at the password, the repeat undoes that lockout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnUnknownOutcome {
    /// Reads the state. A user who isn't locked out any more is unlocked; one who still is gets another unlock. Where the
    /// look fails, or isn't allowed, the outcome stays unknown.
    #[default]
    CheckFirst,
    /// Reports the unknown outcome.
    Fail,
    /// Sends the unlock again without a look.
    Retry,
}

impl Default for RetryPolicy {
    /// Four attempts within 60 seconds, with waits of up to 0.5, 1 and 2 seconds.
    fn default() -> Self {
        Self {
            max_attempts: 4,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(20),
            deadline: Duration::from_secs(60),
            on_unknown_outcome: OnUnknownOutcome::default(),
            seed: None,
        }
    }
}

impl RetryPolicy {
    /// One attempt.
    #[must_use]
    pub fn none() -> Self {
        Self::default().max_attempts(1)
    }

    /// How many attempts there are at the most, the first one included. 4 unless set; 0 is taken for 1.
    #[must_use]
    pub fn max_attempts(self, max_attempts: u32) -> Self {
        Self { max_attempts, ..self }
    }

    /// How long the first wait is at the most; each further one may be twice as long. 0.5 seconds unless set.
    #[must_use]
    pub fn base_delay(self, base_delay: Duration) -> Self {
        Self { base_delay, ..self }
    }

    /// How long any wait is at the most, but for what the server asks for. 20 seconds unless set.
    #[must_use]
    pub fn max_delay(self, max_delay: Duration) -> Self {
        Self { max_delay, ..self }
    }

    /// How long a call may take, all attempts and waits together. 60 seconds unless set.
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// What to do when nobody knows whether an unlock happened. It looks first, unless set.
    #[must_use]
    pub fn on_unknown_outcome(self, on_unknown_outcome: OnUnknownOutcome) -> Self {
        Self { on_unknown_outcome, ..self }
    }

    /// Makes the waits of every call the same each time, for tests.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    pub(crate) fn unlock(&self) -> OnUnknownOutcome {
        self.on_unknown_outcome
    }

    pub(crate) fn has_no_time(&self) -> bool {
        self.deadline.is_zero()
    }
}

/// A deadline beyond this is none: it is a year.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How a client waits.
#[derive(Clone)]
pub(crate) struct Sleep(Arc<dyn Fn(Duration) -> SleepFuture + Send + Sync>);

type SleepFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Sleep {
    pub(crate) fn new<F, S>(sleep: F) -> Self
    where
        F: Fn(Duration) -> S + Send + Sync + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        Self(Arc::new(move |wait| Box::pin(sleep(wait))))
    }
}

impl Default for Sleep {
    fn default() -> Self {
        Self::new(tokio::time::sleep)
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sleep")
    }
}

/// The attempts of one call: how many there were, and how long to wait for the next.
pub(crate) struct Attempts<'a> {
    call: &'a Call,
    sleep: &'a Sleep,
    deadline: Instant,
    delays: ExponentialBackoff,
    random: fastrand::Rng,
    requests: u32,
    resends: u32,
    /// Whether a request may have happened, whatever becomes of the ones after it. A look does not close this: a gateway that
    /// gave up, or a connection that broke, says nothing of the server behind it, which may carry the request out after the look.
    may_come_late: bool,
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(client: &'a Inner, call: &'a Call) -> Self {
        let Inner { retry, sleep, .. } = client;
        let RetryPolicy { max_attempts, base_delay, max_delay, deadline, seed, .. } = *retry;
        let delays = ExponentialBuilder::default()
            .with_factor(2.0)
            .with_min_delay(base_delay.min(max_delay))
            .with_max_delay(max_delay)
            .with_max_times(max_attempts.saturating_sub(1) as usize)
            .build();
        let random = seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        Self {
            call,
            sleep,
            deadline: Instant::now() + deadline.min(LONGEST),
            delays,
            random,
            requests: 0,
            resends: 0,
            may_come_late: false,
        }
    }

    /// When the call has to be over.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// How many requests were sent.
    pub(crate) fn request_count(&self) -> u32 {
        self.requests
    }

    /// Counts a request, and says how many of the same operation there were before: a look is of another one.
    pub(crate) fn next_request(&mut self, call: &Call) -> u32 {
        self.requests += 1;
        if call.operation != self.call.operation {
            return 0;
        }
        self.resends += 1;
        self.resends - 1
    }

    /// Waits until another attempt may be made.
    ///
    /// # Errors
    ///
    /// The one that was given, where it is the last word: it is final, or the attempts or the time are used up. In the light of
    /// what came before it: where an earlier request may have happened, so may the call.
    pub(crate) async fn wait_after(&mut self, error: Error, repeat: Repeat) -> Result<()> {
        self.may_come_late |= error.outcome() == Outcome::Unknown;
        let longest = if error.is_repeatable(repeat) { self.delays.next() } else { None };
        let wait = longest.map(|longest| {
            // A random part of it, so that many clients don't come back at the same time; behind the server's own wait,
            // so that those that were told the same time don't, either.
            error.retry_after().unwrap_or_default().saturating_add(longest.mul_f64(self.random.f64()))
        });
        match wait {
            Some(wait) if wait < self.deadline.saturating_duration_since(Instant::now()) => {
                (self.sleep.0)(wait).await;
                Ok(())
            }
            _ if self.may_come_late => Err(error.with_unknown_outcome().after(self.requests)),
            _ => Err(error.after(self.requests)),
        }
    }
}

/// After which failures a request is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Only where it certainly didn't happen.
    IfNotApplied,
    /// Also where it may have happened.
    IfUnknown,
}
