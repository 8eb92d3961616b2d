//! Reads a list: detects its encoding and format by its first lines.

use std::io::{Cursor, Read};

use anyhow::bail;

use super::binary;
use super::column::Column;
use super::csv_table::Header;
use super::encoding::Encoding;
use super::entry::Sink;
use super::id::is_blank;
use super::json;
use super::line_reader::{Line, LineReader};
use super::text;
use crate::padding::unpadded;

/// The number of bytes by which a file is recognized.
const HEAD: u64 = 8 << 10;

/// Reads the users of a list: one ID or name per line, CSV with a header, or JSON. `column` names the column or property with the user.
///
/// # Errors
///
/// Fails if the file is not a list, if it is ambiguous where the users are, or if the reading or the sink fails.
pub(in crate::bulk) fn read_list(mut file: impl Read, column: Column<'_>, sink: &mut Sink<'_>) -> anyhow::Result<()> {
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    let encoding = Encoding::detect(&head);
    if let Some(why) = binary::reject(&head, encoding) {
        bail!(why);
    }
    let bytes = encoding.reader(Cursor::new(head).chain(file));
    let mut lines = LineReader::new(bytes);
    let (first, separator) = skip_preamble(&mut lines)?;
    let Some(first) = first else { return Ok(()) };
    if json::is_json(&first) {
        return json::read(first, lines, column, sink);
    }
    match Header::read(&first, separator, column)? {
        Some(header) => header.read_records(&first, &mut lines, sink),
        None => text::read(first, &mut lines, column, sink),
    }
}

/// Skips blank lines, PowerShell's `#TYPE` line, and the `sep=;` line of a spreadsheet, whose separator it returns.
fn skip_preamble(lines: &mut LineReader<'_>) -> anyhow::Result<(Option<Line>, Option<u8>)> {
    let mut separator = None;
    while let Some(mut line) = lines.next_line()? {
        while let Some(bytes) = line.bytes.strip_prefix(b"\xef\xbb\xbf") {
            line.bytes = bytes.to_vec();
        }
        let text = line.text();
        let text = unpadded(&text);
        if let Some(value) = text.to_ascii_lowercase().strip_prefix("sep=") {
            separator = match value.as_bytes() {
                [] => Some(b'\t'),
                [byte] => Some(*byte),
                _ => bail!("the separator in `sep=` is not a single character"),
            };
            continue;
        }
        // A spreadsheet fills the row up with separators.
        let text = text.trim_matches(|character: char| ",;|\t".contains(character));
        if !is_blank(text) && !unpadded(text).starts_with("#TYPE") {
            return Ok((Some(line), separator));
        }
    }
    Ok((None, separator))
}
