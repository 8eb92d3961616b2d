//! A report as text.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::figures::{Extreme, Figures};
use super::rows::time;
use super::run_info::joined;
use super::words::{latencies, summary};
use crate::terminal::{grouped, plain};

/// Returns the report in words and numbers. `commands` are what is left to do.
pub(in crate::bulk) fn table(figures: &Figures, commands: &[String]) -> String {
    let mut text = summary(figures).iter().map(|paragraph| plain(paragraph)).collect::<Vec<_>>().join("\n") + "\n";
    // Writing to a string never fails.
    let mut section = |title: &str, rows: Vec<(String, String)>| {
        if rows.is_empty() {
            return;
        }
        let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        _ = writeln!(text, "\n{title}");
        for (name, value) in rows {
            _ = writeln!(text, "  {:width$}  {value}", plain(&name));
        }
    };
    let counts = |counts: &BTreeMap<String, u64>| -> Vec<_> {
        counts.iter().map(|(name, count)| (name.clone(), grouped(*count))).collect()
    };
    let info = &figures.info;
    let facts = [
        ("transaction ID", &info.transactions),
        ("reason", &info.reasons),
        ("operator", &info.operators),
        ("host", &info.hosts),
        ("environment", &info.environments),
        ("API", &info.servers),
    ];
    let facts = facts.into_iter().filter_map(|(name, texts)| Some((name.to_owned(), plain(&joined(texts)?))));
    section("run", facts.collect());
    let outcomes = figures.outcomes.iter().map(|(name, count)| ((*name).to_owned(), grouped(*count)));
    section("outcomes", outcomes.collect());
    let codes = figures.codes_by_count().into_iter().map(|(code, count)| (code.to_owned(), grouped(count)));
    section("errors of users who are not done", codes.collect());
    section("status before", counts(&figures.before));
    section("status after", counts(&figures.after));
    let latencies = latencies(figures).map(|(name, time)| (name.to_owned(), time));
    section("time of an unlock, with its waits and retries", latencies.collect());
    let named = |extremes: &[Extreme], unit: &str| -> Vec<_> {
        extremes.iter().map(|(number, user)| (user.to_string(), format!("{}{unit}", grouped(*number)))).collect()
    };
    section("slowest users", named(&figures.slowest, " ms"));
    section("users with the most requests", named(&figures.most_requests, " requests"));
    let holds = figures.holds.iter().take(10).map(|hold| (time(hold.at), format!("{} s", grouped(hold.seconds))));
    section("the server asked to wait", holds.collect());
    section("damaged records", figures.damaged_at.iter().map(|place| (place.clone(), String::new())).collect());
    if !commands.is_empty() {
        text += "\nwhat is left to do\n";
        for command in commands {
            _ = writeln!(text, "  {command}");
        }
    }
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}
