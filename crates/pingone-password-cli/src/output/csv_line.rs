//! Lines of CSV that are safe to open in a spreadsheet.

use std::borrow::Cow;
use std::io;

use crate::terminal::escaped;

/// Formats a line of CSV. Values are escaped, so that none is a formula to a spreadsheet or a command to a terminal.
pub(crate) fn csv_line<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> io::Result<String> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(values.into_iter().map(|value| escaped(&without_formula(value.as_ref()))))?;
    let line = csv.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}

fn without_formula(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
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
