//! For a pull request: at most one screen, and the rest folded.

use std::fmt::Write;

use super::Report;
use crate::changes::change::Change;
use crate::changes::verdict::{Judgement, Needs, Verdict};

/// How many changes are shown before the rest is folded.
const SHOWN: usize = 10;

/// The report as Markdown.
#[must_use]
pub fn markdown(report: &Report<'_>) -> String {
    let mut text = String::new();
    // Writing to a string can't fail.
    let _ = write(&mut text, report);
    text
}

fn write(text: &mut String, report: &Report<'_>) -> std::fmt::Result {
    let Some(worst) = report.changes.iter().map(|change| change.verdicts.worst()).max() else {
        return writeln!(text, "### OpenAPI document: no changes\n\nCompared with {}.", report.base);
    };
    let title = match worst {
        Verdict::Docs => "docs only",
        verdict => verdict.as_str(),
    };
    writeln!(text, "### OpenAPI document: {title}, needs a {} release\n", report.release.needs)?;
    writeln!(text, "Compared with {}: {}.\n", report.base, report.counted())?;

    let (told, docs): (Vec<&Change>, Vec<&Change>) =
        report.changes.iter().partition(|change| change.verdicts.worst() > Verdict::Docs);
    let (shown, folded) = told.split_at(told.len().min(SHOWN));
    if !shown.is_empty() {
        table(text, shown)?;
    }
    if !folded.is_empty() {
        let breaking = folded.iter().filter(|change| change.verdicts.worst() == Verdict::Breaking).count();
        open(text, &format!("{} more, {breaking} of them breaking", folded.len()))?;
        table(text, folded)?;
        close(text)?;
    }
    if !docs.is_empty() {
        open(text, &format!("Docs only: {}", docs.len()))?;
        docs.iter().try_for_each(|change| writeln!(text, "- `{}`: {}", change.place, change.what))?;
        close(text)?;
    }
    writeln!(text, "Needs: **{}**. Versions: {}.\n", report.release.needs, report.versions().join("; "))?;

    let sections = report.sections();
    if report.release.needs != Needs::None && !sections.is_empty() {
        let missing = report.release.missing().count();
        let state = if missing == 0 { "all there".to_owned() } else { format!("{missing} missing") };
        open(text, &format!("Entries for CHANGELOG.md, {state}"))?;
        writeln!(text, "```markdown")?;
        for (index, (section, entries)) in sections.iter().enumerate() {
            writeln!(text, "{}### {section}\n", if index == 0 { "" } else { "\n" })?;
            entries.iter().try_for_each(|entry| writeln!(text, "{}", entry.line()))?;
        }
        writeln!(text, "```")?;
        close(text)?;
    }
    Ok(())
}

fn table(text: &mut String, changes: &[&Change]) -> std::fmt::Result {
    writeln!(text, "| change | wire | Rust | schema |\n| --- | --- | --- | --- |")?;
    for change in changes {
        let [wire, rust, schema] = change.verdicts.by_boundary().map(|(_, judgement)| cell(judgement));
        let what = format!("`{}`: {}", change.place, change.what).replace('|', "\\|");
        writeln!(text, "| {what} | {wire} | {rust} | {schema} |")?;
    }
    writeln!(text)
}

fn cell(judgement: &Judgement) -> String {
    match judgement.verdict {
        Verdict::Breaking => format!("**breaking**: {}", judgement.why.replace('|', "\\|")),
        verdict => verdict.to_string(),
    }
}

fn open(text: &mut String, summary: &str) -> std::fmt::Result {
    writeln!(text, "<details><summary>{summary}</summary>\n")
}

fn close(text: &mut String) -> std::fmt::Result {
    writeln!(text, "\n</details>\n")
}
