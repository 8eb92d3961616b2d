//! The lines of an input: one id per line, CSV with a header, or JSON Lines. The first line tells which.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};

use anyhow::bail;
use pingone_password::UserId;
use serde_json::Value;

/// What the column is called where nobody says.
const COLUMNS: [&str; 3] = ["id", "user_id", "userId"];
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
/// A longer line has no user's id in it.
const LONGEST_LINE: u64 = 1 << 20;

/// A line that has to do with a user.
#[derive(Debug)]
pub(crate) struct Line {
    /// Counted from 1.
    pub(crate) number: u64,
    /// The user, or what is wrong with the line.
    pub(crate) user: Result<UserId, String>,
}

/// The lines of an input, one after another.
pub(crate) enum Lines {
    Ids(std::iter::Enumerate<std::vec::IntoIter<UserId>>),
    Text { text: Text, column: Option<String>, is_json: bool },
    Csv { records: Box<csv::ByteRecordsIntoIter<BufReader<File>>>, column: usize },
}

impl Lines {
    /// Looks at the first line to tell the format.
    pub(crate) fn of(file: File, column: Option<&str>) -> anyhow::Result<Self> {
        let mut text = Text { file: BufReader::new(file), number: 0 };
        let first = text.next_line()?.map(|(_, line)| line).unwrap_or_default();
        let mut file = text.file;
        file.rewind()?;
        if let Some((delimiter, column)) = header(&first, column) {
            let records = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(file);
            return Ok(Self::Csv { records: Box::new(records.into_byte_records()), column });
        }
        let first = String::from_utf8_lossy(&first);
        let is_json = first.starts_with('{') || first.starts_with('"') && !first.contains("\",");
        if !is_json {
            if let Some(column) = column {
                bail!("the first line has no column `{column}`: {}", shown(&first));
            }
            if first.contains([',', ';', '\t']) {
                bail!(
                    "the first line is no header with a column `id`, `user_id` or `userId`, and --column names no \
                     other: {}",
                    shown(&first)
                );
            }
        }
        let text = Text { file, number: 0 };
        Ok(Self::Text { text, column: column.map(str::to_owned), is_json })
    }
}

/// The delimiter and the column, where the line is the header of a CSV file.
fn header(line: &[u8], column: Option<&str>) -> Option<(u8, usize)> {
    DELIMITERS.into_iter().find_map(|delimiter| {
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(line);
        let names = reader.records().next()?.ok()?;
        let position = |wanted: &str| names.iter().position(|name| name.trim().eq_ignore_ascii_case(wanted));
        let found = match column {
            Some(column) => position(column),
            None => COLUMNS.into_iter().find_map(position),
        };
        found.map(|index| (delimiter, index))
    })
}

impl Iterator for Lines {
    type Item = anyhow::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Ids(ids) => {
                let (index, user) = ids.next()?;
                Some(Ok(Line { number: index as u64 + 1, user: Ok(user) }))
            }
            Self::Text { text, column, is_json } => {
                let (number, line) = match text.next_line() {
                    Ok(line) => line?,
                    Err(error) => return Some(Err(error.into())),
                };
                let line = String::from_utf8_lossy(&line);
                let user = if *is_json { of_json(&line, column.as_deref()) } else { of_text(&line) };
                Some(Ok(Line { number, user }))
            }
            Self::Csv { records, column } => {
                let record = match records.next()? {
                    Ok(record) => record,
                    Err(error) => return Some(Err(error.into())),
                };
                let number = record.position().map_or(0, csv::Position::line);
                if record.as_slice().len() as u64 > LONGEST_LINE {
                    let error = anyhow::anyhow!("line {number} begins a record that doesn't end: is a quote missing?");
                    return Some(Err(error));
                }
                let user = match record.get(*column) {
                    Some(field) => of_text(String::from_utf8_lossy(field).trim()),
                    None => Err("the line has no such column".to_owned()),
                };
                Some(Ok(Line { number, user }))
            }
        }
    }
}

/// A line that is an id.
fn of_text(text: &str) -> Result<UserId, String> {
    text.parse().map_err(|error: pingone_password::InvalidId| error.to_string())
}

/// A line of JSON: a string, or an object with the id in it.
fn of_json(line: &str, column: Option<&str>) -> Result<UserId, String> {
    let value: Value = serde_json::from_str(line).map_err(|_| format!("no JSON: {}", shown(line)))?;
    let field = match (&value, column) {
        (Value::Object(object), Some(column)) => object.get(column),
        (Value::Object(object), None) => COLUMNS.into_iter().find_map(|column| object.get(column)),
        _ => Some(&value),
    };
    match field {
        Some(Value::String(text)) => of_text(text),
        Some(_) => Err("the id is no string".to_owned()),
        None => Err(format!("there is no `{}`", column.unwrap_or("id"))),
    }
}

/// A piece of the input, fit for a terminal.
fn shown(text: &str) -> String {
    let start: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    if text.chars().nth(60).is_some() { format!("`{start}…`") } else { format!("`{start}`") }
}

/// The lines of a text that are not empty, each no longer in memory than an id can be.
pub(crate) struct Text {
    file: BufReader<File>,
    number: u64,
}

impl Text {
    fn next_line(&mut self) -> io::Result<Option<(u64, Vec<u8>)>> {
        loop {
            let mut line = Vec::new();
            let length = self.file.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
            if length == 0 {
                return Ok(None);
            }
            if length as u64 == LONGEST_LINE && !line.ends_with(b"\n") {
                self.skip_line()?;
            }
            self.number += 1;
            let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line).trim_ascii();
            if !line.is_empty() {
                return Ok(Some((self.number, line.to_vec())));
            }
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.file.fill_buf()?;
            let (length, is_end) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(index) => (index + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.file.consume(length);
            if is_end {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::bulk::input::Input;

    const A: &str = "a0000000-0000-8000-8000-000000000001";
    const B: &str = "a0000000-0000-8000-8000-000000000002";

    /// What is read from a text: each line's number, and the last digit of its id or what is wrong.
    fn read(text: &str, column: Option<&str>) -> Result<Vec<String>, String> {
        let text = text.replace("$A", A).replace("$B", B);
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let input = Input::open(file.path(), column.map(str::to_owned)).unwrap();
        let lines = input.lines().map_err(|error| error.to_string())?;
        let shown = lines.map(|line| {
            let Line { number, user } = line.map_err(|error| error.to_string())?;
            Ok(match user {
                Ok(user) => format!("{number}:{}", &user.to_string()[35..]),
                Err(mistake) => format!("{number}:{}", mistake.split(':').next().unwrap()),
            })
        });
        shown.collect()
    }

    #[test]
    fn one_id_per_line() {
        assert_eq!(read("$A\n\n  $B\r\nme\n$A", None).unwrap(), ["1:1", "3:2", "4:`me` is no user id", "5:1"]);
        assert_eq!(read("\u{feff}$A", None).unwrap(), ["1:1"]);
        assert_eq!(read("", None).unwrap(), [""; 0]);
        assert_eq!(read("me\n$B", None).unwrap(), ["1:`me` is no user id", "2:2"]);
    }

    #[test]
    fn csv_with_a_header() {
        assert_eq!(
            read("name,userId\nx,$A\n\"y\nz\",$B\n,me\nx\n", None).unwrap(),
            ["2:1", "3:2", "5:`me` is no user id", "6:the line has no such column"]
        );
        assert_eq!(read("id;who\n$A;$B\n", Some("who")).unwrap(), ["2:2"]);
        assert_eq!(read("\u{feff}id\n$A\n", None).unwrap(), ["2:1"]);
        assert_eq!(read("\"id\",\"name\"\n\"$A\",x\n", None).unwrap(), ["2:1"]);
        assert!(read("$A,x\n", None).unwrap_err().starts_with("the first line is no header"));
        assert!(read("id,x\n", Some("who")).unwrap_err().starts_with("the first line has no column `who`"));
    }

    #[test]
    fn json_lines() {
        assert_eq!(
            read("{\"id\":\"$A\"}\n\"$B\"\n{\"x\":1}\n{\"id\":7}\n{\n", None).unwrap(),
            ["1:1", "2:2", "3:there is no `id`", "4:the id is no string", "5:no JSON"]
        );
        assert_eq!(read("{\"id\":\"$A\",\"who\":\"$B\"}", Some("who")).unwrap(), ["1:2"]);
        assert_eq!(read("\"$A\"", None).unwrap(), ["1:1"]);
    }

    #[test]
    fn a_line_without_an_end_takes_no_memory() {
        let text = format!("{}\n{A}\n", "x".repeat(5 << 20));
        let lines = read(&text, None).unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1], "2:1");
    }
}
