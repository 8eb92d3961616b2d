//! What has become of all users so far, and the summary at the end.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use super::Operation;
use super::record::{Finished, Outcome};
use super::worklist::Counts;
use crate::output::plain;

/// So many different codes are told apart.
const CODES: usize = 30;
const BAR: usize = 30;

/// Counts users.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    outcomes: BTreeMap<Outcome, u64>,
    codes: BTreeMap<String, u64>,
    pub(crate) users: u64,
    pub(crate) requests: u64,
    /// What there was in the input.
    pub(crate) input: Counts,
    /// Users who were given up in the middle.
    pub(crate) aborted: u64,
}

impl Tally {
    pub(crate) fn of(input: Counts) -> Self {
        Self { input, ..Self::default() }
    }

    /// Counts a user, but not the requests: there are some for users who aren't finished, too.
    pub(crate) fn count(&mut self, finished: &Finished) {
        self.users += 1;
        *self.outcomes.entry(finished.outcome).or_default() += 1;
        if let Some(code) = &finished.code {
            let is_known = self.codes.contains_key(code) || self.codes.len() < CODES;
            *self.codes.entry(if is_known { plain(code) } else { "(others)".to_owned() }).or_default() += 1;
        }
    }

    pub(crate) fn number_of(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(&outcome).copied().unwrap_or_default()
    }

    /// Whether users are left with whom another run may fare better.
    pub(crate) fn has_failures(&self) -> bool {
        self.number_of(Outcome::Failed) + self.number_of(Outcome::Unknown) + self.aborted > 0
    }

    /// The summary, for people: with a small chart where it is wanted.
    pub(crate) fn summary(&self, operation: Operation, time: Duration, holds: u32, has_chart: bool) -> String {
        let mut rows: Vec<(&str, u64)> = Vec::new();
        for (outcome, count) in &self.outcomes {
            rows.push((outcome_words(operation, *outcome), *count));
        }
        rows.extend([
            ("left in the middle", self.aborted),
            ("bad lines", self.input.bad),
            ("named twice", self.input.duplicates),
            ("done before", self.input.earlier),
        ]);
        rows.retain(|(_, count)| *count > 0);
        let codes = self.codes.iter().map(|(code, count)| (code.as_str(), *count));
        let width = rows.iter().copied().chain(codes.clone()).map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(1);
        let row = |name: &str, count: u64| {
            let length = usize::try_from((count * BAR as u64).div_ceil(most.max(1))).unwrap_or(BAR);
            let bar = if has_chart { format!("  {}", "█".repeat(length.min(BAR))) } else { String::new() };
            format!("  {name:width$} {count:>8}{bar}\n")
        };
        let mut text = String::new();
        let per_second = whole(float(self.requests) / time.as_secs_f64().max(0.001));
        // A text takes whatever is written to it.
        _ = writeln!(
            text,
            "{} users, {} requests in {}, {per_second} requests a second{}",
            self.users,
            self.requests,
            seconds(time),
            match holds {
                0 => String::new(),
                1 => ", held once by the server".to_owned(),
                holds => format!(", held {holds} times by the server"),
            }
        );
        for (name, count) in rows {
            text += &row(name, count);
        }
        if !self.codes.is_empty() {
            text += "by error code:\n";
            for (code, count) in codes {
                text += &row(code, count);
            }
        }
        text
    }
}

fn outcome_words(operation: Operation, outcome: Outcome) -> &'static str {
    match (outcome, operation) {
        (Outcome::Done, Operation::State) => "read",
        (Outcome::Done, Operation::Unlock) => "unlocked",
        (Outcome::Failed, _) => "failed",
        (Outcome::Unknown, _) => "unknown",
        (Outcome::Skipped, _) => "not locked out",
        (Outcome::WouldUnlock, _) => "would be sent",
    }
}

/// A number of users or requests, to calculate with.
#[expect(clippy::cast_precision_loss, reason = "nobody counts that far")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

/// A number with no more digits than matter.
pub(crate) fn whole(number: f64) -> String {
    if number < 10.0 { format!("{number:.1}") } else { format!("{number:.0}") }
}

/// A time in the units that matter.
pub(crate) fn seconds(time: Duration) -> String {
    let rounded = if time.as_secs() < 10 {
        Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX) / 100 * 100)
    } else {
        Duration::from_secs(time.as_secs())
    };
    humantime::format_duration(rounded).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_who_was_left_in_the_middle_is_no_bad_line_but_a_failure() {
        let tally = Tally::of(Counts { bad: 1, ..Counts::default() });
        assert!(!tally.has_failures());
        let tally = Tally { aborted: 1, ..Tally::default() };
        assert!(tally.has_failures());
        let summary = tally.summary(Operation::Unlock, Duration::from_secs(1), 0, false);
        assert!(summary.contains("left in the middle        1"), "{summary}");
        assert!(!summary.contains("bad lines"));
    }
}
