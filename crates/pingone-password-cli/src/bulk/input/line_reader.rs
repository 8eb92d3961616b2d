//! Lines of any kind: ended by LF, CRLF or a lone CR.

use std::io::{self, BufRead, BufReader, Read};

/// The maximum length of a line in bytes.
pub(super) const MAX_LINE: usize = 1 << 20;

/// A line without its end.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Counted from 1.
    pub(super) number: u64,
    pub(super) bytes: Vec<u8>,
    /// Whether bytes after [`MAX_LINE`] were dropped.
    pub(super) is_cut: bool,
}

impl Line {
    /// Returns the line as text, with replacement characters for bytes that are not UTF-8.
    pub(super) fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

/// Reads lines.
pub(super) struct LineReader<'a> {
    input: BufReader<Box<dyn Read + 'a>>,
    number: u64,
    /// Whether the last line ended with a CR, so that an LF belongs to it.
    skips_lf: bool,
    /// Whether the last line was cut, so that its rest has to be skipped.
    is_mid_line: bool,
}

impl<'a> LineReader<'a> {
    pub(super) fn new(input: Box<dyn Read + 'a>) -> Self {
        Self { input: BufReader::with_capacity(64 << 10, input), number: 0, skips_lf: false, is_mid_line: false }
    }

    /// Reads the next line.
    pub(super) fn next_line(&mut self) -> io::Result<Option<Line>> {
        if std::mem::take(&mut self.is_mid_line) {
            while !self.read_part(&mut Vec::new(), usize::MAX)?.is_end() {}
        }
        let mut bytes = Vec::new();
        let mut is_cut = false;
        loop {
            match self.read_part(&mut bytes, MAX_LINE)? {
                Part::EndOfFile if bytes.is_empty() => return Ok(None),
                Part::EndOfFile | Part::EndOfLine => break,
                Part::Full => {
                    is_cut = true;
                    self.is_mid_line = true;
                    break;
                }
                Part::Some => {}
            }
        }
        self.number += 1;
        Ok(Some(Line { number: self.number, bytes, is_cut }))
    }

    /// Reads what is buffered of a line, up to a maximum length.
    fn read_part(&mut self, bytes: &mut Vec<u8>, max: usize) -> io::Result<Part> {
        let buffer = loop {
            match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(_) => break self.input.buffer(),
            }
        };
        let Some(&first) = buffer.first() else { return Ok(Part::EndOfFile) };
        if std::mem::take(&mut self.skips_lf) && first == b'\n' {
            self.input.consume(1);
            return Ok(Part::Some);
        }
        let end = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let content = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
        let room = max.saturating_sub(bytes.len());
        if content.len() > room {
            bytes.extend_from_slice(content.get(..room).unwrap_or_default());
            self.input.consume(room);
            return Ok(Part::Full);
        }
        bytes.extend_from_slice(content);
        self.skips_lf = end.is_some_and(|end| buffer.get(end) == Some(&b'\r'));
        let consumed = content.len() + usize::from(end.is_some());
        self.input.consume(consumed);
        Ok(if end.is_some() { Part::EndOfLine } else { Part::Some })
    }

    /// Returns the input after the last line, or the rest of that line if it was cut.
    pub(super) fn into_rest(self) -> impl Read + 'a {
        self.input
    }
}

/// What [`LineReader::read_part`] has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Some,
    /// The maximum length is reached before the end of the line.
    Full,
    EndOfLine,
    EndOfFile,
}

impl Part {
    fn is_end(self) -> bool {
        matches!(self, Self::EndOfLine | Self::EndOfFile)
    }
}
