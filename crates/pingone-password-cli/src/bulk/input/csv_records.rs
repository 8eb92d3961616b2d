//! Reads the records of a CSV file, in which no unclosed quote hides a user.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use anyhow::{anyhow, bail};
use pingone_password::UserId;

use super::line::{Line, MAX_LINE, of_text};

/// The maximum number of lines of a field.
const MAX_LINES: usize = 100;

/// The records of a CSV file.
pub(crate) struct Csv {
    records: csv::ByteRecordsIntoIter<Limited>,
    /// The number of bytes that may be read until the record ends.
    allowance: Rc<Cell<u64>>,
    /// The last byte so far that is not part of a line end.
    last: Rc<Cell<u8>>,
    /// The line of the last record, if its last field continues over further lines.
    open: Option<u64>,
    delimiter: u8,
    column: usize,
}

/// A reader that fails before an endless record fills the memory.
struct Limited {
    /// The file, with a line end appended.
    file: io::Chain<BufReader<File>, &'static [u8]>,
    allowance: Rc<Cell<u64>>,
    last: Rc<Cell<u8>>,
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)?;
        let read = buffer.get(..length).unwrap_or_default();
        if let Some(last) = read.iter().rfind(|byte| !matches!(byte, b'\r' | b'\n')) {
            self.last.set(*last);
        }
        match self.allowance.get().checked_sub(length as u64) {
            Some(remaining) => self.allowance.set(remaining),
            None => return Err(io::Error::other("a record doesn't end: is a quote missing?")),
        }
        Ok(length)
    }
}

impl Csv {
    pub(super) fn of(file: BufReader<File>, delimiter: u8, column: usize) -> anyhow::Result<Self> {
        let allowance = Rc::new(Cell::new(MAX_LINE));
        let last = Rc::default();
        let limited = Limited { file: file.chain(b"\n"), allowance: Rc::clone(&allowance), last: Rc::clone(&last) };
        let mut reader = csv::ReaderBuilder::new();
        // Lines that end with `\r\n` are not counted right unless they end with `\n`; fields are trimmed.
        reader.delimiter(delimiter).flexible(true).terminator(csv::Terminator::Any(b'\n'));
        let mut reader = reader.from_reader(limited);
        let header = reader.byte_headers()?.clone();
        let mut csv = Self { records: reader.into_byte_records(), allowance, last, open: None, delimiter, column };
        let number = csv.number_of(&header);
        csv.check_quotes(number, &header)?;
        Ok(csv)
    }

    pub(super) fn next(&mut self) -> Option<anyhow::Result<Line>> {
        let record = loop {
            self.allowance.set(MAX_LINE);
            let number = self.records.reader().position().line();
            match self.records.next() {
                Some(Ok(record)) if is_blank(&record) => {}
                Some(Ok(record)) => break record,
                Some(Err(error)) => return Some(Err(anyhow!("from line {number} on: {error}"))),
                None => {
                    // The last field extends to the end of the file, without a closing quote.
                    let number = self.open.take().filter(|_| self.last.get() != b'"')?;
                    return Some(Err(anyhow!("line {number} has a quoted text that doesn't end: is a quote missing?")));
                }
            }
        };
        let number = self.number_of(&record);
        if let Err(error) = self.check_quotes(number, &record) {
            return Some(Err(error));
        }
        let user = match record.get(self.column) {
            Some(field) => of_text(String::from_utf8_lossy(field).trim()),
            None => Err("the line has no such column".to_owned()),
        };
        Some(Ok(Line { number, user }))
    }

    /// Returns the line of the last record, without the empty lines before it.
    fn number_of(&self, record: &csv::ByteRecord) -> u64 {
        let inside = record.as_slice().split(|byte| *byte == b'\n').count() as u64;
        let by_its_end = self.records.reader().position().line().saturating_sub(inside);
        record.position().map_or(1, csv::Position::line).max(by_its_end)
    }

    /// Checks whether an unclosed quote made further lines part of a record.
    fn check_quotes(&mut self, number: u64, record: &csv::ByteRecord) -> anyhow::Result<()> {
        let contains_users = record.iter().enumerate().any(|(index, field)| {
            if index == self.column {
                // A line break around an ID is harmless.
                field.trim_ascii().contains(&b'\n')
            } else {
                self.contains_lines(field)
            }
        });
        if contains_users {
            bail!(
                "line {number} has a quoted text that goes on over the next lines, with more users in it: is a quote \
                 missing?"
            );
        }
        self.open = record.iter().next_back().filter(|field| field.contains(&b'\n')).map(|_| number);
        Ok(())
    }

    /// Returns whether a field looks as if an unclosed quote made further lines part of it.
    fn contains_lines(&self, field: &[u8]) -> bool {
        let lines = || field.split(|byte| *byte == b'\n');
        let is_id = |field: &[u8]| {
            let text = String::from_utf8_lossy(field);
            text.trim_matches(|character: char| character == '"' || character.is_whitespace()).parse::<UserId>().is_ok()
        };
        let has_id = || lines().any(|line| line.split(|byte| *byte == self.delimiter).any(is_id));
        let count = lines().count();
        count > MAX_LINES || count > 1 && has_id()
    }
}

/// Returns whether a line is empty.
fn is_blank(record: &csv::ByteRecord) -> bool {
    let mut fields = record.iter();
    fields.next().is_none_or(|field| field.trim_ascii().is_empty()) && fields.next().is_none()
}
