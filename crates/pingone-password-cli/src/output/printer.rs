//! Writes rows to standard output as they come.

use std::io::{self, Write};

use clap::ValueEnum;

use super::csv_line::csv_line;
use super::row::{FIELDS, Row, USER_FIELDS};
use super::stdout::cannot_write;
use super::table::Columns;
use crate::terminal::stdout_width;

/// The output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people, in colour on a terminal
    #[default]
    Table,
    /// JSON Lines: one object per line
    Json,
    /// CSV with a header
    Csv,
}

/// Prints rows.
#[derive(Debug)]
pub(crate) struct Printer<W> {
    writer: W,
    format: Format,
    columns: Columns,
    width: Option<usize>,
    has_header: bool,
}

impl<W: Write> Printer<W> {
    /// Creates a printer. `columns` are those of a table.
    pub(crate) fn new(writer: W, format: Format, columns: Columns) -> Self {
        Self { writer, format, columns, width: stdout_width(), has_header: false }
    }

    /// Prints a row, and the header before the first one.
    ///
    /// # Errors
    ///
    /// Fails if standard output can't be written.
    pub(crate) fn print(&mut self, row: &Row) -> io::Result<()> {
        let mut lines = String::new();
        let is_first = !std::mem::replace(&mut self.has_header, true);
        match self.format {
            Format::Table => {
                if is_first {
                    lines += &self.columns.header(self.width);
                }
                lines += &self.columns.row(row, self.width);
            }
            Format::Json => lines = row.to_json()? + "\n",
            Format::Csv => {
                if is_first {
                    lines += &csv_line(FIELDS.iter().chain(&USER_FIELDS))?;
                }
                let user = row.user_values().map(str::to_owned);
                lines += &csv_line(row.values().iter().chain(&user))?;
            }
        }
        let written = self.writer.write_all(lines.as_bytes()).and_then(|()| self.writer.flush());
        written.map_err(|error| cannot_write(&error))
    }
}

/// Prints a text to standard output.
///
/// # Errors
///
/// Fails if standard output can't be written, except for a closed pipe.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut stdout = anstream::stdout();
    is_open(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())).map(drop)
}

/// Turns a closed pipe into `false`.
pub(crate) fn is_open(written: io::Result<()>) -> io::Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(cannot_write(&error)),
    }
}
