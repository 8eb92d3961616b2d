//! A user of a report, and files with one in each row.

use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use chrono::{DateTime, SecondsFormat};
use uuid::Uuid;

use crate::bulk::journal::Outcome;
use crate::output::csv_line;
use crate::private_file;

/// The columns of a list of users. `--from` takes the first one.
const COLUMNS: [&str; 9] =
    ["id", "outcome", "code", "http_status", "status_before", "status_after", "requests", "milliseconds", "at"];

/// A user of a report.
#[derive(Clone, Debug)]
pub(in crate::bulk) struct Row {
    pub(super) user: Uuid,
    pub(super) outcome: Outcome,
    pub(super) code: Option<String>,
    pub(super) http_status: Option<u16>,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    pub(super) requests: u32,
    pub(super) milliseconds: Option<u64>,
    /// Milliseconds since 1970.
    pub(super) at: u64,
}

impl Row {
    /// Returns whether the user is not done.
    pub(in crate::bulk) fn needs_attention(&self) -> bool {
        Outcome::OPEN.contains(&self.outcome)
    }

    /// Returns the row as a line of CSV.
    ///
    /// # Errors
    ///
    /// Fails if it can't be formatted.
    pub(in crate::bulk) fn csv(&self) -> std::io::Result<String> {
        let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        csv_line([
            self.user.to_string(),
            self.outcome.as_str().to_owned(),
            self.code.clone().unwrap_or_default(),
            number(self.http_status.map(u64::from)),
            self.before.clone().unwrap_or_default(),
            self.after.clone().unwrap_or_default(),
            self.requests.to_string(),
            number(self.milliseconds),
            time(self.at),
        ])
    }

    /// Returns the header of these lines.
    ///
    /// # Errors
    ///
    /// Fails if it can't be formatted.
    pub(in crate::bulk) fn csv_header() -> std::io::Result<String> {
        csv_line(COLUMNS)
    }
}

/// Formats milliseconds since 1970 as RFC 3339. 0 is unknown.
pub(super) fn time(milliseconds: u64) -> String {
    let time = i64::try_from(milliseconds).ok().filter(|time| *time > 0).and_then(DateTime::from_timestamp_millis);
    time.map_or_else(String::new, |time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// A file with the users who need attention. `--from` takes it as it is.
pub(in crate::bulk) struct RowFile {
    file: BufWriter<std::fs::File>,
    path: std::path::PathBuf,
    pub(in crate::bulk) count: u64,
}

impl RowFile {
    /// Creates the file.
    ///
    /// # Errors
    ///
    /// Fails if it can't be written.
    pub(in crate::bulk) fn create(path: &Path) -> anyhow::Result<Self> {
        let cannot = || format!("can't write {}", path.display());
        let mut file = BufWriter::new(private_file::replace(path).with_context(cannot)?);
        file.write_all(Row::csv_header().with_context(cannot)?.as_bytes()).with_context(cannot)?;
        Ok(Self { file, path: path.to_owned(), count: 0 })
    }

    /// Adds a user.
    ///
    /// # Errors
    ///
    /// Fails if the file can't be written.
    pub(in crate::bulk) fn add(&mut self, row: &Row) -> anyhow::Result<()> {
        self.count += 1;
        row.csv().and_then(|line| self.file.write_all(line.as_bytes())).with_context(|| self.cannot())
    }

    /// Completes the file.
    ///
    /// # Errors
    ///
    /// Fails if it can't be written.
    pub(in crate::bulk) fn finish(mut self) -> anyhow::Result<()> {
        self.file.flush().with_context(|| self.cannot())
    }

    fn cannot(&self) -> String {
        format!("can't write {}", self.path.display())
    }
}
