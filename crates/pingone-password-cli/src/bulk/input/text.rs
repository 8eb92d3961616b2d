//! One ID per line.

use super::entry::{Entry, Sink};
use super::id::{is_blank, parse_user};
use super::line_reader::{Line, LineReader, MAX_LINE};

/// Reads the lines from the first one on.
pub(super) fn read(first: Line, lines: &mut LineReader<'_>, sink: &mut Sink<'_>) -> anyhow::Result<()> {
    let mut next = Some(first);
    while let Some(line) = next {
        let text = line.text();
        // A spreadsheet adds separators for empty columns.
        let text = text.trim_end_matches(|character: char| character.is_whitespace() || ",;|".contains(character));
        if line.is_cut {
            sink(Entry { line: line.number, user: Err(format!("the line is longer than {MAX_LINE} bytes")) })?;
        } else if !is_blank(text) {
            sink(Entry { line: line.number, user: parse_user(text) })?;
        }
        next = lines.next_line()?;
    }
    Ok(())
}
