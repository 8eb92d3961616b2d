//! What goes to standard output: tables for people, JSON Lines and CSV for programs.

mod record;
pub(crate) mod style;
mod table;
mod words;

use std::borrow::Cow;
use std::io::{self, Write};

use clap::ValueEnum;

pub(crate) use record::{Became, FIELDS, Record};
pub(crate) use table::Columns;
use words::escaped;
pub(crate) use words::{duration, plain};

/// How records are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns for people, in colour on a terminal
    #[default]
    Table,
    /// JSON Lines: an object on each line
    Json,
    /// CSV with a header
    Csv,
}

/// Prints records as they come. A reader that has seen enough is no failure: what follows is not printed.
#[derive(Debug)]
pub(crate) struct Printer<W> {
    writer: W,
    format: Format,
    columns: Columns,
    has_header: bool,
    is_closed: bool,
}

impl<W: Write> Printer<W> {
    /// Prints in this format. A table has these columns.
    pub(crate) fn new(writer: W, format: Format, columns: Columns) -> Self {
        Self { writer, format, columns, has_header: false, is_closed: false }
    }

    /// Whether nobody reads any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Prints a record, and the header before the first one.
    ///
    /// # Errors
    ///
    /// Where it can't be written, for another reason than that nobody reads any more.
    pub(crate) fn print(&mut self, record: &Record) -> io::Result<()> {
        if self.is_closed {
            return Ok(());
        }
        let mut lines = Vec::new();
        let is_first = !std::mem::replace(&mut self.has_header, true);
        match self.format {
            Format::Table => {
                if is_first {
                    writeln!(lines, "{}", self.columns.header())?;
                }
                writeln!(lines, "{}", self.columns.row(record))?;
            }
            Format::Json => writeln!(lines, "{}", record.to_json()?)?,
            Format::Csv => {
                if is_first {
                    write!(lines, "{}", csv_line(FIELDS)?)?;
                }
                write!(lines, "{}", csv_line(record.values())?)?;
            }
        }
        self.is_closed = !still_read(self.writer.write_all(&lines).and_then(|()| self.writer.flush()))?;
        Ok(())
    }
}

/// A line of CSV. What a server or a user wrote is neither a formula nor a command in it.
pub(crate) fn csv_line<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> io::Result<String> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(values.into_iter().map(|value| escaped(&without_formula(value.as_ref()))))?;
    let line = csv.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}

/// A text that a spreadsheet won't take for a formula.
fn without_formula(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}

/// Prints a text to standard output, where colours are taken out if nobody would see them.
///
/// # Errors
///
/// As [`Printer::print`].
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut stdout = anstream::stdout();
    still_read(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())).map(drop)
}

/// Whether someone reads what was written: the other end of a pipe may be gone.
fn still_read(written: io::Result<()>) -> io::Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(io::Error::new(error.kind(), format!("standard output can't be written: {error}"))),
    }
}

/// A heading, as a table has it.
pub(crate) fn heading(text: &str) -> String {
    style::paint(style::HEADING, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_has_no_formulas_and_no_commands() {
        let line = csv_line(["=HYPERLINK(\"http://127.0.0.1\")", "@x", "a\u{1b}[2J\nb", "ok"]).unwrap();
        assert_eq!(line, "\"'=HYPERLINK(\"\"http://127.0.0.1\"\")\",'@x,a\\u{1b}[2J\\nb,ok\n");
    }
}
