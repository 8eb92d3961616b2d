//! How far a run is: a bar on a terminal, else a plain line every ten seconds. All of it on standard error.

use std::collections::VecDeque;
use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::Instant;

use super::network::Network;
use super::pace::Throttle;
use super::record::Outcome;
use super::tally::{Tally, float, seconds, whole};
use crate::report::note;

const PLAIN_LINE_EVERY: Duration = Duration::from_secs(10);
/// The time over which the rate is measured.
const MEASURED: Duration = Duration::from_secs(15);

/// Shows how far a run is.
#[derive(Debug)]
pub(crate) struct Progress {
    total: u64,
    bar: Option<ProgressBar>,
    /// How many users and requests there were at some moments of the last seconds.
    marks: VecDeque<(Instant, u64, u64)>,
    last_line: Instant,
}

impl Progress {
    /// A bar and the output's lines would not go together on one terminal.
    pub(crate) fn new(total: u64, has_output: bool) -> Self {
        let has_room = io::stderr().is_terminal() && !(has_output && io::stdout().is_terminal());
        let bar = has_room.then(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{bar:12} {pos}/{len}  {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        let now = Instant::now();
        Self { total, bar, marks: [(now, 0, 0)].into(), last_line: now }
    }

    /// Whether there is a bar, on a terminal.
    pub(crate) fn is_on_terminal(&self) -> bool {
        self.bar.is_some()
    }

    /// Says something, above the bar where there is one.
    pub(crate) fn say(&self, text: &str) {
        let write = || note(text);
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Shows the present state; called some times a second.
    pub(crate) fn show(&mut self, tally: &Tally, throttle: &Throttle, network: &Network, is_stopping: bool) {
        let now = Instant::now();
        let is_due = now.duration_since(self.last_line) >= PLAIN_LINE_EVERY;
        self.marks.push_back((now, tally.users, tally.requests));
        while self.marks.len() > 2 && self.marks.front().is_some_and(|mark| now.duration_since(mark.0) > MEASURED) {
            self.marks.pop_front();
        }
        if let Some(bar) = &self.bar {
            bar.set_position(tally.users);
            bar.set_message(self.words(tally, throttle, network, is_stopping));
        } else if is_due {
            self.last_line = now;
            let words = self.words(tally, throttle, network, is_stopping);
            self.say(&format!("{}/{}  {words}", tally.users, self.total));
        }
    }

    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// How fast it is, or else why it is not: both have no room on a line of a terminal.
    fn words(&self, tally: &Tally, throttle: &Throttle, network: &Network, is_stopping: bool) -> String {
        let mut words = Vec::new();
        if is_stopping {
            words.push("stopping".to_owned());
        }
        if let Some(lost) = network.lost_for() {
            words.push(format!("no connection for {}", seconds(lost)));
        }
        if let Some(held) = throttle.held_for().filter(|held| held.as_millis() >= 100) {
            words.push(format!("held by the server for {}", seconds(held)));
        }
        let is_at_work = words.is_empty();
        words.push(format!("{} failed", tally.number_of(Outcome::Failed)));
        words.push(format!("{} unknown", tally.number_of(Outcome::Unknown)));
        if let (true, Some((first, users, requests)), Some((last, users_now, requests_now))) =
            (is_at_work, self.marks.front(), self.marks.back())
        {
            let time = last.duration_since(*first).as_secs_f64().max(0.001);
            words.push(format!("{} requests/s", whole(float(requests_now - requests) / time)));
            let per_second = float(users_now - users) / time;
            let users_left = float(self.total.saturating_sub(tally.users));
            // No faster than the pace, whatever the first seconds were like.
            let at_best = throttle.rate().map_or(0.0, |rate| users_left / rate);
            let left = (users_left / per_second).max(at_best);
            if let Ok(left) = Duration::try_from_secs_f64(left.ceil()) {
                words.push(format!("{} left", seconds(left)));
            }
        }
        words.join(", ")
    }
}
