//! The lines of an input: one ID per line, CSV with a header, or JSON Lines, according to the first line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};

use anyhow::{anyhow, bail};
use pingone_password::UserId;
use serde_json::Value;

use super::csv_records::Csv;
use super::line::{Line, MAX_LINE, of_text};
use crate::terminal::quoted;

/// The names of the column by default.
const COLUMNS: [&str; 3] = ["id", "user_id", "userId"];
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// Reads the lines of an input.
pub(crate) enum Lines {
    Ids(std::iter::Enumerate<std::vec::IntoIter<UserId>>),
    Text { text: Text, column: Option<String>, is_json: bool },
    Csv(Box<Csv>),
}

impl Lines {
    /// Detects the format by the first line.
    pub(crate) fn of(file: File, column: Option<&str>) -> anyhow::Result<Self> {
        let mut text = Text { file: BufReader::new(file), number: 0 };
        let first = text.next_line()?.map(|(_, line)| line).unwrap_or_default();
        if first.starts_with(b"\xff\xfe") || first.starts_with(b"\xfe\xff") {
            bail!("the file is UTF-16: save it as UTF-8");
        }
        let mut file = text.file;
        file.rewind()?;
        if let Some((delimiter, column)) = header(&first, column)? {
            return Ok(Self::Csv(Box::new(Csv::of(file, delimiter, column)?)));
        }
        let first = String::from_utf8_lossy(&first);
        let is_json = first.starts_with('{') || serde_json::from_str::<String>(&first).is_ok();
        if !is_json {
            if let Some(column) = column {
                bail!("the first line has no column `{column}`: {}", quoted(&first));
            }
            if first.contains([',', ';', '\t']) {
                bail!(
                    "the first line is not a header with a column `id`, `user_id` or `userId`, and --column names no \
                     other: {}",
                    quoted(&first)
                );
            }
        }
        let text = Text { file, number: 0 };
        Ok(Self::Text { text, column: column.map(str::to_owned), is_json })
    }
}

/// Returns the delimiter and the column, if the line is the header of a CSV file.
fn header(line: &[u8], column: Option<&str>) -> anyhow::Result<Option<(u8, usize)>> {
    for delimiter in DELIMITERS {
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(line);
        let Some(Ok(names)) = reader.records().next() else { continue };
        let names: Vec<_> = names.iter().map(str::trim).collect();
        if let Some(index) = position(&names, column)? {
            return Ok(Some((delimiter, index)));
        }
    }
    Ok(None)
}

/// Finds the column with the ID: the one that was asked for, or else one of [`COLUMNS`]. Upper and lower case are the
/// same, unless that is ambiguous.
///
/// # Errors
///
/// Fails if several columns match.
fn position(names: &[&str], column: Option<&str>) -> anyhow::Result<Option<usize>> {
    let all = |matches_name: &dyn Fn(&str) -> bool| -> Vec<usize> {
        names.iter().enumerate().filter(|(_, name)| matches_name(name)).map(|(index, _)| index).collect()
    };
    if let Some(column) = column
        && let [index] = all(&|name| name == column)[..]
    {
        return Ok(Some(index));
    }
    let found = all(&|name| match column {
        Some(column) => name.eq_ignore_ascii_case(column),
        None => COLUMNS.iter().any(|known| name.eq_ignore_ascii_case(known)),
    });
    match found[..] {
        [] => Ok(None),
        [index] => Ok(Some(index)),
        _ => {
            let found: Vec<_> = found.iter().filter_map(|index| names.get(*index)).map(|name| quoted(name)).collect();
            bail!("several columns may contain the user ID: {}; choose one by --column", found.join(", "))
        }
    }
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
                if !*is_json {
                    return Some(Ok(Line { number, user: of_text(&line) }));
                }
                let user = of_json(&line, column.as_deref());
                Some(user.map(|user| Line { number, user }).map_err(|error| anyhow!("line {number}: {error}")))
            }
            Self::Csv(csv) => csv.next(),
        }
    }
}

/// Parses a line of JSON: a string, or an object with the ID.
///
/// # Errors
///
/// See [`position`].
fn of_json(line: &str, column: Option<&str>) -> anyhow::Result<Result<UserId, String>> {
    let Ok(value) = serde_json::from_str(line) else { return Ok(Err(format!("not valid JSON: {}", quoted(line)))) };
    let field = match &value {
        Value::Object(object) => {
            let names: Vec<_> = object.keys().map(String::as_str).collect();
            position(&names, column)?.and_then(|index| object.values().nth(index))
        }
        _ => Some(&value),
    };
    Ok(match field {
        Some(Value::String(text)) => of_text(text),
        Some(_) => Err("the ID is not a string".to_owned()),
        None => Err(format!("no property `{}`", column.unwrap_or("id"))),
    })
}

/// The non-empty lines of a text, each cut to [`MAX_LINE`].
pub(crate) struct Text {
    file: BufReader<File>,
    number: u64,
}

impl Text {
    fn next_line(&mut self) -> io::Result<Option<(u64, Vec<u8>)>> {
        loop {
            let mut line = Vec::new();
            let length = self.file.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
            if length == 0 {
                return Ok(None);
            }
            if length as u64 == MAX_LINE && !line.ends_with(b"\n") {
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

    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::bulk::input::source::Input;

    const A: &str = "a0000000-0000-8000-8000-000000000001";
    const B: &str = "a0000000-0000-8000-8000-000000000002";

    /// Reads a text: returns each line's number, and the last digit of its ID or the problem.
    fn read(text: &str, column: Option<&str>) -> Result<Vec<String>, String> {
        let text = text.replace("$A", A).replace("$B", B);
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let input = Input::open(file.path(), column.map(str::to_owned)).unwrap();
        let lines = input.lines().map_err(|error| error.to_string())?;
        let read = lines.map(|line| {
            let Line { number, user } = line.map_err(|error| error.to_string())?;
            Ok(match user {
                Ok(user) => format!("{number}:{}", &user.to_string()[35..]),
                Err(problem) => format!("{number}:{}", problem.split(':').next().unwrap()),
            })
        });
        read.collect()
    }

    #[test]
    fn one_id_per_line() {
        assert_eq!(read("$A\n\n  $B\r\nme\n$A", None).unwrap(), ["1:1", "3:2", "4:`me` is not a valid user ID", "5:1"]);
        assert_eq!(read("\u{feff}$A", None).unwrap(), ["1:1"]);
        assert_eq!(read("", None).unwrap(), [""; 0]);
        assert_eq!(read("me\n$B", None).unwrap(), ["1:`me` is not a valid user ID", "2:2"]);
    }

    #[test]
    fn csv_with_a_header() {
        assert_eq!(
            read("name,userId\nx,$A\n\"y\nz\",$B\n,me\nx\n", None).unwrap(),
            ["2:1", "3:2", "5:`me` is not a valid user ID", "6:the line has no such column"]
        );
        assert_eq!(read("id;who\n$A;$B\n", Some("who")).unwrap(), ["2:2"]);
        assert_eq!(read("\u{feff}id\n$A\n", None).unwrap(), ["2:1"]);
        let lines = "name,id\r\n\r\nx,$A\r\n\"y\r\nz\",$B\r\nx,\"$A\"\r\n  \r\nx,me\r\n";
        assert_eq!(read(lines, None).unwrap(), ["3:1", "4:2", "6:1", "8:`me` is not a valid user ID"]);
        assert_eq!(read("\"id\",\"name\"\n\"$A\",x\n", None).unwrap(), ["2:1"]);
        assert!(read("$A,x\n", None).unwrap_err().starts_with("the first line is not a header"));
        assert!(read("id,x\n", Some("who")).unwrap_err().starts_with("the first line has no column `who`"));
    }

    #[test]
    fn an_unclosed_quote_hides_no_user() {
        let swallowed = |text: &str| read(text, None).unwrap_err();
        assert!(swallowed("id,name\n$A,\"Bob\n$B,Carl\n").starts_with("line 2 has a quoted text"));
        assert!(swallowed("id,name\n$A,x\n$A,\"Bob\n$B,\"Carl\"\n").starts_with("line 3 has a quoted text"));
        assert!(swallowed("name;id\n\"Bob;$A\n\"Carl\";\"$B\"\n").starts_with("line 2 has a quoted text"));
        assert!(swallowed(&format!("id,name\n$A,\"{}", "x\n".repeat(200))).starts_with("line 2 has a quoted text"));
        let endless = format!("id,name\n$A,x\n$B,\"{}", "x".repeat(5 << 20));
        assert!(swallowed(&endless).contains("a record doesn't end"));
        // In the header, and around lines without a user.
        assert!(swallowed("id,\"name\n$A,x\n$B,\"y\"\n").starts_with("line 1 has a quoted text"));
        assert!(swallowed("id,\"name\n$A,x\n").starts_with("line 1 has a quoted text"));
        assert!(swallowed("\"id,name\n$A,x\n").starts_with("the first line is not a header"));
        assert!(swallowed("id,\"name\nme,x\n").starts_with("line 1 has a quoted text that doesn't end"));
        for end in ["me,x\n", "me,x", ""] {
            let text = format!("id,name\n$A,x\n$B,\"y\n{end}");
            assert!(swallowed(&text).starts_with("line 3 has a quoted text that doesn't end"), "{end}");
        }
        assert_eq!(read("id,note\n$A,\"x\n\"\n", None).unwrap(), ["2:1"]);
        assert_eq!(read("id,note\n$A,\"x\ny\"", None).unwrap(), ["2:1"]);
        // A closed quote without a user in it is a text over several lines.
        let note = "id,note\n$A,\"about\nsomeone, and b0000000\"\n$B,x\n";
        assert_eq!(read(note, None).unwrap(), ["2:1", "4:2"]);
    }

    proptest! {
        #[test]
        fn no_user_is_skipped(
            pieces in vec(select(&["$A", "$B", "\"", "\"\"", ",", ";", "\n", "\r\n", " ", "x", "me"]), 0..40),
            header in select(&["id,name\n", "name,id\n", "id\n", "id;name\n", "\"id\",\"name\"\n"]),
        ) {
            let text = header.to_owned() + &pieces.concat();
            let delimiter = if header.contains(';') { ';' } else { ',' };
            let is_user = |line: &str| line.strip_prefix("$A").is_some_and(|rest| rest.is_empty() || rest.starts_with(delimiter));
            // Either the file is rejected as a whole, or the user is read or reported.
            if let Ok(read) = read(&text, None) {
                for (index, _) in text.lines().enumerate().skip(1).filter(|(_, line)| is_user(line)) {
                    let number = format!("{}:", index + 1);
                    let is_reported =
                        |line: &String| line.ends_with(":1") || line.starts_with(&number) || line.contains(A);
                    prop_assert!(read.iter().any(is_reported), "line {number} of {text:?} in {read:?}");
                }
            }
        }

        #[test]
        fn reading_always_ends(bytes in vec(any::<u8>(), 0..300), column in option::of("[a-z]{1,3}")) {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&bytes).unwrap();
            let input = Input::open(file.path(), column).unwrap();
            if let Ok(lines) = input.lines() {
                prop_assert!(lines.take_while(Result::is_ok).count() <= bytes.len());
            }
        }
    }

    #[test]
    fn utf_16_is_named() {
        for text in [&b"\xff\xfei\0d\0\r\0\n\0"[..], b"\xfe\xff\0i\0d\0\n"] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text).unwrap();
            let error = Input::open(file.path(), None).unwrap().lines().err().unwrap();
            assert!(error.to_string().contains("UTF-16"), "{error}");
        }
    }

    #[test]
    fn an_ambiguous_column_is_rejected() {
        let rejected = |text: &str, column| read(text, column).unwrap_err();
        let ambiguous = "several columns may contain the user ID: `id`, `userId`; choose one by --column";
        assert_eq!(rejected("id,userId\n$A,$B\n", None), ambiguous);
        assert_eq!(read("id,userId\n$A,$B\n", Some("userid")).unwrap(), ["2:2"]);
        assert_eq!(rejected("{\"x\":1}\n{\"id\":\"$A\",\"userId\":\"$B\"}", None), format!("line 2: {ambiguous}"));
        assert_eq!(read("{\"id\":\"$A\",\"userId\":\"$B\"}", Some("userId")).unwrap(), ["1:2"]);
        // Case is ignored in both formats, unless one name matches exactly.
        assert_eq!(read("USER_ID\n$A\n", None).unwrap(), ["2:1"]);
        assert_eq!(read("{\"USER_ID\":\"$A\"}", None).unwrap(), ["1:1"]);
        assert_eq!(read("who,WHO\n$A,$B\n", Some("WHO")).unwrap(), ["2:2"]);
        assert_eq!(read("{\"who\":\"$A\",\"WHO\":\"$B\"}", Some("WHO")).unwrap(), ["1:2"]);
        assert!(rejected("who,WHO\n$A,$B\n", Some("Who")).starts_with("several columns"));
        assert!(rejected("who,who\n$A,$B\n", Some("who")).starts_with("several columns"));
    }

    #[test]
    fn json_lines() {
        assert_eq!(
            read("{\"id\":\"$A\"}\n\"$B\"\n{\"x\":1}\n{\"id\":7}\n{\n", None).unwrap(),
            ["1:1", "2:2", "3:no property `id`", "4:the ID is not a string", "5:not valid JSON"]
        );
        assert_eq!(read("{\"id\":\"$A\",\"who\":\"$B\"}", Some("who")).unwrap(), ["1:2"]);
        assert_eq!(read("\"$A\"", None).unwrap(), ["1:1"]);
    }

    #[test]
    fn an_endless_line_takes_no_memory() {
        let text = format!("{}\n{A}\n", "x".repeat(5 << 20));
        let lines = read(&text, None).unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1], "2:1");
    }
}
