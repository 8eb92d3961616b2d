//! Progress as a line of JSON, for dashboards.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::summary::Tally;
use crate::bulk::journal::{Outcome, now};

/// A line of JSON. The fields are in the README.
#[derive(Debug, Serialize)]
pub(super) struct ProgressLine {
    at: String,
    state: State,
    users: u64,
    total: u64,
    outcomes: BTreeMap<&'static str, u64>,
    requests: u64,
    requests_per_second: Option<f64>,
    rate: Option<f64>,
    remaining_seconds: Option<u64>,
}

/// What the run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    Running,
    Throttled,
    NoService,
    Stopping,
    Ended,
}

/// The speed of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Speed {
    pub(super) requests_per_second: f64,
    /// How long the remaining users take, unless that is endless.
    pub(super) remaining: Option<Duration>,
}

impl ProgressLine {
    pub(super) fn new(state: State, total: u64, tally: &Tally, rate: Option<f64>, speed: Option<Speed>) -> Self {
        let outcomes = Outcome::ALL.map(|outcome| (outcome.as_str(), tally.number_of(outcome)));
        let rounded = |number: f64| (number * 10.0).round() / 10.0;
        Self {
            at: now(),
            state,
            users: tally.users,
            total,
            outcomes: outcomes.into(),
            requests: tally.requests,
            requests_per_second: speed.map(|speed| rounded(speed.requests_per_second)),
            rate: rate.map(rounded),
            remaining_seconds: speed.and_then(|speed| speed.remaining).map(|time| time.as_secs()),
        }
    }

    pub(super) fn to_json(&self) -> String {
        // Strings and numbers always serialize.
        serde_json::to_string(self).unwrap_or_default()
    }
}
