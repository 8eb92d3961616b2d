//! A report in two paragraphs.

use std::time::Duration;

use super::figures::Figures;
use super::rows::time;
use super::run_info::joined;
use crate::bulk::journal::Outcome;
use crate::bulk::options::Operation;
use crate::bulk::report::summary::{outcome_label, seconds};
use crate::lock::Lock;
use crate::terminal::{counted, grouped};

/// Says what was done, to how many, from when to when, by whom and why; and what is left.
pub(super) fn summary(figures: &Figures) -> Vec<String> {
    vec![what_was_done(figures), what_is_left(figures)]
}

/// Returns the title of a report.
pub(super) fn title(figures: &Figures) -> &'static str {
    match (figures.operation(), figures.lock()) {
        (None, _) => "Report on a damaged journal",
        (Some(Operation::State), _) => "Report on password states",
        (Some(Operation::Unlock), Lock::Password) => "Report on unlocked passwords",
        (Some(Operation::Unlock), Lock::Account) => "Report on unlocked accounts",
        (Some(Operation::Unlock), Lock::Any) => "Report on unlocked users",
    }
}

fn what_was_done(figures: &Figures) -> String {
    let info = &figures.info;
    let done = counted(figures.number_of(Outcome::Done), "user");
    let subject = match (figures.operation(), figures.lock()) {
        (None, _) => format!("The header is damaged, so that it isn't known what was done to {done}"),
        (Some(Operation::State), _) => format!("The password states of {done} were read"),
        (Some(Operation::Unlock), Lock::Password) => format!("The passwords of {done} were unlocked"),
        (Some(Operation::Unlock), Lock::Account) => format!("The accounts of {done} were unlocked"),
        (Some(Operation::Unlock), Lock::Any) => format!("The passwords or accounts of {done} were unlocked"),
    };
    let of = info.users.map(|listed| format!("of {} in the list", grouped(listed)));
    let span = figures.span.map(|(start, end)| format!("from {} to {} UTC", clock(start), clock(end)));
    let by = joined(&info.operators).map(|operator| match joined(&info.hosts) {
        Some(host) => format!("by {operator} on {host}"),
        None => format!("by {operator}"),
    });
    let sentence = [Some(subject), of, span, by].into_iter().flatten().collect::<Vec<_>>().join(", ");
    match joined(&info.reasons) {
        Some(reason) => format!("{sentence}. Reason: {reason}"),
        None => sentence + ".",
    }
}

fn what_is_left(figures: &Figures) -> String {
    let skipped = figures.number_of(Outcome::Skipped);
    let skipped = (skipped > 0)
        .then(|| format!("{} {}: nothing was sent for them.", are(skipped), label(figures, Outcome::Skipped)));
    let invalid = figures.info.invalid_lines;
    let rejected = (invalid > 0).then(|| {
        let verb = if invalid == 1 { "names" } else { "name" };
        format!("{} of the list {verb} no user.", counted(invalid, "line"))
    });
    let open = figures.number_of(Outcome::NotSent) + figures.untouched().unwrap_or_default();
    let parts = [
        (figures.number_of(Outcome::Failed), "failed"),
        (figures.number_of(Outcome::Unknown), "unknown"),
        (open, "not begun"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{} {what}", grouped(*count)));
    let left = match figures.left() {
        0 if invalid > 0 => "Nothing else is left to do.".to_owned(),
        0 => "Nothing is left to do.".to_owned(),
        left => format!("{} left to do: {}.", are(left), parts.collect::<Vec<_>>().join(", ")),
    };
    let held = (!figures.holds.is_empty()).then(|| {
        let times = if figures.holds.len() == 1 { "once".to_owned() } else { format!("{} times", figures.holds.len()) };
        let time = seconds(Duration::from_secs(figures.held_seconds()));
        format!("The server asked everyone to wait {times}, for {time} in all.")
    });
    let damaged = (figures.damaged > 0).then(|| {
        format!("Damaged records in the journals: {}. Their users count as unknown.", grouped(figures.damaged))
    });
    [skipped, rejected, Some(left), held, damaged].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Returns the words for an outcome.
pub(super) fn label(figures: &Figures, outcome: Outcome) -> &'static str {
    match figures.operation() {
        None if outcome == Outcome::Done => "done",
        operation => outcome_label(operation.unwrap_or(Operation::Unlock), figures.lock(), outcome),
    }
}

fn are(count: u64) -> String {
    counted(count, "user") + if count == 1 { " is" } else { " are" }
}

/// The percentiles of the time of an unlock.
pub(super) fn latencies(figures: &Figures) -> impl Iterator<Item = (&'static str, String)> {
    let percentiles = [("median", 50), ("90 %", 90), ("99 %", 99), ("slowest", 100)];
    percentiles
        .into_iter()
        .filter_map(|(name, percent)| Some((name, seconds(Duration::from_millis(figures.percentile(percent)?.into())))))
}

/// Formats a time for people.
fn clock(milliseconds: u64) -> String {
    time(milliseconds).replace('T', " ").trim_end_matches('Z').to_owned()
}
