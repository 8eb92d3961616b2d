//! Progress on standard error: a bar on a terminal, otherwise a line every ten seconds.

use std::collections::VecDeque;
use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::Instant;

use super::summary::{Tally, float, seconds, short};
use crate::bulk::journal::Outcome;
use crate::terminal::note;

const LINE_INTERVAL: Duration = Duration::from_secs(10);
/// The window in which the rate is measured.
const RATE_WINDOW: Duration = Duration::from_secs(15);

/// What slows a run down.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Conditions {
    pub(crate) is_stopping: bool,
    pub(crate) outage_for: Option<Duration>,
    pub(crate) throttled_for: Option<Duration>,
    /// The current rate limit in requests per second.
    pub(crate) rate: Option<f64>,
}

/// The progress of a run.
#[derive(Debug)]
pub(crate) struct Progress {
    total: u64,
    bar: Option<ProgressBar>,
    /// The numbers of users and requests at moments within the window.
    samples: VecDeque<(Instant, u64, u64)>,
    last_line: Instant,
}

impl Progress {
    /// Creates a bar, unless rows go to the same terminal.
    pub(crate) fn new(total: u64, has_output: bool) -> Self {
        let shows_bar = io::stderr().is_terminal() && !(has_output && io::stdout().is_terminal());
        let bar = shows_bar.then(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{bar:12} {pos}/{len}  {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        let now = Instant::now();
        Self { total, bar, samples: [(now, 0, 0)].into(), last_line: now }
    }

    /// Returns whether there is a bar on a terminal.
    pub(crate) fn is_on_terminal(&self) -> bool {
        self.bar.is_some()
    }

    /// Writes a message, above the bar if there is one.
    pub(crate) fn note(&self, text: &str) {
        let write = || note(text);
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Updates the bar or writes a line. Called several times a second.
    pub(crate) fn refresh(&mut self, tally: &Tally, conditions: &Conditions) {
        let now = Instant::now();
        let is_due = now.duration_since(self.last_line) >= LINE_INTERVAL;
        self.samples.push_back((now, tally.users, tally.requests));
        while self.samples.len() > 2
            && self.samples.front().is_some_and(|sample| now.duration_since(sample.0) > RATE_WINDOW)
        {
            self.samples.pop_front();
        }
        if let Some(bar) = &self.bar {
            bar.set_position(tally.users);
            bar.set_message(self.status_line(tally, conditions));
        } else if is_due {
            self.last_line = now;
            let status = self.status_line(tally, conditions);
            self.note(&format!("{}/{}  {status}", tally.users, self.total));
        }
    }

    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Describes the speed, or else why it is low: a line of a terminal has no room for both.
    fn status_line(&self, tally: &Tally, conditions: &Conditions) -> String {
        let mut parts = Vec::new();
        if conditions.is_stopping {
            parts.push("stopping".to_owned());
        }
        if let Some(lost) = conditions.outage_for {
            parts.push(format!("no service for {}", seconds(lost)));
        }
        if let Some(held) = conditions.throttled_for.filter(|held| held.as_millis() >= 100) {
            parts.push(format!("throttled by the server for {}", seconds(held)));
        }
        let is_running = parts.is_empty();
        parts.push(format!("{} failed", tally.number_of(Outcome::Failed)));
        parts.push(format!("{} unknown", tally.number_of(Outcome::Unknown)));
        if let (true, Some((first, users, requests)), Some((last, users_now, requests_now))) =
            (is_running, self.samples.front(), self.samples.back())
        {
            let time = last.duration_since(*first).as_secs_f64().max(0.001);
            parts.push(format!("{} requests/s", short(float(requests_now - requests) / time)));
            let per_second = float(users_now - users) / time;
            let remaining = float(self.total.saturating_sub(tally.users));
            // Never less than the rate allows, however fast the first seconds were.
            let at_best = conditions.rate.map_or(0.0, |rate| remaining / rate);
            let time = (remaining / per_second).max(at_best);
            if let Ok(time) = Duration::try_from_secs_f64(time.ceil()) {
                parts.push(format!("{} remaining", seconds(time)));
            }
        }
        parts.join(", ")
    }
}
