//! A report as an object in JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use super::figures::Figures;
use super::rows::time;
use super::run_info::joined;

/// The fields are stable. What the journals don't say is `null`.
#[derive(Serialize)]
struct Report<'a> {
    /// The users with a result, of all that the lists have.
    users: u64,
    listed_users: Option<u64>,
    remaining_users: u64,
    requests: u64,
    outcomes: &'a BTreeMap<&'static str, u64>,
    codes: &'a BTreeMap<String, u64>,
    status_before: &'a BTreeMap<String, u64>,
    status_after: &'a BTreeMap<String, u64>,
    started_at: Option<String>,
    ended_at: Option<String>,
    held_seconds: u64,
    holds: usize,
    milliseconds: BTreeMap<&'static str, Option<u32>>,
    done_per_minute: BTreeMap<String, u64>,
    transaction_id: Option<String>,
    reason: Option<String>,
    operator: Option<String>,
    host: Option<String>,
    tool_version: Option<String>,
    environment_id: Option<String>,
    base_url: Option<String>,
    invalid_lines: u64,
    damaged_records: u64,
    journals: Vec<String>,
}

fn per_minute(figures: &Figures) -> BTreeMap<String, u64> {
    let mut minutes = BTreeMap::new();
    for (second, count) in &figures.done_at {
        *minutes.entry(second / 60).or_default() += count;
    }
    minutes.into_iter().map(|(minute, count): (u64, u64)| (time(minute * 60_000), count)).collect()
}

/// Returns the report, on one line.
pub(in crate::bulk) fn json(figures: &Figures) -> String {
    let info = &figures.info;
    let percentiles = [("p50", 50), ("p90", 90), ("p99", 99), ("max", 100)];
    let report = Report {
        users: figures.users,
        listed_users: info.users,
        remaining_users: figures.left(),
        requests: figures.requests,
        outcomes: &figures.outcomes,
        codes: &figures.codes,
        status_before: &figures.before,
        status_after: &figures.after,
        started_at: figures.span.map(|(start, _)| time(start)),
        ended_at: figures.span.map(|(_, end)| time(end)),
        held_seconds: figures.held_seconds(),
        holds: figures.holds.len(),
        milliseconds: percentiles.map(|(name, percent)| (name, figures.percentile(percent))).into(),
        done_per_minute: per_minute(figures),
        transaction_id: joined(&info.transactions),
        reason: joined(&info.reasons),
        operator: joined(&info.operators),
        host: joined(&info.hosts),
        tool_version: joined(&info.versions),
        environment_id: joined(&info.environments),
        base_url: joined(&info.servers),
        invalid_lines: info.invalid_lines,
        damaged_records: figures.damaged,
        journals: info.journals.iter().map(|path| path.display().to_string()).collect(),
    };
    // Strings and numbers always serialize.
    serde_json::to_string(&report).unwrap_or_default() + "\n"
}
