//! One ID or name per line.

use anyhow::bail;

use super::column::Column;
use super::entry::{Entry, Sink};
use super::id::is_blank;
use super::line_reader::{Line, LineReader, MAX_LINE};
use crate::lookup::By;
use crate::terminal::quoted;

/// Reads the lines from the first one on.
pub(super) fn read(
    first: Line,
    lines: &mut LineReader<'_>,
    column: Column<'_>,
    sink: &mut Sink<'_>,
) -> anyhow::Result<()> {
    if let Some(condition) = column.conditions.first() {
        bail!("the list has no columns, and --where names {}", quoted(condition.column()));
    }
    let mut next = Some(first);
    while let Some(line) = next {
        let text = line.text();
        // A spreadsheet adds separators for empty columns, but they may be part of a name.
        let is_added = |character: char| column.by == By::Id && ",;|".contains(character);
        let text = text.trim_end_matches(|character: char| character.is_whitespace() || is_added(character));
        if line.is_cut {
            sink(Entry { line: line.number, user: Err(format!("the line is longer than {MAX_LINE} bytes")) })?;
        } else if !is_blank(text) {
            sink(Entry { line: line.number, user: column.parse(text) })?;
        }
        next = lines.next_line()?;
    }
    Ok(())
}
