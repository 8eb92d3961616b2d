//! Counts the outcomes, and summarizes them at the end.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use crate::bulk::input::Counts;
use crate::bulk::journal::{Finished, Outcome};
use crate::bulk::options::Operation;
use crate::lock::Lock;
use crate::terminal::{counted, plain};

/// The maximum number of different error codes.
const MAX_CODES: usize = 30;
const BAR: usize = 30;

/// The maximum number of failures that are reported one by one.
const MAX_REPORTED: u64 = 20;

/// The failures with an error code.
#[derive(Debug, Default)]
struct Code {
    count: u64,
    /// The first of them.
    example: Option<String>,
}

/// The outcomes so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    outcomes: BTreeMap<Outcome, u64>,
    codes: BTreeMap<String, Code>,
    /// The number of failures that were reported on standard error.
    reported: u64,
    pub(crate) users: u64,
    pub(crate) requests: u64,
    /// The counts of the input.
    pub(crate) input: Counts,
    /// Users whose worker was aborted.
    pub(crate) aborted: u64,
}

impl Tally {
    pub(crate) fn of(input: Counts) -> Self {
        Self { input, ..Self::default() }
    }

    /// Counts a user. Requests are counted elsewhere, because unfinished users have some, too.
    pub(crate) fn count(&mut self, finished: &Finished) {
        self.users += 1;
        *self.outcomes.entry(finished.outcome).or_default() += 1;
        if let Some(name) = &finished.code {
            let is_known = self.codes.contains_key(name) || self.codes.len() < MAX_CODES;
            let code = self.codes.entry(if is_known { plain(name) } else { "(others)".to_owned() }).or_default();
            code.count += 1;
            if code.example.is_none() {
                code.example.clone_from(&finished.error);
            }
        }
    }

    /// Returns what to report about a failure: the first ones one by one, the others by code in the summary.
    pub(crate) fn report_failure<'a>(&mut self, error: &'a str) -> Option<&'a str> {
        self.reported += 1;
        match self.reported.cmp(&(MAX_REPORTED + 1)) {
            Ordering::Less => Some(error),
            Ordering::Equal => Some("more failures; see the summary by error code at the end"),
            Ordering::Greater => None,
        }
    }

    pub(crate) fn number_of(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(&outcome).copied().unwrap_or_default()
    }

    /// Returns whether another run may succeed for any user.
    pub(crate) fn has_failures(&self) -> bool {
        Outcome::OPEN.iter().any(|outcome| self.number_of(*outcome) > 0) || self.aborted > 0
    }

    /// Formats the summary, optionally with a chart.
    pub(crate) fn summary(
        &self,
        operation: Operation,
        lock: Lock,
        time: Duration,
        throttle_count: u32,
        has_chart: bool,
    ) -> String {
        let mut rows: Vec<(&str, u64)> = Vec::new();
        for (outcome, count) in &self.outcomes {
            rows.push((outcome_label(operation, lock, *outcome), *count));
        }
        rows.extend([
            ("aborted", self.aborted),
            ("invalid lines", self.input.invalid),
            ("duplicates", self.input.duplicates),
            ("done before", self.input.earlier),
            ("left out", self.input.excluded),
        ]);
        rows.retain(|(_, count)| *count > 0);
        let codes = self.codes.iter().map(|(name, code)| (name.as_str(), code.count));
        let width = rows.iter().copied().chain(codes.clone()).map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(1);
        let row = |name: &str, count: u64| {
            let length = usize::try_from((count * BAR as u64).div_ceil(most.max(1))).unwrap_or(BAR);
            let bar = if has_chart { format!("  {}", "█".repeat(length.min(BAR))) } else { String::new() };
            format!("  {name:width$} {count:>8}{bar}\n")
        };
        let mut text = String::new();
        let per_second = short(float(self.requests) / time.as_secs_f64().max(0.001));
        // Writing to a string never fails.
        _ = writeln!(
            text,
            "{}, {} in {}, {per_second} requests/s{}",
            counted(self.users, "user"),
            counted(self.requests, "request"),
            seconds(time),
            match throttle_count {
                0 => String::new(),
                1 => ", throttled once by the server".to_owned(),
                count => format!(", throttled {count} times by the server"),
            }
        );
        for (name, count) in rows {
            text += &row(name, count);
        }
        if !self.codes.is_empty() {
            text += "by error code:\n";
            for (name, code) in &self.codes {
                text += &row(name, code.count);
                if let (true, Some(example)) = (self.reported > MAX_REPORTED, &code.example) {
                    // Writing to a string never fails.
                    _ = writeln!(text, "    such as {example}");
                }
            }
        }
        text
    }
}

pub(super) fn outcome_label(operation: Operation, lock: Lock, outcome: Outcome) -> &'static str {
    match (outcome, operation) {
        (Outcome::Done, Operation::State) => "read",
        (Outcome::Done, Operation::Unlock) => "unlocked",
        (Outcome::Failed, _) => "failed",
        (Outcome::NotSent, _) => "not sent",
        (Outcome::Unknown, _) => "unknown",
        (Outcome::Skipped, _) if lock == Lock::Password => "not locked out",
        (Outcome::Skipped, _) => "not locked",
        (Outcome::WouldUnlock, _) => "would be unlocked",
    }
}

/// Converts a count.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

/// Formats a number with one decimal if it is below ten.
pub(crate) fn short(number: f64) -> String {
    if number < 10.0 { format!("{number:.1}") } else { format!("{number:.0}") }
}

/// Formats a duration, with tenths of a second if it is short.
pub(crate) fn seconds(time: Duration) -> String {
    let precision = match time.as_millis() {
        ..100 => Duration::from_millis(1),
        100..10_000 => Duration::from_millis(100),
        _ => Duration::from_secs(1),
    };
    let rounded = Duration::from_millis(
        u64::try_from(time.as_millis() / precision.as_millis() * precision.as_millis()).unwrap_or(u64::MAX),
    );
    humantime::format_duration(rounded).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aborted_user_is_a_failure_and_not_an_invalid_line() {
        let tally = Tally::of(Counts { invalid: 1, ..Counts::default() });
        assert!(!tally.has_failures());
        let tally = Tally { aborted: 1, ..Tally::default() };
        assert!(tally.has_failures());
        let summary = tally.summary(Operation::Unlock, Lock::Password, Duration::from_secs(1), 0, false);
        assert!(summary.contains("aborted        1"), "{summary}");
        assert!(!summary.contains("invalid lines"));
    }
}
