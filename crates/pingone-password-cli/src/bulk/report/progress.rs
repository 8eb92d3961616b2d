//! Progress on standard error: a bar on a terminal, otherwise a line every ten seconds, or one of JSON every second.

use std::collections::VecDeque;
use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::Instant;

use super::progress_line::{ProgressLine, Speed, State};
use super::summary::{Tally, float, seconds, short};
use crate::bulk::journal::Outcome;
use crate::bulk::options::ProgressFormat;
use crate::terminal::note;

const TEXT_INTERVAL: Duration = Duration::from_secs(10);
const JSON_INTERVAL: Duration = Duration::from_secs(1);
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

impl Conditions {
    fn state(&self) -> State {
        match self {
            Self { is_stopping: true, .. } => State::Stopping,
            Self { outage_for: Some(_), .. } => State::NoService,
            Self { throttled_for: Some(_), .. } => State::Throttled,
            _ => State::Running,
        }
    }
}

/// The progress of a run.
#[derive(Debug)]
pub(crate) struct Progress {
    total: u64,
    format: ProgressFormat,
    bar: Option<ProgressBar>,
    /// The numbers of users and requests at moments within the window.
    samples: VecDeque<(Instant, u64, u64)>,
    next_line: Instant,
}

impl Progress {
    /// Creates a bar, unless rows go to the same terminal.
    pub(crate) fn new(total: u64, format: ProgressFormat, has_output: bool) -> Self {
        let is_text = format == ProgressFormat::Text;
        let shows_bar = is_text && io::stderr().is_terminal() && !(has_output && io::stdout().is_terminal());
        let bar = shows_bar.then(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{bar:12} {pos}/{len}  {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        let now = Instant::now();
        Self { total, format, bar, samples: [(now, 0, 0)].into(), next_line: now + interval(format) }
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
        self.samples.push_back((now, tally.users, tally.requests));
        while self.samples.len() > 2
            && self.samples.front().is_some_and(|sample| now.duration_since(sample.0) > RATE_WINDOW)
        {
            self.samples.pop_front();
        }
        if let Some(bar) = &self.bar {
            bar.set_position(tally.users);
            bar.set_message(self.status_line(tally, conditions));
        } else if now >= self.next_line {
            while self.next_line <= now {
                self.next_line += interval(self.format);
            }
            match self.format {
                ProgressFormat::Json => self.write_json(conditions.state(), tally, conditions),
                ProgressFormat::Text => {
                    let status = self.status_line(tally, conditions);
                    self.note(&format!("{}/{}  {status}", tally.users, self.total));
                }
            }
        }
    }

    pub(crate) fn finish(&self, tally: &Tally, conditions: &Conditions) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if self.format == ProgressFormat::Json {
            self.write_json(State::Ended, tally, conditions);
        }
    }

    fn write_json(&self, state: State, tally: &Tally, conditions: &Conditions) {
        let speed = if state == State::Running { self.speed(tally, conditions) } else { None };
        self.note(&ProgressLine::new(state, self.total, tally, conditions.rate, speed).to_json());
    }

    fn speed(&self, tally: &Tally, conditions: &Conditions) -> Option<Speed> {
        let ((first, users, requests), (last, users_now, requests_now)) = (self.samples.front()?, self.samples.back()?);
        let time = last.duration_since(*first).as_secs_f64().max(0.001);
        let per_second = float(users_now - users) / time;
        let remaining = float(self.total.saturating_sub(tally.users));
        // Never less than the rate allows, however fast the first seconds were.
        let at_best = conditions.rate.map_or(0.0, |rate| remaining / rate);
        let left = (remaining / per_second).max(at_best);
        Some(Speed {
            requests_per_second: float(requests_now - requests) / time,
            remaining: Duration::try_from_secs_f64(left.ceil()).ok(),
        })
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
        if let (true, Some(Speed { requests_per_second, remaining })) = (is_running, self.speed(tally, conditions)) {
            parts.push(format!("{} requests/s", short(requests_per_second)));
            parts.extend(remaining.map(|time| format!("{} remaining", seconds(time))));
        }
        parts.join(", ")
    }
}

fn interval(format: ProgressFormat) -> Duration {
    match format {
        ProgressFormat::Text => TEXT_INTERVAL,
        ProgressFormat::Json => JSON_INTERVAL,
    }
}
