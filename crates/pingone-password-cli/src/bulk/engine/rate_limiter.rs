//! The rate limiter that all requests of a run share. Without a rate it gives permits at once until the server throttles.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pingone_password::{AcquireFuture, RateLimiter};
use tokio::time::{Instant, sleep_until};

use super::circuit_breaker::Outage;
use super::request_count::{self, count_permit, count_throttled, is_affected};
use super::schedule::{Schedule, Step};
use crate::bulk::rate::Rate;

/// A rate limiter for all requests of a run.
#[derive(Clone, Debug)]
pub(crate) struct SharedRateLimiter(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Its holder gets the next permit; other callers wait in the order of their arrival. A permit is used up only when it
    /// is given, so a cancelled caller wastes none.
    queue: tokio::sync::Mutex<()>,
    schedule: Mutex<Schedule>,
    outage: Arc<Outage>,
}

impl SharedRateLimiter {
    /// Creates a rate limiter. `patience` limits the time that an outage may last.
    pub(crate) fn new(limit: Option<Rate>, patience: Duration) -> Self {
        Self(Arc::new(Shared {
            queue: tokio::sync::Mutex::new(()),
            schedule: Mutex::new(Schedule::new(limit)),
            outage: Arc::new(Outage::new(patience)),
        }))
    }

    /// Gives the first permit as if an earlier run had given one this long ago.
    pub(in crate::bulk) fn resume_after(&self, elapsed: Duration) {
        self.schedule().resume_after(elapsed, Instant::now());
    }

    /// Returns the outage that permits wait for.
    pub(super) fn outage(&self) -> &Arc<Outage> {
        &self.0.outage
    }

    /// Waits while the server is out, unless the user has to find out whether it still is.
    async fn wait_for_server(&self) {
        let outage = &self.0.outage;
        if is_affected() || outage.wait_until_ended().await {
            request_count::enter(outage);
            outage.wait_to_retry().await;
        }
    }

    /// Returns how long all requests are still held.
    pub(in crate::bulk) fn throttled_for(&self) -> Option<Duration> {
        self.schedule().held_for()
    }

    /// Returns the current rate in requests per second, if there is any.
    pub(in crate::bulk) fn rate(&self) -> Option<f64> {
        self.schedule().rate()
    }

    /// Returns how often the server throttled.
    pub(in crate::bulk) fn throttle_count(&self) -> u32 {
        self.schedule().throttle_count()
    }

    fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.0.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request between its permit and its end.
struct InFlight {
    limiter: SharedRateLimiter,
    number: u64,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.limiter.schedule().finish(self.number, Instant::now());
    }
}

impl RateLimiter for SharedRateLimiter {
    fn acquire(&self) -> AcquireFuture<'_> {
        Box::pin(async {
            request_count::finish_request();
            let _waiting = request_count::waiting();
            loop {
                self.wait_for_server().await;
                let _is_next = self.0.queue.lock().await;
                loop {
                    // An outage may have begun in the queue.
                    if self.0.outage.lasts_for().is_some() && !is_affected() {
                        break;
                    }
                    let now = Instant::now();
                    let step = self.schedule().step(now, request_count::is_tracked());
                    match step {
                        Step::Go(number) => {
                            return count_permit(now, InFlight { limiter: self.clone(), number });
                        }
                        Step::WaitUntil(until) => sleep_until(until).await,
                    }
                }
            }
        })
    }

    fn on_throttled(&self, retry_after: Option<Duration>) {
        let sent = count_throttled();
        self.schedule().hold(retry_after, sent, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use tokio::sync::Semaphore;
    use tokio::task::JoinSet;

    use super::super::request_count::{counted, has_sent};
    use super::super::schedule::{longest_round, max_useful_concurrency};
    use super::*;

    fn limiter(rate: Option<&str>) -> SharedRateLimiter {
        SharedRateLimiter::new(rate.map(|rate| rate.parse().unwrap()), Duration::MAX)
    }

    /// Runs sixteen callers that acquire permits until the time is up, and returns when each was given, in seconds.
    async fn permits(limiter: &SharedRateLimiter, time: Duration) -> Vec<f64> {
        let start = Instant::now();
        let mut callers = JoinSet::new();
        for caller in 0..16 {
            let limiter = limiter.clone();
            callers.spawn(async move {
                let mut permits = Vec::new();
                while start.elapsed() < time {
                    limiter.acquire().await;
                    permits.push(start.elapsed().as_secs_f64());
                    tokio::time::sleep(Duration::from_millis(5 + caller)).await;
                }
                permits
            });
        }
        let mut permits = callers.join_all().await.concat();
        permits.retain(|permit| *permit < time.as_secs_f64());
        permits.sort_by(f64::total_cmp);
        permits
    }

    /// Returns whether any second has more permits than this.
    fn is_above(permits: &[f64], rate: usize) -> bool {
        permits.windows(rate + 1).any(|permits| permits[rate] - permits[0] < 1.0)
    }

    #[tokio::test(start_paused = true)]
    async fn never_above_the_rate_and_no_more_than_a_percent_below() {
        for rate in [3_u32, 30, 100, 499] {
            let limiter = limiter(Some(&format!("{rate}/s")));
            let permits = permits(&limiter, Duration::from_secs(60)).await;
            assert!(!is_above(&permits, rate as usize), "{rate}");
            assert!(permits.len() * 100 >= rate as usize * 60 * 99, "{rate}: {}", permits.len());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_delay_is_caught_up() {
        let limiter = limiter(Some("100/s"));
        let start = Instant::now();
        let mut permits = Vec::new();
        while start.elapsed() < Duration::from_secs(60) {
            limiter.acquire().await;
            permits.push(start.elapsed().as_secs_f64());
            let is_late = permits.len().is_multiple_of(50);
            tokio::time::sleep(Duration::from_millis(if is_late { 60 } else { 2 })).await;
        }
        assert!(!is_above(&permits, 100));
        assert!(permits.len() >= 5940, "{}", permits.len());
    }

    #[tokio::test(start_paused = true)]
    async fn there_is_no_burst_after_a_pause() {
        let limiter = limiter(Some("10/s"));
        limiter.acquire().await;
        tokio::time::sleep(Duration::from_secs(30)).await;
        let permits = permits(&limiter, Duration::from_secs(5)).await;
        assert!(permits.windows(2).all(|pair| pair[1] - pair[0] > 0.09), "{permits:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_resumed_run_counts_the_requests_of_the_earlier_one() {
        for (rate, elapsed, expected) in [("60/s", 250, 750), ("60/s", 1100, 0), ("1/h", 600_000, 3_000_000)] {
            let limiter = limiter(Some(rate));
            limiter.resume_after(Duration::from_millis(elapsed));
            let start = Instant::now();
            limiter.acquire().await;
            assert!(start.elapsed().abs_diff(Duration::from_millis(expected)) < Duration::from_millis(2), "{rate}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_holds_all_callers_once_and_slows_down_for_a_while() {
        let limiter = limiter(Some("100/s"));
        permits(&limiter, Duration::from_secs(2)).await;
        for _ in 0..16 {
            limiter.on_throttled(Some(Duration::from_secs(3)));
        }
        let permits = permits(&limiter, Duration::from_secs(60)).await;
        assert!(permits[0] >= 3.0);
        let in_second = |second: f64| permits.iter().filter(|permit| (second..second + 1.0).contains(permit)).count();
        assert!((68..=71).contains(&in_second(3.0)), "{}", in_second(3.0));
        assert!((80..=86).contains(&in_second(20.0)), "{}", in_second(20.0));
        assert!((99..=100).contains(&in_second(50.0)), "{}", in_second(50.0));
        assert_eq!(limiter.throttle_count(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_rate_only_throttling_limits_it() {
        let limiter = limiter(None);
        for _ in 0..40 {
            limiter.acquire().await;
        }
        limiter.on_throttled(None);
        let permits = permits(&limiter, Duration::from_secs(2)).await;
        assert!(permits[0] >= 1.0);
        assert!((26..=29).contains(&permits.len()), "{}", permits.len());
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_caller_delays_no_other() {
        let limiter = limiter(Some("1/s"));
        limiter.acquire().await;
        let cancelled = tokio::time::timeout(Duration::from_millis(10), limiter.acquire()).await;
        assert!(cancelled.is_err());
        tokio::time::timeout(Duration::from_secs(3), limiter.acquire()).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn cancelled_callers_use_up_no_permits() {
        for (rate, seconds) in [("1/s", 1), ("60/h", 60)] {
            let limiter = limiter(Some(rate));
            let patience = Duration::from_secs(10 * seconds);
            let start = Instant::now();
            let mut callers = JoinSet::new();
            for _ in 0..40 {
                let limiter = limiter.clone();
                callers.spawn(async move {
                    let mut permits = 0;
                    while start.elapsed() < 20 * patience {
                        permits += u32::from(tokio::time::timeout(patience, limiter.acquire()).await.is_ok());
                    }
                    permits
                });
            }
            let permits: u32 = callers.join_all().await.into_iter().sum();
            assert!((198..=212).contains(&permits), "{rate}: {permits}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn permits_are_given_in_the_order_of_arrival() {
        let limit = Some("60/h".parse().unwrap());
        let limiter = SharedRateLimiter::new(limit, Duration::MAX);
        let start = Instant::now();
        let mut callers = JoinSet::new();
        for caller in 0..16 {
            let limiter = limiter.clone();
            callers.spawn(async move {
                tokio::time::sleep(Duration::from_millis(10 * caller)).await;
                limiter.acquire().await;
                caller
            });
        }
        for caller in 0..16 {
            assert_eq!(callers.join_next().await.unwrap().unwrap(), caller);
        }
        assert!(start.elapsed() <= longest_round(limit, 16));
        let max = |limit: &str| max_useful_concurrency(Some(limit.parse().unwrap()));
        assert_eq!((max("1/h"), max("60/h"), max("1/s"), max("30/s")), (1, 5, 300, 9000));
        assert_eq!(longest_round(None, 100), Duration::from_secs_f64(1000.0 * 1.007));
        assert!(longest_round(Some("1/h".parse().unwrap()), usize::MAX) > Duration::from_secs(1 << 40));
    }

    #[tokio::test(start_paused = true)]
    async fn throttled_stragglers_do_not_slow_down_again() {
        let limiter = limiter(Some("100/s"));
        let mut stragglers = JoinSet::new();
        for straggler in 0..16 {
            let limiter = limiter.clone();
            stragglers.spawn(counted(async move {
                limiter.acquire().await;
                // The first one is throttled at once, the others one after another, long after that hold.
                tokio::time::sleep(Duration::from_secs(1 + 2 * straggler)).await;
                limiter.on_throttled(None);
                has_sent()
            }));
        }
        assert_eq!(stragglers.join_all().await, [(false, 1); 16]);
        assert_eq!((limiter.throttle_count(), limiter.throttled_for()), (1, None));
        // A `Retry-After` counts even then.
        let asking = limiter.clone();
        let late = tokio::spawn(counted(async move {
            asking.acquire().await;
            tokio::time::sleep(Duration::from_secs(5)).await;
            asking.on_throttled(Some(Duration::from_secs(7200)));
        }));
        tokio::time::sleep(Duration::from_millis(100)).await;
        limiter.on_throttled(None);
        late.await.unwrap();
        assert_eq!(limiter.throttle_count(), 2);
        assert_eq!(limiter.throttled_for(), Some(Duration::from_secs(7200)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_lasts_as_long_as_the_server_asks() {
        let limiter = limiter(None);
        limiter.on_throttled(Some(Duration::from_secs(5 * 3600)));
        assert_eq!(limiter.throttled_for(), Some(Duration::from_secs(5 * 3600)));
        limiter.on_throttled(Some(Duration::MAX));
        assert_eq!(limiter.throttled_for(), Some(Duration::from_secs(365 * 24 * 3600)));
    }

    /// Runs callers whose connections take a while: a request without a free connection opens one, and is sent on the first
    /// one that is ready or left by another request, in the order of their waiting. Some requests are late for another reason.
    /// Returns when requests arrive, in seconds.
    async fn arrivals(limiter: &SharedRateLimiter, callers: usize, connect: Duration, time: Duration) -> Vec<f64> {
        let start = Instant::now();
        let (arrived, connections) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Semaphore::new(0)));
        let number = Arc::new(AtomicU64::new(0));
        let mut tasks = JoinSet::new();
        for _ in 0..callers {
            let (limiter, arrived, connections) = (limiter.clone(), arrived.clone(), connections.clone());
            let number = number.clone();
            tasks.spawn(async move {
                while start.elapsed() < time {
                    let request = async {
                        limiter.acquire().await;
                        if connections.available_permits() == 0 {
                            let connections = connections.clone();
                            tokio::spawn(async move {
                                tokio::time::sleep(connect).await;
                                connections.add_permits(1);
                            });
                        }
                        let _connection = connections.acquire().await;
                        let number = number.fetch_add(1, Ordering::Relaxed);
                        if number.is_multiple_of(7) {
                            tokio::time::sleep(Duration::from_millis(number * 37 % 60)).await;
                        }
                        arrived.lock().unwrap().push(start.elapsed().as_secs_f64());
                        tokio::time::sleep(Duration::from_millis(3 + number * 13 % 5)).await;
                    };
                    counted(request).await;
                }
            });
        }
        tasks.join_all().await;
        let mut arrived = arrived.lock().unwrap().clone();
        arrived.sort_by(f64::total_cmp);
        arrived
    }

    #[tokio::test(start_paused = true)]
    async fn the_rate_holds_at_the_server_although_connections_are_slow() {
        for rate in [30_u16, 60] {
            for callers in [4, 16, 64] {
                for connect in [0, 150, 300, 900, 1200, 2500] {
                    let limiter = limiter(Some(&format!("{rate}/s")));
                    let connect = Duration::from_millis(connect);
                    let arrived = arrivals(&limiter, callers, connect, Duration::from_secs(60)).await;
                    let case = format!("{rate}/s, {callers} callers, {connect:?}");
                    assert!(!is_above(&arrived, rate.into()), "{case}");
                    // After the connections are there, the mean is as high as without them.
                    let late = arrived.iter().filter(|at| (10.0..60.0).contains(*at)).count();
                    assert!(late * 100 >= usize::from(rate) * 50 * 98, "{case}: {late}");
                }
            }
        }
    }
}
