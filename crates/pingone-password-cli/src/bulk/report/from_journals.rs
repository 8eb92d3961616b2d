//! Makes reports from journals.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ValueEnum;

use super::journals::{Figures, Journals, Row, RowFile, html, json, table};
use crate::bulk::journal::{command_for, shell_words};
use crate::bulk::options::FEW;
use crate::output::{is_open, print};
use crate::private_file;
use crate::terminal::{counted, note};

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Text for people
    #[default]
    Table,
    /// One object
    Json,
    /// A row for each user
    Csv,
    /// A page, to be opened in a browser
    Html,
}

/// Prints a report on journals, and writes the users who are not done to a file.
///
/// # Errors
///
/// Fails if a journal can't be read, or the report can't be written.
pub(crate) fn report(journals: &[PathBuf], format: ReportFormat, failed: Option<&Path>) -> anyhow::Result<()> {
    let read = read(journals)?;
    // Only now, so that a mistake in a name costs no file.
    let mut file = failed.map(RowFile::create).transpose()?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    // Without a reader, the file is written nevertheless.
    let mut has_rows = format == ReportFormat::Csv;
    if has_rows {
        has_rows = is_open(out.write_all(Row::csv_header()?.as_bytes()))?;
    }
    let figures = Figures::of(read, |row| {
        if let Some(file) = file.as_mut().filter(|_| row.needs_attention()) {
            file.add(row)?;
        }
        if has_rows {
            has_rows = is_open(out.write_all(row.csv()?.as_bytes()))?;
        }
        Ok(())
    })?;
    if has_rows {
        is_open(out.flush())?;
    }
    drop(out);
    let commands = commands(&figures, journals);
    match format {
        ReportFormat::Table => print(&table(&figures, &commands))?,
        ReportFormat::Json => print(&json(&figures))?,
        ReportFormat::Html => print(&html(&figures, &commands)?)?,
        ReportFormat::Csv => {}
    }
    if let (Some(file), Some(path)) = (file, failed) {
        note(format!("{} left to do: {}", counted(file.count, "user"), path.display()));
        file.finish()?;
    }
    Ok(())
}

/// Writes a report on a journal as a page.
///
/// # Errors
///
/// Fails if the journal can't be read, or the page can't be written.
pub(in crate::bulk) fn write_page(journal: &Path, page: &Path) -> anyhow::Result<()> {
    let journals = [journal.to_owned()];
    let figures = Figures::of(read(&journals)?, |_| Ok(()))?;
    let text = html(&figures, &commands(&figures, &journals))?;
    let mut file = private_file::replace(page).with_context(|| format!("can't write {}", page.display()))?;
    file.write_all(text.as_bytes()).with_context(|| format!("can't write {}", page.display()))
}

fn read(paths: &[PathBuf]) -> anyhow::Result<Journals> {
    let mut journals = Journals::default();
    paths.iter().try_for_each(|path| journals.read(path))?;
    Ok(journals)
}

/// The commands that finish what is left.
fn commands(figures: &Figures, journals: &[PathBuf]) -> Vec<String> {
    if !figures.has_left() {
        return Vec::new();
    }
    let (trails, resumable): (Vec<_>, Vec<_>) =
        journals.iter().partition(|journal| figures.trails().contains(*journal));
    // Without a header, a journal can't be resumed.
    let operation = figures.operation();
    let resume = operation
        .into_iter()
        .flat_map(|operation| resumable.iter().map(move |journal| command_for(operation, journal)));
    let users: Vec<_> = figures.first_left().take(FEW + 1).map(|user| user.to_string()).collect();
    let again = match (trails.is_empty(), resumable.is_empty() && users.len() <= FEW) {
        (true, _) => Vec::new(),
        // Reads their states first.
        (false, true) => vec![format!("pingone-password unlock {}", users.join(" "))],
        (false, false) => {
            let report = ["pingone-password", "report", "--failed", "left.csv"].map(OsString::from);
            let unlock = "pingone-password unlock --from left.csv --only-locked-out".to_owned();
            vec![shell_words(report.into_iter().chain(trails.into_iter().map(OsString::from))), unlock]
        }
    };
    resume.chain(again).collect()
}
