//! CSV with a header. A record that doesn't fit its header is invalid, so that no ID is taken from another column.

use anyhow::bail;

use super::column::{self, Column, find_column, find_named};
use super::condition::Condition;
use super::csv_record::{Record, RecordParser, split};
use super::csv_shift::{ShiftCheck, fields_are};
use super::encoding::decode_name;
use super::entry::{Entry, Given, Sink};
use super::id::{contains_user, is_blank, parse_user};
use super::line_reader::{Line, LineReader, MAX_LINE};
use crate::lookup::By;
use crate::terminal::quoted;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// The maximum number of lines of a field.
const MAX_FIELD_LINES: u64 = 100;

/// The header of a table.
#[derive(Debug)]
pub(super) struct Header<'a> {
    names: Vec<String>,
    shape: Shape<'a>,
    /// What the columns at some places have to contain.
    conditions: Vec<(usize, &'a Condition)>,
}

/// The shape of a table.
#[derive(Clone, Copy, Debug)]
struct Shape<'a> {
    delimiter: u8,
    /// The column with the users.
    column: Column<'a>,
    /// The place of that column.
    index: usize,
    /// The number of columns.
    width: usize,
}

impl Shape<'_> {
    /// Returns whether an unquoted separator in a column before could shift another column's user into this one. After the
    /// first column, that takes a part of a value, which is no ID but could be a name.
    fn can_shift(self) -> bool {
        self.index > usize::from(self.column.by == By::Id)
    }
}

impl<'a> Header<'a> {
    /// Reads the header of a table. Returns nothing if the line has no column with users.
    ///
    /// # Errors
    ///
    /// Fails if several columns or delimiters match, or if the line has columns but not the expected one.
    pub(super) fn read(line: &Line, separator: Option<u8>, column: Column<'a>) -> anyhow::Result<Option<Self>> {
        let delimiters = separator.map_or(DELIMITERS.to_vec(), |separator| vec![separator]);
        let mut candidates: Vec<Self> = Vec::new();
        let mut widest: Vec<String> = Vec::new();
        for delimiter in delimiters {
            let names: Vec<_> = split(&line.bytes, delimiter).iter().map(|name| decode_name(name)).collect();
            if let Some(index) = find_column(&names, column)? {
                // A single column has no delimiter, so any one is the same.
                if names.len() > 1 || candidates.is_empty() && !line.bytes.iter().any(|byte| DELIMITERS.contains(byte))
                {
                    let shape = Shape { delimiter, column, index, width: names.len() };
                    candidates.push(Self { names: names.clone(), shape, conditions: Vec::new() });
                }
            }
            if names.len() > widest.len() {
                widest = names;
            }
        }
        if candidates.len() > 1 {
            bail!(
                "the header {} has several separators: name one in a first line such as `sep=;`",
                quoted(&line.text())
            );
        }
        if let Some(header) = candidates.pop() {
            return Ok(Some(header));
        }
        let text = line.text();
        let has_delimiter = text.trim_end_matches(is_trailing).contains([',', ';', '\t', '|']);
        if (has_delimiter || column.name.is_some()) && contains_user(&text) {
            bail!(without_header(&text));
        }
        if let Some(name) = column.name {
            bail!("the first line has no column {}: {}; choose one by --column", quoted(name), columns(&widest));
        }
        if has_delimiter {
            bail!(
                "the first line is not a header with a column {}: {}; choose one by --column{}",
                column::expected(column),
                columns(&widest),
                column::hint(&widest, column)
            );
        }
        Ok(None)
    }

    /// Reads the records after the header.
    ///
    /// # Errors
    ///
    /// Fails if a quote is missing, because it could hide users, or if the column of a condition is.
    pub(super) fn read_records(
        mut self,
        header: &Line,
        lines: &mut LineReader<'_>,
        sink: &mut Sink<'_>,
    ) -> anyhow::Result<()> {
        let shape = self.shape;
        if let Some((record, _)) = read_record(header, lines, shape)?
            && record.fields.len() != self.names.len()
        {
            // The header continues on further lines.
            self.names = record.fields.iter().map(|name| decode_name(name)).collect();
        }
        // As a header, the line would hide its user.
        if self.names.iter().any(|name| parse_user(name).is_ok()) {
            bail!(without_header(&header.text()));
        }
        for condition in shape.column.conditions {
            let Some(index) = find_named(&self.names, condition.column())? else {
                bail!("--where names {}, which is no column: {}", quoted(condition.column()), columns(&self.names));
            };
            self.conditions.push((index, condition));
        }
        let mut shifts = ShiftCheck::new(&self.names, shape.index);
        let mut widest = None;
        while let Some(first) = lines.next_line()? {
            let number = first.number;
            let Some((record, is_cut)) = read_record(&first, lines, shape)? else { continue };
            if let Some(user) = self.user(number, &record, is_cut, &mut shifts) {
                if user.is_err() && record.fields.iter().any(|field| hides_users(field, shape.delimiter)) {
                    // The number of the first line doesn't name a user of a later one.
                    bail!(hidden(number));
                }
                widest = widest.max(Some(record.fields.len()));
                sink(Entry { line: number, user })?;
            }
        }
        match widest {
            Some(widest) if shape.can_shift() && widest < self.named_width() => bail!(
                "the header has {} columns, and no line has more than {widest} fields: is a name with a separator in it not quoted?",
                self.named_width()
            ),
            _ => shifts.finish(),
        }
    }

    /// Returns the number of columns without the unnamed ones that spreadsheets add at the end. An unnamed column before is an
    /// index.
    fn named_width(&self) -> usize {
        self.names.iter().rposition(|name| !is_blank(name)).map_or(0, |last| last + 1)
    }

    /// Returns the user of a record, or nothing if the record is blank.
    fn user(&self, line: u64, record: &Record, is_cut: bool, shifts: &mut ShiftCheck) -> Option<Result<Given, String>> {
        let is_filled = |field: &&Vec<u8>| !is_blank(&String::from_utf8_lossy(field));
        if !is_cut && !record.fields.iter().any(|field| is_filled(&field)) {
            return None;
        }
        if is_cut {
            return Some(Err(format!("the line is longer than {MAX_LINE} bytes")));
        }
        if record.is_malformed {
            return Some(Err("a quote is out of place: text follows a closing quote".to_owned()));
        }
        // Unnamed columns have to be empty.
        let filled = record.fields.iter().rposition(|field| is_filled(&field)).map_or(0, |last| last + 1);
        // A field too many at the end counts even if it is empty, because the user could be that of a column before.
        let can_shift = self.shape.can_shift() || self.conditions.iter().any(|(place, _)| *place > 0);
        let is_too_wide = can_shift && record.fields.len() > self.names.len();
        let (fields, width) =
            if is_too_wide { (record.fields.len(), self.names.len()) } else { (filled, self.named_width()) };
        if fields > width {
            let fields = fields_are(fields, width);
            return Some(Err(format!("{fields}: is a value with a separator in it not quoted?")));
        }
        if self.is_short(record.fields.len()) {
            let fields = fields_are(record.fields.len(), self.names.len());
            return Some(Err(format!("{fields}: is a separator missing?")));
        }
        let user = self.given(record);
        if self.shape.column.by == By::Id {
            let values: Vec<_> = record.fields.iter().map(|field| String::from_utf8_lossy(field)).collect();
            match &user {
                Ok(_) => {
                    if let Err(problem) = shifts.check(line, &values) {
                        return Some(Err(problem));
                    }
                }
                Err(_) => shifts.add_other(&values),
            }
        }
        Some(user)
    }

    /// Returns whether a record with this number of fields is short of separators, so that a name or the value of a condition may
    /// be that of another column. Of an ID, more can be said.
    fn is_short(&self, fields: usize) -> bool {
        let missing = self.names.len().saturating_sub(fields);
        let is_shifted = |place: usize| place > 0 && place + 1 < self.named_width().min(place + 1 + missing);
        let has_names = self.shape.column.by != By::Id;
        let is_uncertain = |place: usize| is_shifted(place) || place >= fields;
        has_names && is_shifted(self.shape.index) || self.conditions.iter().any(|(place, _)| is_uncertain(*place))
    }

    /// Returns the user of a record that fits its header.
    fn given(&self, record: &Record) -> Result<Given, String> {
        let is_met = |(index, condition): &(usize, &Condition)| {
            condition.accepts(&record.fields.get(*index).map_or(String::new(), |field| decode_name(field)))
        };
        if !self.conditions.iter().all(is_met) {
            return Ok(Given::Unmatched);
        }
        match record.fields.get(self.shape.index) {
            Some(field) if !is_blank(&String::from_utf8_lossy(field)) => {
                self.shape.column.parse(&String::from_utf8_lossy(field))
            }
            _ => Err(format!(
                "the column {} is empty",
                self.names.get(self.shape.index).map_or("`id`".to_owned(), |name| quoted(name))
            )),
        }
    }
}

/// Completes a record that starts with this line.
fn read_record(first: &Line, lines: &mut LineReader<'_>, shape: Shape<'_>) -> anyhow::Result<Option<(Record, bool)>> {
    let Shape { delimiter, column, index: place, width } = shape;
    let number = first.number;
    let mut parser = RecordParser::default();
    let mut record = parser.add_line(&first.bytes, delimiter);
    let mut is_cut = first.is_cut;
    while record.is_none() {
        let Some(next) = lines.next_line()? else { bail!(unclosed(number)) };
        if next.number - number > MAX_FIELD_LINES || parser.len() > MAX_LINE {
            bail!(unclosed(number));
        }
        // A name doesn't look like one, so any line that could be a record counts.
        let fields = next.bytes.split(|byte| *byte == delimiter).count();
        if column.by != By::Id && fields >= width {
            bail!(hidden(number));
        }
        is_cut |= next.is_cut;
        record = parser.add_line(&next.bytes, delimiter);
    }
    let hides_users = |(index, field): (usize, &Vec<u8>)| {
        // A line break around an ID is only padding.
        let is_padded_id = index == place && parse_user(&String::from_utf8_lossy(field.trim_ascii())).is_ok();
        !is_padded_id && hides_users(field, delimiter)
    };
    if record.iter().any(|record| record.fields.iter().enumerate().any(hides_users)) {
        bail!(hidden(number));
    }
    let spans_lines = record.iter().flat_map(|record| &record.fields).any(|field| field.contains(&b'\n'));
    if spans_lines && record.iter().any(|record| record.is_malformed) {
        // The quote that seemed to end the text begins one of a record that is hidden.
        bail!(
            "line {number} has a quoted text that continues on the next lines, and more text after its end: is a quote missing?"
        );
    }
    Ok(record.map(|record| (record, is_cut)))
}

/// Returns whether a field of several lines looks as if an unclosed quote made records part of it: a value in it is a user.
fn hides_users(field: &[u8], delimiter: u8) -> bool {
    field.contains(&b'\n')
        && field
            .split(|byte| *byte == b'\n' || *byte == delimiter)
            .any(|value| parse_user(String::from_utf8_lossy(value).trim_matches(['"', ' '])).is_ok())
}

fn hidden(line: u64) -> String {
    format!(
        "line {line} has a quoted text that continues on the next lines, with more users in it: is a quote missing?"
    )
}

fn unclosed(line: u64) -> String {
    format!("line {line} has a quoted text that doesn't end: is a quote missing?")
}

/// Says that the first line has a user and no names of columns.
fn without_header(line: &str) -> String {
    format!(
        "the first line is a user's, and not a header: {}; add a line before it with the names of the columns, such as `id`",
        quoted(line)
    )
}

fn columns(names: &[String]) -> String {
    format!("its columns are {}", column::list(names))
}

/// Returns whether a character at the end of a line is a separator of empty columns.
fn is_trailing(character: char) -> bool {
    character.is_whitespace() || ",;|".contains(character)
}
