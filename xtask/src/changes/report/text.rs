//! For a terminal: a line for each change, and below it why it breaks.

use std::fmt::Write;

use super::Report;
use crate::changes::verdict::Verdict;

/// The report as text.
#[must_use]
pub fn text(report: &Report<'_>) -> String {
    let mut text = String::new();
    // Writing to a string can't fail.
    let _ = write(&mut text, report);
    text
}

fn write(text: &mut String, report: &Report<'_>) -> std::fmt::Result {
    if report.changes.is_empty() {
        writeln!(text, "no changes since {}", report.base)?;
    } else {
        writeln!(text, "{} since {}\n", report.counted(), report.base)?;
        writeln!(text, "{:<11} {:<11} {:<11} change", "wire", "Rust", "schema")?;
    }
    for change in report.changes {
        let [wire, rust, schema] = change.verdicts.by_boundary().map(|(_, judgement)| judgement.verdict);
        writeln!(text, "{wire:<11} {rust:<11} {schema:<11} {}: {}", change.place, change.what)?;
        for (boundary, judgement) in change.verdicts.by_boundary() {
            if judgement.verdict == Verdict::Breaking {
                writeln!(text, "{:36}  {boundary}: {}", "", judgement.why)?;
            }
        }
    }
    writeln!(text, "\nneeds: {}", report.release.needs)?;
    for version in report.versions() {
        writeln!(text, "version: {version}")?;
    }
    let sections = report.sections();
    if !sections.is_empty() {
        writeln!(text, "\nfor CHANGELOG.md, under Unreleased:")?;
    }
    for (section, entries) in sections {
        writeln!(text, "\n### {section}\n")?;
        for entry in entries {
            writeln!(text, "{}", entry.line())?;
        }
    }
    Ok(())
}
