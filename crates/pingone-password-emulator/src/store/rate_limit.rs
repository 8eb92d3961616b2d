//! The number of requests per second.

use std::time::Duration;

use tokio::time::Instant;

/// Admits a number of requests per second, in fixed windows. The first window opens with the first request.
pub(crate) struct RateLimit {
    per_second: u32,
    /// The time at which the current window opened.
    opened: Option<Instant>,
    admitted: u32,
}

impl RateLimit {
    const WINDOW: Duration = Duration::from_secs(1);

    pub(crate) fn new(per_second: u32) -> Self {
        Self { per_second, opened: None, admitted: 0 }
    }

    /// Returns whether one more request fits into the window. A rejected request doesn't count.
    pub(crate) fn admit(&mut self, now: Instant) -> bool {
        if self.opened.is_none_or(|opened| now.duration_since(opened) >= Self::WINDOW) {
            self.opened = Some(now);
            self.admitted = 0;
        }
        let fits = self.admitted < self.per_second;
        self.admitted += u32::from(fits);
        fits
    }
}
