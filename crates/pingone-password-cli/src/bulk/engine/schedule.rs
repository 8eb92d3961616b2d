//! The schedule of permits: evenly spaced, never above the limit, and slower for a while after the server throttled.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::bulk::rate::Rate;

/// The interval between permits is this much longer than the limit requires, so that a late timer moves no request into a
/// full second.
const MARGIN: f64 = 1.007;
/// The window in which the limit holds is this much longer than the limit's unit.
const WINDOW: f64 = 1.005;
/// A delay up to this long is caught up, which keeps the mean rate. After a longer one the schedule starts again, without a
/// burst.
const MAX_CATCH_UP: Duration = Duration::from_millis(100);
/// The part of the rate that remains after the server throttled.
const BACKOFF: f64 = 0.7;
/// The part of the limit, or of the current rate without a limit, that the rate recovers per second. It is a share, so that
/// the rate recovers from any value.
const RECOVERY: f64 = 0.01;
/// How long to hold if the server doesn't say.
const DEFAULT_HOLD: Duration = Duration::from_secs(1);
/// The maximum hold, which a clock can still represent.
const MAX_HOLD: Duration = Duration::from_secs(365 * 24 * 3600);
/// How long callers may wait for each other at a low rate: longer than any request takes, shorter than the life of an access
/// token.
const MAX_ROUND: Duration = Duration::from_secs(300);
/// The lowest rate after throttling, in requests per second, unless the limit is lower.
const MIN_RATE: f64 = 0.1;

/// When permits are given.
#[derive(Debug)]
pub(super) struct Schedule {
    limit: Option<Rate>,
    /// The current rate in requests per second. None until the server throttles, if there is no limit.
    rate: Option<f64>,
    /// The time of the current rate.
    rate_since: Instant,
    /// The next permit. Intervals are added to this, not to the time when a timer fired, so that delays don't add up.
    next: Instant,
    /// No permit is given before this.
    held_until: Option<Instant>,
    /// The last permits: as many as the limit allows in its unit, or those of the last second.
    granted: VecDeque<Instant>,
    /// How often the server throttled.
    throttle_count: u32,
}

/// Returns the longest time in which each of these callers gets a permit.
pub(in crate::bulk) fn longest_round(limit: Option<Rate>, callers: usize) -> Duration {
    let callers = u32::try_from(callers).unwrap_or(u32::MAX);
    Duration::try_from_secs_f64(f64::from(callers) * MARGIN / min_rate(limit)).unwrap_or(Duration::MAX)
}

/// Returns the number of callers beyond which they only wait longer. An access token is fetched before the wait for a
/// permit and must not expire during it.
pub(in crate::bulk) fn max_useful_concurrency(limit: Option<Rate>) -> usize {
    let Some(Rate { count, per, .. }) = limit else { return usize::MAX };
    let in_longest_round = u128::from(count.get()) * MAX_ROUND.as_millis() / per.as_millis().max(1);
    usize::try_from(in_longest_round).unwrap_or(usize::MAX).max(1)
}

fn min_rate(limit: Option<Rate>) -> f64 {
    limit.map_or(MIN_RATE, |limit| limit.per_second().min(MIN_RATE))
}

/// What the next caller does.
pub(super) enum Step {
    Go,
    WaitUntil(Instant),
}

impl Schedule {
    pub(super) fn new(limit: Option<Rate>) -> Self {
        let now = Instant::now();
        Self {
            limit,
            rate: limit.map(Rate::per_second),
            rate_since: now,
            next: now,
            held_until: None,
            granted: VecDeque::new(),
            throttle_count: 0,
        }
    }

    /// Returns how long the hold still lasts.
    pub(super) fn held_for(&self) -> Option<Duration> {
        let remaining = self.held_until?.saturating_duration_since(Instant::now());
        (!remaining.is_zero()).then_some(remaining)
    }

    /// Returns the current rate in requests per second.
    pub(super) fn rate(&self) -> Option<f64> {
        self.rate
    }

    /// Returns how often the server throttled.
    pub(super) fn throttle_count(&self) -> u32 {
        self.throttle_count
    }

    /// Gives the next permit, or returns how long to wait for it.
    pub(super) fn step(&mut self, now: Instant) -> Step {
        if let Some(until) = self.held_until
            && now < until
        {
            return Step::WaitUntil(until);
        }
        let interval = self.interval(now);
        if interval.is_some() && self.next > now {
            return Step::WaitUntil(self.next);
        }
        // Whatever the timers did, the limit holds in any window.
        if let Some(Rate { count, per, .. }) = self.limit {
            let full = self.granted.len() >= count.get() as usize;
            if let (true, Some(&first)) = (full, self.granted.front()) {
                // Slightly longer than the unit, because some requests take longer to arrive than others.
                let free = first + per.mul_f64(WINDOW);
                if free > now {
                    return Step::WaitUntil(free);
                }
                self.granted.pop_front();
            }
        } else {
            while self.granted.front().is_some_and(|first| now.duration_since(*first) > Duration::from_secs(1)) {
                self.granted.pop_front();
            }
        }
        self.granted.push_back(now);
        if let Some(interval) = interval {
            let base = if self.next + MAX_CATCH_UP < now { now } else { self.next };
            self.next = base + interval;
        }
        Step::Go
    }

    /// Returns the interval between permits, after the rate has recovered up to now.
    fn interval(&mut self, now: Instant) -> Option<Duration> {
        let rate = self.rate?;
        let max = self.limit.map_or(f64::MAX, Rate::per_second);
        let elapsed = now.saturating_duration_since(self.rate_since).as_secs_f64();
        let gain = RECOVERY * self.limit.map_or(rate, Rate::per_second);
        let rate = if self.throttle_count == 0 { rate } else { gain.mul_add(elapsed, rate).min(max) };
        self.rate = Some(rate);
        self.rate_since = self.rate_since.max(now);
        Some(Duration::from_secs_f64(MARGIN / rate))
    }

    /// Holds all permits and lowers the rate: once, however many requests are throttled together. `sent` is when the
    /// throttled request got its permit, if known.
    pub(super) fn hold(&mut self, retry_after: Option<Duration>, sent: Option<Instant>, now: Instant) {
        let is_held = self.held_until.is_some_and(|until| now < until);
        // A straggler was sent at the rate before the last hold, so it says nothing about the rate after it.
        let is_straggler = sent.is_some_and(|sent| self.held_until.is_some_and(|until| sent < until));
        if is_straggler && !is_held && retry_after.is_none() {
            return;
        }
        let is_first = !is_held && !is_straggler;
        let wait = retry_after.unwrap_or(DEFAULT_HOLD).clamp(Duration::from_millis(1), MAX_HOLD);
        let until = now + wait;
        let until = self.held_until.map_or(until, |held| held.max(until));
        self.held_until = Some(until);
        self.next = until;
        if is_first {
            self.throttle_count += 1;
            self.interval(now);
            let last_second = self.granted.iter().filter(|at| now.duration_since(**at) <= Duration::from_secs(1));
            let rate =
                self.rate.unwrap_or_else(|| f64::from(u32::try_from(last_second.count().max(1)).unwrap_or(u32::MAX)))
                    * BACKOFF;
            self.rate = Some(rate.max(min_rate(self.limit)));
        }
        // The rate recovers from the end of the hold.
        self.rate_since = self.next;
    }
}
