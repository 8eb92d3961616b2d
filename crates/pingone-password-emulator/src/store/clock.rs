//! The environment's clock.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

/// The system's clock, or ahead of it after it was moved forward.
#[derive(Default)]
pub(crate) struct Clock {
    ahead: Duration,
}

impl Clock {
    /// The furthest that the clock can be ahead: a century.
    const MAX_AHEAD: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);

    pub(crate) fn ahead(&self) -> Duration {
        self.ahead
    }

    /// Returns the time for comparisons: monotonic, and Tokio's.
    pub(crate) fn now(&self) -> Instant {
        Instant::now() + self.ahead
    }

    /// Returns the date and time.
    pub(crate) fn utc(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::from_std(self.ahead).unwrap_or_default()
    }

    /// Moves the clock forward. Returns `false`, and leaves it, if it would be more than a century ahead.
    pub(super) fn advance(&mut self, by: Duration) -> bool {
        let ahead = self.ahead.saturating_add(by);
        let fits = ahead <= Self::MAX_AHEAD;
        if fits {
            self.ahead = ahead;
        }
        fits
    }
}
