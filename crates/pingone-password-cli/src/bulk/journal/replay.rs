//! Reads a journal back.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};

use super::earlier_users::EarlierUsers;
use super::record::{Header, JournalRecord, Outcome, VERSION};
use anyhow::bail;

/// The state of an interrupted run.
#[derive(Debug)]
pub(crate) struct Replay {
    pub(crate) header: Header,
    pub(crate) users: EarlierUsers,
    /// Whether any user was unlocked.
    pub(crate) has_done: bool,
    /// The length of the complete lines, in bytes.
    pub(crate) length: u64,
}

/// Reads a journal. An incomplete last line was being written when the run ended.
pub(crate) fn replay(file: &mut File) -> anyhow::Result<Replay> {
    file.rewind()?;
    let mut lines = CompleteLines { file: BufReader::new(file), length: 0 };
    let header = match lines.next().transpose()?.map(|line| serde_json::from_slice(&line)) {
        Some(Ok(JournalRecord::Header(header))) if header.version == VERSION => *header,
        Some(Ok(JournalRecord::Header(header))) => {
            bail!("unsupported version {} of the format; expected {VERSION}", header.version)
        }
        Some(_) => bail!("not a journal"),
        None => bail!("the journal is empty, so nothing was sent: start again without --resume"),
    };
    let mut replay = Replay { header, users: EarlierUsers::default(), has_done: false, length: lines.length };
    let mut damage = None;
    let mut number = 1;
    while let Some(line) = lines.next().transpose()? {
        number += 1;
        // Only the last line may be damaged: it was being written when the run ended.
        if let Some(damaged) = damage {
            bail!("line {damaged} is damaged");
        }
        if replay.apply(&line)?.is_none() {
            damage = Some(number);
        } else {
            replay.length = lines.length;
        }
    }
    Ok(replay)
}

impl Replay {
    /// Applies a record. Returns nothing if it is damaged.
    fn apply(&mut self, line: &[u8]) -> io::Result<Option<()>> {
        let Ok(record) = serde_json::from_slice(line) else { return Ok(None) };
        match record {
            JournalRecord::Header(_) => return Ok(None),
            JournalRecord::Resumed { .. } => {}
            JournalRecord::Started { user, .. } => {
                let Ok(user) = user.parse() else { return Ok(None) };
                self.users.started(user)?;
            }
            JournalRecord::Finished(finished) => {
                let Ok(user) = finished.user.parse() else { return Ok(None) };
                self.has_done |= finished.outcome == Outcome::Done;
                self.users.finished(user, finished.outcome)?;
            }
        }
        Ok(Some(()))
    }
}

/// The start of a file that is to become a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileStart {
    /// Empty, or an incomplete header: nothing was sent.
    Empty,
    /// A complete header.
    Journal,
    /// Anything else.
    Foreign,
}

/// Reads the start of a file.
pub(crate) fn file_start(file: &mut File) -> io::Result<FileStart> {
    const HEADER: &[u8] = br#"{"record":"header","#;
    file.rewind()?;
    let mut start = Vec::new();
    file.by_ref().take(HEADER.len() as u64).read_to_end(&mut start)?;
    if !HEADER.starts_with(&start) {
        return Ok(FileStart::Foreign);
    }
    file.rewind()?;
    let mut lines = CompleteLines { file: BufReader::new(file), length: 0 };
    Ok(if lines.next().transpose()?.is_some() { FileStart::Journal } else { FileStart::Empty })
}

/// The complete lines of a file.
struct CompleteLines<'a> {
    file: BufReader<&'a mut File>,
    length: u64,
}

impl Iterator for CompleteLines<'_> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        match self.file.read_until(b'\n', &mut line) {
            Ok(_) if !line.ends_with(b"\n") => None,
            Ok(length) => {
                self.length += length as u64;
                Some(Ok(line))
            }
            Err(error) => Some(Err(error)),
        }
    }
}
