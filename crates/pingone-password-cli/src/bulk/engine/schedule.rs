//! The schedule of permits: evenly spaced, never above the limit, and slower for a while after the server throttled.

use std::collections::VecDeque;
use std::time::Duration;

use pingone_password::RetryPolicy;
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
/// A request is late if it takes longer than the fastest one by more than the fastest one takes, or by more than this. Then it
/// may have waited for a connection, or for a busy computer. Otherwise the server took longer to respond.
const MAX_JITTER: Duration = Duration::from_millis(50);
/// What the time of the fastest request grows by with each request, so that one exception doesn't count forever.
const FORGETTING: f64 = 1.003;
/// How often to look for the end of requests that keep a window full.
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// How long a resumed run waits after the last request of the earlier one. That sent no more in this time than the limit allows
/// in a longer one.
const RESUME_INTERVAL: Duration = Duration::from_secs(1);
/// How long to hold if the server doesn't say.
const DEFAULT_HOLD: Duration = Duration::from_secs(1);
/// The maximum hold, which a clock can still represent.
const MAX_HOLD: Duration = Duration::from_secs(365 * 24 * 3600);
/// How long callers may wait for each other at a low rate: longer than any request takes, shorter than the life of an access
/// token.
const MAX_ROUND: Duration = Duration::from_secs(300);
/// The lowest rate after throttling, in requests per second, unless the limit is lower.
const MIN_RATE: f64 = 0.1;

/// The deadline of a call with its retries, without the waits for permits.
const CALL_DEADLINE: Duration = Duration::from_secs(600);
/// The number of permits that a call may need: four attempts and the state checks between them.
const PERMITS_PER_CALL: u32 = 8;

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
    /// The last permits: those whose requests may have arrived within the limit's unit, or those of the last second.
    granted: VecDeque<Grant>,
    /// The number of permits so far.
    grant_count: u64,
    /// The requests in flight, if their ends are reported, and the most that there were.
    in_flight: u64,
    max_in_flight: u64,
    /// The number of requests that are over.
    finish_count: u64,
    /// The shortest time from a permit to the end of its request.
    min_latency: Option<Duration>,
    /// How often the server throttled.
    throttle_count: u32,
}

/// Returns the longest time in which each of these callers gets a permit.
pub(super) fn longest_round(limit: Option<Rate>, callers: usize) -> Duration {
    let callers = u32::try_from(callers).unwrap_or(u32::MAX);
    Duration::try_from_secs_f64(f64::from(callers) * MARGIN / min_rate(limit)).unwrap_or(Duration::MAX)
}

/// Returns the deadline of a call with its retries: at a low rate, each permit comes after those of all other callers.
fn call_deadline(limit: Option<Rate>, callers: usize, patience: Duration) -> Duration {
    longest_round(limit, callers)
        .saturating_mul(PERMITS_PER_CALL)
        .saturating_add(CALL_DEADLINE)
        .saturating_add(patience)
}

/// Returns the retry policy of a run's calls, which wait no longer than `patience` because the server asks for it.
pub(crate) fn retry_policy(limit: Option<Rate>, callers: usize, patience: Duration) -> RetryPolicy {
    RetryPolicy::default().deadline(call_deadline(limit, callers, patience)).max_retry_after(patience)
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

/// A permit.
#[derive(Debug)]
struct Grant {
    number: u64,
    at: Instant,
    /// When the request was over.
    finished: Option<Instant>,
}

impl Grant {
    /// Returns the latest time when the request may have arrived at the server, unless it is in flight. A request that has to
    /// wait for a new connection arrives long after its permit, while later ones arrive on connections that are ready.
    fn arrival(&self, min_latency: Duration) -> Option<Instant> {
        let finished = self.finished?;
        let is_late = finished.saturating_duration_since(self.at) > min_latency + min_latency.min(MAX_JITTER);
        Some(if is_late { finished.checked_sub(min_latency).unwrap_or(self.at) } else { self.at })
    }
}

/// What the next caller does.
pub(super) enum Step {
    /// Send a request. [`Schedule::finish`] takes the number of the permit.
    Go(u64),
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
            grant_count: 0,
            in_flight: 0,
            max_in_flight: 0,
            finish_count: 0,
            min_latency: None,
            throttle_count: 0,
        }
    }

    /// Delays the first permit, so that the limit holds together with an earlier run, whose last request was this long ago.
    pub(super) fn resume_after(&mut self, elapsed: Duration, now: Instant) {
        if let Some(Rate { count, per, .. }) = self.limit {
            self.next = now + RESUME_INTERVAL.max(per / count.get()).saturating_sub(elapsed);
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

    /// Gives the next permit, or returns how long to wait for it. `is_tracked` says whether the end of the request will be
    /// reported.
    pub(super) fn step(&mut self, now: Instant, is_tracked: bool) -> Step {
        if let Some(until) = self.held_until
            && now < until
        {
            return Step::WaitUntil(until);
        }
        let interval = self.interval(now);
        if interval.is_some() && self.next > now {
            return Step::WaitUntil(self.next);
        }
        // Whatever timers and connections did, the limit holds in any window.
        if let Some(Rate { count, per, .. }) = self.limit {
            if let Some(free) = self.next_free(count.get() as usize, per.mul_f64(WINDOW), now) {
                return Step::WaitUntil(free);
            }
        } else {
            while self.granted.front().is_some_and(|first| now.duration_since(first.at) > Duration::from_secs(1)) {
                self.granted.pop_front();
            }
        }
        self.grant_count += 1;
        // Without a caller who reports the end, the request counts from its permit.
        let finished = (!is_tracked).then_some(now);
        self.in_flight += u64::from(is_tracked);
        self.max_in_flight = self.max_in_flight.max(self.in_flight);
        self.granted.push_back(Grant { number: self.grant_count, at: now, finished });
        if let Some(interval) = interval {
            let base = if self.next + MAX_CATCH_UP < now { now } else { self.next };
            self.next = base + interval;
        }
        Step::Go(self.grant_count)
    }

    /// Returns when the window has room again, or nothing if it has. The window is slightly longer than the limit's unit,
    /// because some requests take longer to arrive than others.
    fn next_free(&mut self, count: usize, window: Duration, now: Instant) -> Option<Instant> {
        if self.granted.len() < count {
            return None;
        }
        let min_latency = self.min_latency();
        let end = |grant: &Grant| grant.arrival(min_latency).map(|arrival| arrival + window);
        let is_over = |grant: &Grant| end(grant).is_some_and(|end| end <= now);
        // Usually that is enough, and it doesn't look at all permits.
        while self.granted.front().is_some_and(is_over) {
            self.granted.pop_front();
        }
        if self.granted.len() < count {
            return None;
        }
        self.granted.retain(|grant| !is_over(grant));
        if self.granted.len() < count {
            return None;
        }
        // Requests in flight may arrive at any time.
        let has_in_flight = self.granted.iter().any(|grant| grant.finished.is_none());
        let first = self.granted.iter().filter_map(end).min().unwrap_or(now + POLL_INTERVAL);
        Some(if has_in_flight { first.min(now + POLL_INTERVAL) } else { first })
    }

    /// Records that a request is over.
    pub(super) fn finish(&mut self, number: u64, now: Instant) {
        let Ok(index) = self.granted.binary_search_by_key(&number, |grant| grant.number) else { return };
        let Some(grant) = self.granted.get_mut(index) else { return };
        // Nobody waits for the end of a request that isn't tracked.
        if grant.finished.replace(now).is_some() {
            return;
        }
        self.in_flight = self.in_flight.saturating_sub(1);
        let latency = now.saturating_duration_since(grant.at);
        self.min_latency = Some(self.min_latency.map_or(latency, |min| min.mul_f64(FORGETTING).min(latency)));
        self.finish_count += 1;
    }

    /// Returns the time of a request that waits for nothing. The first requests may all have waited for connections, or for
    /// each other: until there are others, it is none, and requests count from their ends.
    fn min_latency(&self) -> Duration {
        if self.finish_count < 2 * self.max_in_flight { Duration::ZERO } else { self.min_latency.unwrap_or_default() }
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
            let last_second =
                self.granted.iter().filter(|grant| now.duration_since(grant.at) <= Duration::from_secs(1));
            let rate =
                self.rate.unwrap_or_else(|| f64::from(u32::try_from(last_second.count().max(1)).unwrap_or(u32::MAX)))
                    * BACKOFF;
            self.rate = Some(rate.max(min_rate(self.limit)));
        }
        // The rate recovers from the end of the hold.
        self.rate_since = self.next;
    }
}
