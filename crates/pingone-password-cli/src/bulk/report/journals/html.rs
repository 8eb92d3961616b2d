//! A report as one page, which loads nothing from elsewhere.

use std::collections::BTreeSet;
use std::time::Duration;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::chart::chart;
use super::figures::Figures;
use super::rows::{Row, time};
use super::run_info::joined;
use super::words::{label, latencies, summary, title};
use crate::bulk::journal::Outcome;
use crate::bulk::report::summary::seconds;
use crate::terminal::grouped;

const STYLE: &str = include_str!("../../../../templates/report.css");
const SCRIPT: &str = include_str!("../../../../templates/report.js");

/// The page. Every text from a journal is escaped by the template.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    policy: String,
    style: &'a str,
    script: &'a str,
    title: &'static str,
    summary: Vec<String>,
    facts: Vec<(&'static str, String)>,
    bars: Vec<Bar>,
    chart: Option<String>,
    holds: Vec<(String, String)>,
    latencies: Vec<(&'static str, String)>,
    slowest: Vec<(String, String)>,
    most_requests: Vec<(String, String)>,
    codes: Vec<(String, String)>,
    statuses: Vec<(String, String, String)>,
    attention: Vec<Attention>,
    attention_count: u64,
    attention_total: String,
    damaged: Vec<String>,
    commands: &'a [String],
}

struct Bar {
    label: &'static str,
    count: String,
    /// The length, from 0 to 1000.
    length: u64,
    class: &'static str,
}

struct Attention {
    user: String,
    outcome: &'static str,
    code: String,
    http_status: String,
    status: String,
    requests: u32,
    at: String,
}

/// Returns the page. `commands` are what is left to do.
///
/// # Errors
///
/// Fails if the template can't be rendered.
pub(in crate::bulk) fn html(figures: &Figures, commands: &[String]) -> anyhow::Result<String> {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    let info = &figures.info;
    let joined = |texts| joined(texts).unwrap_or_default();
    let facts = [
        ("Reason", joined(&info.reasons)),
        ("Operator", joined(&info.operators)),
        ("Computer", joined(&info.hosts)),
        ("Environment", joined(&info.environments)),
        ("API", joined(&info.servers)),
        ("Transaction ID", joined(&info.transactions)),
        ("Started", figures.span.map_or_else(String::new, |(start, _)| time(start))),
        ("Ended", figures.span.map_or_else(String::new, |(_, end)| time(end))),
        ("Requests", grouped(figures.requests)),
        ("Lists", joined(&info.inputs)),
        ("Invalid lines", grouped(info.invalid_lines)),
        ("Version", joined(&info.versions)),
    ];
    let milliseconds = |time: u64| seconds(Duration::from_millis(time));
    let statuses: BTreeSet<_> = figures.before.keys().chain(figures.after.keys()).collect();
    let count = |counts: &std::collections::BTreeMap<String, u64>, name: &String| {
        counts.get(name).map_or_else(String::new, |count| grouped(*count))
    };
    let page = Page {
        policy,
        style: STYLE,
        script: SCRIPT,
        title: title(figures),
        summary: summary(figures),
        facts: facts.into_iter().filter(|(_, text)| !text.is_empty()).collect(),
        bars: bars(figures),
        chart: chart(figures),
        holds: figures.holds.iter().take(20).map(|hold| (time(hold.at), grouped(hold.seconds))).collect(),
        latencies: latencies(figures).collect(),
        slowest: figures.slowest.iter().map(|(time, user)| (user.to_string(), milliseconds(*time))).collect(),
        most_requests: figures.most_requests.iter().map(|(count, user)| (user.to_string(), grouped(*count))).collect(),
        codes: figures.codes_by_count().into_iter().map(|(code, count)| (code.to_owned(), grouped(count))).collect(),
        statuses: statuses
            .into_iter()
            .map(|name| (name.clone(), count(&figures.before, name), count(&figures.after, name)))
            .collect(),
        attention: figures.attention.iter().map(|row| attention(row, label(figures, row.outcome))).collect(),
        attention_count: figures.open(),
        attention_total: grouped(figures.open()),
        damaged: figures.damaged_at.clone(),
        commands,
    };
    Ok(page.render()?)
}

fn attention(row: &Row, outcome: &'static str) -> Attention {
    Attention {
        user: row.user.to_string(),
        outcome,
        code: row.code.clone().unwrap_or_default(),
        http_status: row.http_status.map_or_else(String::new, |status| status.to_string()),
        status: row.after.clone().or_else(|| row.before.clone()).unwrap_or_default(),
        requests: row.requests,
        at: time(row.at),
    }
}

/// The outcomes as bars, and those who have no record yet.
fn bars(figures: &Figures) -> Vec<Bar> {
    use Outcome::{Done, Failed, NotSent, Skipped, Unknown};

    let outcomes = [(Done, "good"), (Skipped, "quiet"), (Failed, "bad"), (Unknown, "bad"), (NotSent, "open")];
    let counts = outcomes.map(|(outcome, class)| (label(figures, outcome), figures.number_of(outcome), class));
    let counts = counts.into_iter().chain([("not begun", figures.untouched().unwrap_or_default(), "open")]);
    let counts: Vec<_> = counts.filter(|(_, count, _)| *count > 0).collect();
    let most = counts.iter().map(|(_, count, _)| *count).max().unwrap_or(1);
    counts
        .into_iter()
        .map(|(label, count, class)| Bar { label, count: grouped(count), length: (count * 1000).div_ceil(most), class })
        .collect()
}
