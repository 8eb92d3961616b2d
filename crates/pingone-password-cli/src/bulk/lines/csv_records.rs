//! The records of a CSV file, in which no quote that nobody closed hides a user.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use anyhow::{anyhow, bail};
use pingone_password::UserId;

use super::{LONGEST_LINE, Line, of_text};

/// No record of a CSV file takes more lines than these.
const MOST_LINES: usize = 100;

/// The records of a CSV file.
pub(crate) struct Csv {
    records: csv::ByteRecordsIntoIter<Limited>,
    /// How much may be read until the next record is whole.
    allowance: Rc<Cell<u64>>,
    /// The last byte so far that ends no line.
    last: Rc<Cell<u8>>,
    /// The line of a record whose last field goes on over further lines, if the last record was one.
    open: Option<u64>,
    delimiter: u8,
    column: usize,
}

/// A file that fails where a record doesn't end, before all of it is in memory.
struct Limited {
    /// With an end to its last line, as every line has one.
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
            Some(left) => self.allowance.set(left),
            None => return Err(io::Error::other("a record doesn't end: is a quote missing?")),
        }
        Ok(length)
    }
}

impl Csv {
    pub(super) fn of(file: BufReader<File>, delimiter: u8, column: usize) -> anyhow::Result<Self> {
        let allowance = Rc::new(Cell::new(LONGEST_LINE));
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
            self.allowance.set(LONGEST_LINE);
            let number = self.records.reader().position().line();
            match self.records.next() {
                Some(Ok(record)) if is_blank(&record) => {}
                Some(Ok(record)) => break record,
                Some(Err(error)) => return Some(Err(anyhow!("from line {number} on: {error}"))),
                None => {
                    // The last field goes to the end of the file, and there is no quote at its end.
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

    /// The line of the record that was read last: where its reading began, and the empty lines that were passed over.
    fn number_of(&self, record: &csv::ByteRecord) -> u64 {
        let inside = record.as_slice().split(|byte| *byte == b'\n').count() as u64;
        let by_its_end = self.records.reader().position().line().saturating_sub(inside);
        record.position().map_or(1, csv::Position::line).max(by_its_end)
    }

    /// Looks whether a quote that nobody closed made further lines a part of a record.
    fn check_quotes(&mut self, number: u64, record: &csv::ByteRecord) -> anyhow::Result<()> {
        let has_swallowed = record.iter().enumerate().any(|(index, field)| {
            if index == self.column {
                // An id with a line break before or behind it is only an id.
                field.trim_ascii().contains(&b'\n')
            } else {
                self.has_swallowed_lines(field)
            }
        });
        if has_swallowed {
            bail!(
                "line {number} has a quoted text that goes on over the next lines, with more users in it: is a quote \
                 missing?"
            );
        }
        self.open = record.iter().next_back().filter(|field| field.contains(&b'\n')).map(|_| number);
        Ok(())
    }

    /// Whether a text looks as if a quote that nobody closed made further lines a part of it.
    fn has_swallowed_lines(&self, field: &[u8]) -> bool {
        let lines = || field.split(|byte| *byte == b'\n');
        let is_id = |field: &[u8]| {
            let text = String::from_utf8_lossy(field);
            text.trim_matches(|character: char| character == '"' || character.is_whitespace()).parse::<UserId>().is_ok()
        };
        let has_id = || lines().any(|line| line.split(|byte| *byte == self.delimiter).any(is_id));
        let count = lines().count();
        count > MOST_LINES || count > 1 && has_id()
    }
}

/// Whether a line has nothing in it.
fn is_blank(record: &csv::ByteRecord) -> bool {
    let mut fields = record.iter();
    fields.next().is_none_or(|field| field.trim_ascii().is_empty()) && fields.next().is_none()
}
