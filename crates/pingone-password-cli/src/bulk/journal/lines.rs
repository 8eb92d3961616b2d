//! The lines of a journal.

use std::io::{self, BufRead, Read};

/// The maximum length of a record in bytes.
pub(super) const MAX_RECORD: usize = 64 << 10;

/// Reads the lines of a journal into one buffer.
#[derive(Debug)]
pub(in crate::bulk) struct Lines<R> {
    file: R,
    /// The length of the complete lines, in bytes.
    length: u64,
}

impl<R: BufRead> Lines<R> {
    pub(in crate::bulk) fn new(file: R) -> Self {
        Self { file, length: 0 }
    }

    /// Returns the length of the complete lines so far, in bytes.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Reads the next line with its end. One that is too long for a record is cut. Returns false at the end, and for an
    /// incomplete last line, which was being written when the run ended, and stays in the buffer.
    ///
    /// # Errors
    ///
    /// Fails if the file can't be read.
    pub(in crate::bulk) fn read(&mut self, line: &mut Vec<u8>) -> io::Result<bool> {
        line.clear();
        let mut length = self.part(line)?;
        let mut is_complete = line.ends_with(b"\n");
        let mut rest = Vec::new();
        while !is_complete {
            rest.clear();
            match self.part(&mut rest)? {
                0 => return Ok(false),
                more => length += more,
            }
            is_complete = rest.ends_with(b"\n");
        }
        self.length += length;
        Ok(true)
    }

    fn part(&mut self, line: &mut Vec<u8>) -> io::Result<u64> {
        Ok(self.file.by_ref().take(MAX_RECORD as u64).read_until(b'\n', line)? as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_complete_lines_count() {
        let long = "x".repeat(2 * MAX_RECORD + 5);
        let text = format!("one\n\n{long}\nlast\nincomplete");
        let mut lines = Lines::new(text.as_bytes());
        let (mut line, mut read) = (Vec::new(), Vec::new());
        while lines.read(&mut line).unwrap() {
            read.push(String::from_utf8_lossy(&line).into_owned());
        }
        assert_eq!(read, ["one\n", "\n", &long[..MAX_RECORD], "last\n"]);
        assert_eq!(lines.length(), (text.len() - "incomplete".len()) as u64);
        assert!(!Lines::new(&b""[..]).read(&mut line).unwrap());
    }
}
