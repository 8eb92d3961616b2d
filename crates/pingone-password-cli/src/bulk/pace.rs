//! When each request goes out: on a steady beat, never above the limit, and all of them held where the server asks for it.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pingone_password::{AcquireFuture, RateLimiter};
use tokio::time::{Instant, sleep_until};

use super::args::Rate;

/// The beat is this much slower than the limit, so that a timer that fires late moves no request into a full second.
const MARGIN: f64 = 1.007;
/// The time for which the limit is kept to is this much longer than the limit's.
const WINDOW: f64 = 1.005;
/// Whoever is late by no more than this takes the beat all the same, so that the mean stays what it is. Beats that are longer
/// past are lost: there is no burst after a pause.
const GRACE: Duration = Duration::from_millis(100);
/// What is left of the pace after the server said that it was too fast.
const SLOWER: f64 = 0.7;
/// What the pace gains in a second after that: this part of the limit, or of itself where there is no limit. So it comes back
/// from however low, and many refusals don't bring a run to a standstill.
const GAIN: f64 = 0.01;
/// How long to hold where the server doesn't say.
const HOLD: Duration = Duration::from_secs(1);
/// More is as good as for ever, and a clock can count it.
const LONGEST_HOLD: Duration = Duration::from_secs(365 * 24 * 3600);
/// How long callers may wait for each other on a slow pace: longer than any request takes, and shorter than an access token
/// lives.
const LONGEST_ROUND: Duration = Duration::from_secs(300);
/// Slower than one request in ten seconds is no pace any more, unless the limit itself is.
const SLOWEST: f64 = 0.1;

/// The pace that all requests of a run share. Without a rate it lets everything through until the server objects.
#[derive(Clone, Debug)]
pub(crate) struct Throttle(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Whoever has this is the next to go; the others wait for it, in the order in which they came. So a beat is taken only
    /// when somebody goes, and whoever gives up takes none along.
    queue: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: Option<Rate>,
    /// Requests per second now; none as long as there is nothing to keep to.
    rate: Option<f64>,
    /// Since when the rate is what it is.
    rate_since: Instant,
    /// The next free beat. Beats are counted on from here, not from when a timer fired, so that no delay adds up.
    next: Instant,
    /// Nobody goes before this.
    held_until: Option<Instant>,
    /// When the last requests went: as many as fit into the limit's time, or those of the last second.
    granted: VecDeque<Instant>,
    /// How often the server objected.
    holds: u32,
}

impl Throttle {
    pub(crate) fn new(limit: Option<Rate>) -> Self {
        let now = Instant::now();
        let state = State {
            limit,
            rate: limit.map(per_second),
            rate_since: now,
            next: now,
            held_until: None,
            granted: VecDeque::new(),
            holds: 0,
        };
        Self(Arc::new(Shared { queue: tokio::sync::Mutex::new(()), state: Mutex::new(state) }))
    }

    /// For how long everyone is held from now.
    pub(crate) fn held_for(&self) -> Option<Duration> {
        let until = self.state().held_until?;
        let left = until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Requests per second now, where there is anything to keep to.
    pub(crate) fn rate(&self) -> Option<f64> {
        self.state().rate
    }

    /// How often everyone was held.
    pub(crate) fn holds(&self) -> u32 {
        self.state().holds
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long it takes at the slowest pace until each of so many callers has had a turn.
pub(crate) fn slowest_round(limit: Option<Rate>, callers: usize) -> Duration {
    let callers = u32::try_from(callers).unwrap_or(u32::MAX);
    Duration::try_from_secs_f64(f64::from(callers) * MARGIN / slowest(limit)).unwrap_or(Duration::MAX)
}

/// How many callers can be of use. More than these would only wait for longer, and an access token is fetched before the wait
/// for a turn: it must not expire there.
pub(crate) fn most_callers(limit: Option<Rate>) -> usize {
    let Some(Rate { count, per, .. }) = limit else { return usize::MAX };
    let in_longest_round = u128::from(count.get()) * LONGEST_ROUND.as_millis() / per.as_millis().max(1);
    usize::try_from(in_longest_round).unwrap_or(usize::MAX).max(1)
}

fn slowest(limit: Option<Rate>) -> f64 {
    limit.map_or(SLOWEST, |limit| per_second(limit).min(SLOWEST))
}

/// The requests of a user, which are sent one after another.
#[derive(Debug, Default)]
struct Requests {
    /// How many turns the user has had.
    turns: Cell<u32>,
    /// How many of the requests the server refused because there were too many: these changed nothing.
    refused: Cell<u32>,
    /// When the last turn came.
    last: Cell<Option<Instant>>,
}

tokio::task_local! {
    static REQUESTS: Requests;
}

/// Counts the turns that this takes: the requests, resends and looks at the state included.
pub(crate) async fn counted<F: Future>(work: F) -> (F::Output, u32) {
    REQUESTS.scope(Requests::default(), async { (work.await, REQUESTS.with(|requests| requests.turns.get())) }).await
}

/// How many requests of the present user were let through and not refused for being too many. None outside of [`counted`].
pub(crate) fn unrefused() -> u32 {
    REQUESTS.try_with(|requests| requests.turns.get().saturating_sub(requests.refused.get())).unwrap_or_default()
}

impl RateLimiter for Throttle {
    fn acquire(&self) -> AcquireFuture<'_> {
        Box::pin(async {
            let _is_next = self.0.queue.lock().await;
            loop {
                let now = Instant::now();
                let step = self.state().step(now);
                match step {
                    Step::Go => {
                        // Outside of `counted` nobody counts.
                        _ = REQUESTS.try_with(|requests| {
                            requests.turns.set(requests.turns.get() + 1);
                            requests.last.set(Some(now));
                        });
                        return;
                    }
                    Step::WaitUntil(until) => sleep_until(until).await,
                }
            }
        })
    }

    fn on_throttled(&self, retry_after: Option<Duration>) {
        // The client says this within the call whose request was refused.
        let sent = REQUESTS.try_with(|requests| {
            requests.refused.set(requests.refused.get() + 1);
            requests.last.get()
        });
        self.state().hold(retry_after, sent.unwrap_or_default(), Instant::now());
    }
}

enum Step {
    Go,
    WaitUntil(Instant),
}

impl State {
    /// What comes next for whoever is the next to go.
    fn step(&mut self, now: Instant) -> Step {
        if let Some(until) = self.held_until
            && now < until
        {
            return Step::WaitUntil(until);
        }
        let interval = self.interval(now);
        if interval.is_some() && self.next > now {
            return Step::WaitUntil(self.next);
        }
        // Whatever timers did: no more than the limit allows, in whichever stretch of time.
        if let Some(Rate { count, per, .. }) = self.limit {
            let full = self.granted.len() >= count.get() as usize;
            if let (true, Some(&first)) = (full, self.granted.front()) {
                // A little more than the time, because some take longer to arrive than others.
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
            let beat = if self.next + GRACE < now { now } else { self.next };
            self.next = beat + interval;
        }
        Step::Go
    }

    /// The time between two beats, after the pace has recovered as far as it has by now.
    fn interval(&mut self, now: Instant) -> Option<Duration> {
        let rate = self.rate?;
        let most = self.limit.map_or(f64::MAX, per_second);
        let elapsed = now.saturating_duration_since(self.rate_since).as_secs_f64();
        let gain = GAIN * self.limit.map_or(rate, per_second);
        let rate = if self.holds == 0 { rate } else { gain.mul_add(elapsed, rate).min(most) };
        self.rate = Some(rate);
        self.rate_since = self.rate_since.max(now);
        Some(Duration::from_secs_f64(MARGIN / rate))
    }

    /// Holds everyone, and lowers the pace: once, however many requests were refused at the same time. `sent` is when the
    /// refused one got its turn, where that is known.
    fn hold(&mut self, retry_after: Option<Duration>, sent: Option<Instant>, now: Instant) {
        let is_held = self.held_until.is_some_and(|until| now < until);
        // It went out at the pace from before the last hold, and says nothing of the one after it.
        let is_straggler = sent.is_some_and(|sent| self.held_until.is_some_and(|until| sent < until));
        if is_straggler && !is_held && retry_after.is_none() {
            return;
        }
        let is_first = !is_held && !is_straggler;
        let wait = retry_after.unwrap_or(HOLD).clamp(Duration::from_millis(1), LONGEST_HOLD);
        let until = now + wait;
        let until = self.held_until.map_or(until, |held| held.max(until));
        self.held_until = Some(until);
        self.next = until;
        if is_first {
            self.holds += 1;
            self.interval(now);
            let last_second = self.granted.iter().filter(|at| now.duration_since(**at) <= Duration::from_secs(1));
            let rate =
                self.rate.unwrap_or_else(|| f64::from(u32::try_from(last_second.count().max(1)).unwrap_or(u32::MAX)))
                    * SLOWER;
            self.rate = Some(rate.max(slowest(self.limit)));
        }
        // It recovers from the end of the hold.
        self.rate_since = self.next;
    }
}

fn per_second(rate: Rate) -> f64 {
    f64::from(rate.count.get()) / rate.per.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use super::*;

    /// Sixteen callers, who ask for a turn again after some work, until the time is up: when each turn came, in seconds.
    async fn turns(throttle: &Throttle, time: Duration) -> Vec<f64> {
        let start = Instant::now();
        let mut callers = JoinSet::new();
        for caller in 0..16 {
            let throttle = throttle.clone();
            callers.spawn(async move {
                let mut turns = Vec::new();
                while start.elapsed() < time {
                    throttle.acquire().await;
                    turns.push(start.elapsed().as_secs_f64());
                    tokio::time::sleep(Duration::from_millis(5 + caller)).await;
                }
                turns
            });
        }
        let mut turns = callers.join_all().await.concat();
        turns.retain(|turn| *turn < time.as_secs_f64());
        turns.sort_by(f64::total_cmp);
        turns
    }

    /// Whether more than this many turns came in some second.
    fn is_above(turns: &[f64], rate: usize) -> bool {
        turns.windows(rate + 1).any(|turns| turns[rate] - turns[0] < 1.0)
    }

    #[tokio::test(start_paused = true)]
    async fn never_above_the_rate_and_no_more_than_a_percent_below() {
        for rate in [3_u32, 30, 100, 499] {
            let throttle = Throttle::new(Some(format!("{rate}/s").parse().unwrap()));
            let turns = turns(&throttle, Duration::from_secs(60)).await;
            assert!(!is_above(&turns, rate as usize), "{rate}");
            assert!(turns.len() * 100 >= rate as usize * 60 * 99, "{rate}: {}", turns.len());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_delay_is_made_up_for() {
        let throttle = Throttle::new(Some("100/s".parse().unwrap()));
        let start = Instant::now();
        let mut turns = Vec::new();
        while start.elapsed() < Duration::from_secs(60) {
            throttle.acquire().await;
            turns.push(start.elapsed().as_secs_f64());
            let is_late = turns.len().is_multiple_of(50);
            tokio::time::sleep(Duration::from_millis(if is_late { 60 } else { 2 })).await;
        }
        assert!(!is_above(&turns, 100));
        assert!(turns.len() >= 5940, "{}", turns.len());
    }

    #[tokio::test(start_paused = true)]
    async fn there_is_no_burst_after_a_pause() {
        let throttle = Throttle::new(Some("10/s".parse().unwrap()));
        throttle.acquire().await;
        tokio::time::sleep(Duration::from_secs(30)).await;
        let turns = turns(&throttle, Duration::from_secs(5)).await;
        assert!(turns.windows(2).all(|pair| pair[1] - pair[0] > 0.09), "{turns:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_holds_everyone_once_and_slows_down_for_a_while() {
        let throttle = Throttle::new(Some("100/s".parse().unwrap()));
        turns(&throttle, Duration::from_secs(2)).await;
        for _ in 0..16 {
            throttle.on_throttled(Some(Duration::from_secs(3)));
        }
        let turns = turns(&throttle, Duration::from_secs(60)).await;
        assert!(turns[0] >= 3.0);
        let in_second = |second: f64| turns.iter().filter(|turn| (second..second + 1.0).contains(turn)).count();
        assert!((68..=71).contains(&in_second(3.0)), "{}", in_second(3.0));
        assert!((80..=86).contains(&in_second(20.0)), "{}", in_second(20.0));
        assert!((99..=100).contains(&in_second(50.0)), "{}", in_second(50.0));
        assert_eq!(throttle.holds(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_rate_there_is_a_pace_after_the_first_refusal_only() {
        let throttle = Throttle::new(None);
        for _ in 0..40 {
            throttle.acquire().await;
        }
        throttle.on_throttled(None);
        let turns = turns(&throttle, Duration::from_secs(2)).await;
        assert!(turns[0] >= 1.0);
        assert!((26..=29).contains(&turns.len()), "{}", turns.len());
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_is_given_up_holds_up_nobody() {
        let throttle = Throttle::new(Some("1/s".parse().unwrap()));
        throttle.acquire().await;
        let given_up = tokio::time::timeout(Duration::from_millis(10), throttle.acquire()).await;
        assert!(given_up.is_err());
        tokio::time::timeout(Duration::from_secs(3), throttle.acquire()).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn callers_who_give_up_before_their_turn_cost_no_turns() {
        for (rate, seconds) in [("1/s", 1), ("60/h", 60)] {
            let throttle = Throttle::new(Some(rate.parse().unwrap()));
            let patience = Duration::from_secs(10 * seconds);
            let start = Instant::now();
            let mut callers = JoinSet::new();
            for _ in 0..40 {
                let throttle = throttle.clone();
                callers.spawn(async move {
                    let mut turns = 0;
                    while start.elapsed() < 20 * patience {
                        turns += u32::from(tokio::time::timeout(patience, throttle.acquire()).await.is_ok());
                    }
                    turns
                });
            }
            let turns: u32 = callers.join_all().await.into_iter().sum();
            assert!((198..=212).contains(&turns), "{rate}: {turns}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn turns_come_in_the_order_in_which_they_were_asked_for() {
        let limit = Some("60/h".parse().unwrap());
        let throttle = Throttle::new(limit);
        let start = Instant::now();
        let mut callers = JoinSet::new();
        for caller in 0..16 {
            let throttle = throttle.clone();
            callers.spawn(async move {
                tokio::time::sleep(Duration::from_millis(10 * caller)).await;
                throttle.acquire().await;
                caller
            });
        }
        for caller in 0..16 {
            assert_eq!(callers.join_next().await.unwrap().unwrap(), caller);
        }
        assert!(start.elapsed() <= slowest_round(limit, 16));
        let most = |limit: &str| most_callers(Some(limit.parse().unwrap()));
        assert_eq!((most("1/h"), most("60/h"), most("1/s"), most("30/s")), (1, 5, 300, 9000));
        assert_eq!(slowest_round(None, 100), Duration::from_secs_f64(1000.0 * MARGIN));
        assert!(slowest_round(Some("1/h".parse().unwrap()), usize::MAX) > Duration::from_secs(1 << 40));
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_of_what_was_sent_before_the_last_hold_ended_slow_nothing_down() {
        let throttle = Throttle::new(Some("100/s".parse().unwrap()));
        let mut stragglers = JoinSet::new();
        for straggler in 0..16 {
            let throttle = throttle.clone();
            stragglers.spawn(counted(async move {
                throttle.acquire().await;
                // One is refused, and the others one after another, long after that hold.
                tokio::time::sleep(Duration::from_secs(1 + 2 * straggler)).await;
                throttle.on_throttled(None);
                unrefused()
            }));
        }
        assert_eq!(stragglers.join_all().await, [(0, 1); 16]);
        assert_eq!((throttle.holds(), throttle.held_for()), (1, None));
        // One that asks for a time gets it.
        let asking = throttle.clone();
        let refused_late = tokio::spawn(counted(async move {
            asking.acquire().await;
            tokio::time::sleep(Duration::from_secs(5)).await;
            asking.on_throttled(Some(Duration::from_secs(7200)));
        }));
        tokio::time::sleep(Duration::from_millis(100)).await;
        throttle.on_throttled(None);
        refused_late.await.unwrap();
        assert_eq!(throttle.holds(), 2);
        assert_eq!(throttle.held_for(), Some(Duration::from_secs(7200)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_is_as_long_as_the_server_asks_for_and_a_clock_can_count() {
        let throttle = Throttle::new(None);
        throttle.on_throttled(Some(Duration::from_secs(5 * 3600)));
        assert_eq!(throttle.held_for(), Some(Duration::from_secs(5 * 3600)));
        throttle.on_throttled(Some(Duration::MAX));
        assert_eq!(throttle.held_for(), Some(LONGEST_HOLD));
    }
}
