//! When each request goes out: on a steady beat, never above the limit, and all of them held where the server asks for it.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pingone_password::{Pace, TurnFuture};
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
/// What the pace gains in a second after that.
const FASTER: f64 = 1.01;
/// How long to hold where the server doesn't say.
const HOLD: Duration = Duration::from_secs(1);
/// A server that asks for longer than this is not believed.
const LONGEST_HOLD: Duration = Duration::from_secs(3600);

/// The pace that all requests of a run share. Without a rate it lets everything through until the server objects.
#[derive(Clone, Debug)]
pub(crate) struct Throttle(Arc<Mutex<State>>);

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
        Self(Arc::new(Mutex::new(State {
            limit,
            rate: limit.map(per_second),
            rate_since: now,
            next: now,
            held_until: None,
            granted: VecDeque::new(),
            holds: 0,
        })))
    }

    /// For how long everyone is held from now.
    pub(crate) fn held_for(&self) -> Option<Duration> {
        let until = self.state().held_until?;
        let left = until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// How often everyone was held.
    pub(crate) fn holds(&self) -> u32 {
        self.state().holds
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

tokio::task_local! {
    /// How many turns the present user has had.
    static TURNS: Cell<u32>;
}

/// Counts the turns that this takes: the requests, resends and looks at the state included.
pub(crate) async fn counted<F: Future>(work: F) -> (F::Output, u32) {
    TURNS.scope(Cell::new(0), async { (work.await, TURNS.with(Cell::get)) }).await
}

impl Pace for Throttle {
    fn turn(&self) -> TurnFuture<'_> {
        Box::pin(async {
            let mut beat = None;
            loop {
                let step = self.state().step(beat, Instant::now());
                match step {
                    Step::Go => {
                        // Outside of `counted` nobody counts.
                        _ = TURNS.try_with(|turns| turns.set(turns.get() + 1));
                        return;
                    }
                    Step::Wait { until, has_beat } => {
                        sleep_until(until).await;
                        beat = has_beat.then_some(until);
                    }
                }
            }
        })
    }

    fn held(&self, retry_after: Option<Duration>) {
        self.state().hold(retry_after.unwrap_or(HOLD).min(LONGEST_HOLD), Instant::now());
    }
}

enum Step {
    Go,
    Wait { until: Instant, has_beat: bool },
}

impl State {
    /// What comes next for a request that may have got its beat already.
    fn step(&mut self, beat: Option<Instant>, now: Instant) -> Step {
        if let Some(until) = self.held_until
            && now < until
        {
            return Step::Wait { until, has_beat: false };
        }
        let beat = match (beat, self.interval(now)) {
            (Some(beat), _) => beat,
            (None, None) => now,
            (None, Some(interval)) => {
                let beat = if self.next + GRACE < now { now } else { self.next };
                self.next = beat + interval;
                beat
            }
        };
        if beat > now {
            return Step::Wait { until: beat, has_beat: true };
        }
        // Whatever timers did: no more than the limit allows, in whichever stretch of time.
        if let Some(Rate { count, per, .. }) = self.limit {
            let full = self.granted.len() >= count.get() as usize;
            if let (true, Some(&first)) = (full, self.granted.front()) {
                // A little more than the time, because some take longer to arrive than others.
                let free = first + per.mul_f64(WINDOW);
                if free > now {
                    return Step::Wait { until: free, has_beat: true };
                }
                self.granted.pop_front();
            }
        } else {
            while self.granted.front().is_some_and(|first| now.duration_since(*first) > Duration::from_secs(1)) {
                self.granted.pop_front();
            }
        }
        self.granted.push_back(now);
        Step::Go
    }

    /// The time between two beats, after the pace has recovered as far as it has by now.
    fn interval(&mut self, now: Instant) -> Option<Duration> {
        let rate = self.rate?;
        let most = self.limit.map_or(f64::MAX, per_second);
        let elapsed = now.saturating_duration_since(self.rate_since).as_secs_f64();
        let rate = if self.holds == 0 { rate } else { (rate * FASTER.powf(elapsed)).min(most) };
        self.rate = Some(rate);
        self.rate_since = self.rate_since.max(now);
        Some(Duration::from_secs_f64(MARGIN / rate))
    }

    /// Holds everyone, and lowers the pace: once, however many requests were refused at the same time.
    fn hold(&mut self, wait: Duration, now: Instant) {
        let is_first = self.held_until.is_none_or(|until| until <= now);
        let until = now + wait.max(Duration::from_millis(1));
        self.held_until = Some(self.held_until.map_or(until, |held| held.max(until)));
        self.next = self.held_until.unwrap_or(until);
        if is_first {
            self.holds += 1;
            self.interval(now);
            let last_second = self.granted.iter().filter(|at| now.duration_since(**at) <= Duration::from_secs(1));
            // Slower than one in ten seconds is no pace any more.
            let rate =
                self.rate.unwrap_or_else(|| f64::from(u32::try_from(last_second.count().max(1)).unwrap_or(u32::MAX)))
                    * SLOWER;
            self.rate = Some(rate.max(0.1_f64.min(self.limit.map_or(0.1, per_second))));
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
                    throttle.turn().await;
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
            throttle.turn().await;
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
        throttle.turn().await;
        tokio::time::sleep(Duration::from_secs(30)).await;
        let turns = turns(&throttle, Duration::from_secs(5)).await;
        assert!(turns.windows(2).all(|pair| pair[1] - pair[0] > 0.09), "{turns:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_holds_everyone_once_and_slows_down_for_a_while() {
        let throttle = Throttle::new(Some("100/s".parse().unwrap()));
        turns(&throttle, Duration::from_secs(2)).await;
        for _ in 0..16 {
            throttle.held(Some(Duration::from_secs(3)));
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
            throttle.turn().await;
        }
        throttle.held(None);
        let turns = turns(&throttle, Duration::from_secs(2)).await;
        assert!(turns[0] >= 1.0);
        assert!((26..=29).contains(&turns.len()), "{}", turns.len());
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_is_given_up_holds_up_nobody() {
        let throttle = Throttle::new(Some("1/s".parse().unwrap()));
        throttle.turn().await;
        let given_up = tokio::time::timeout(Duration::from_millis(10), throttle.turn()).await;
        assert!(given_up.is_err());
        tokio::time::timeout(Duration::from_secs(3), throttle.turn()).await.unwrap();
    }
}
