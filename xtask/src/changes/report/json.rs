//! For programs.

use serde_json::{Value, json};

use super::Report;

/// The report as JSON.
#[must_use]
pub fn json(report: &Report<'_>) -> Value {
    let changes = report.changes.iter().map(|change| {
        let [wire, rust, schema] = change.verdicts.by_boundary().map(|(_, judgement)| judgement);
        json!({
            "where": change.place,
            "what": change.what,
            "wire": wire.verdict.as_str(),
            "rust": rust.verdict.as_str(),
            "schema": schema.verdict.as_str(),
            "why": { "wire": wire.why, "rust": rust.why, "schema": schema.why },
        })
    });
    json!({ "needs": report.release.needs.as_str(), "changes": changes.collect::<Vec<_>>() })
}
