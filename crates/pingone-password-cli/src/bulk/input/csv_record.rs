//! Splits a record of CSV. Unlike a lenient parser, it reports quotes that are out of place: they could shift a user ID into
//! another column.

/// A record that is being read, over one or more lines.
#[derive(Debug, Default)]
pub(super) struct RecordParser {
    fields: Vec<Vec<u8>>,
    field: Vec<u8>,
    state: State,
    is_malformed: bool,
}

/// A complete record.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) fields: Vec<Vec<u8>>,
    /// Whether text follows a closing quote.
    pub(super) is_malformed: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    FieldStart,
    Unquoted,
    Quoted,
    /// After a quote within a quoted field: the end of the field, or the first half of an escaped quote.
    QuoteInQuoted,
}

impl RecordParser {
    /// Adds a line. Returns the record if it is complete, or nothing if a quoted field continues on the next line.
    pub(super) fn add_line(&mut self, line: &[u8], delimiter: u8) -> Option<Record> {
        for &byte in line {
            self.state = match (self.state, byte) {
                (State::FieldStart, b'"') => {
                    // Spaces before the quote are not part of the value.
                    self.field.clear();
                    State::Quoted
                }
                (State::FieldStart, b' ' | b'\t') if byte != delimiter => {
                    self.field.push(byte);
                    State::FieldStart
                }
                (State::Quoted, b'"') => State::QuoteInQuoted,
                (State::Quoted, _) | (State::QuoteInQuoted, b'"') => {
                    self.field.push(byte);
                    State::Quoted
                }
                (State::FieldStart | State::Unquoted | State::QuoteInQuoted, _) if byte == delimiter => {
                    self.fields.push(std::mem::take(&mut self.field));
                    State::FieldStart
                }
                (State::QuoteInQuoted, b' ' | b'\t') => State::QuoteInQuoted,
                (State::QuoteInQuoted, _) => {
                    self.is_malformed = true;
                    self.field.push(byte);
                    State::Unquoted
                }
                (State::FieldStart | State::Unquoted, _) => {
                    self.field.push(byte);
                    State::Unquoted
                }
            };
        }
        if self.state == State::Quoted {
            self.field.push(b'\n');
            return None;
        }
        let Self { mut fields, field, is_malformed, .. } = std::mem::take(self);
        fields.push(field);
        Some(Record { fields, is_malformed })
    }

    /// Returns the size of the incomplete record in bytes.
    pub(super) fn len(&self) -> usize {
        self.fields.iter().map(Vec::len).sum::<usize>() + self.field.len()
    }
}

/// Splits a single line.
pub(super) fn split(line: &[u8], delimiter: u8) -> Vec<Vec<u8>> {
    let mut parser = RecordParser::default();
    if let Some(record) = parser.add_line(line, delimiter) {
        return record.fields;
    }
    // An unclosed quote.
    parser.fields.push(parser.field);
    parser.fields
}
