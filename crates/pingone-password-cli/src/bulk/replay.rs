//! What a journal says, read back.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};

use anyhow::bail;
use pingone_password::UserId;

use super::record::{Header, JournalRecord, Outcome, VERSION};

/// Where a run was broken off.
#[derive(Debug)]
pub(crate) struct Replay {
    pub(crate) header: Header,
    /// Nothing is left to do for these.
    pub(crate) finished: HashSet<UserId>,
    /// The unlock of these may have happened: nobody said what became of it.
    pub(crate) open: HashSet<UserId>,
    /// Whether somebody's happened for sure.
    pub(crate) has_done: bool,
    /// Up to where the lines are whole.
    pub(crate) length: u64,
}

/// Reads a journal. What follows the last whole line was being written when the run ended.
pub(crate) fn replay(file: &mut File) -> anyhow::Result<Replay> {
    file.rewind()?;
    let mut lines = FullLines { file: BufReader::new(file), length: 0 };
    let header = match lines.next().transpose()?.map(|line| serde_json::from_slice(&line)) {
        Some(Ok(JournalRecord::Header(header))) if header.version == VERSION => *header,
        Some(Ok(JournalRecord::Header(header))) => {
            bail!("it has version {} of the format, not {VERSION}", header.version)
        }
        Some(_) => bail!("it is no journal"),
        None => bail!("it is empty, so that nothing was sent: start again without --resume"),
    };
    let mut replay =
        Replay { header, finished: HashSet::new(), open: HashSet::new(), has_done: false, length: lines.length };
    let mut damage = None;
    let mut number = 1;
    while let Some(line) = lines.next().transpose()? {
        number += 1;
        // A line that is damaged is no harm at the very end only: there it is one that was being written.
        if let Some(damaged) = damage {
            bail!("its line {damaged} is damaged");
        }
        if replay.apply(&line).is_none() {
            damage = Some(number);
        } else {
            replay.length = lines.length;
        }
    }
    Ok(replay)
}

impl Replay {
    fn apply(&mut self, line: &[u8]) -> Option<()> {
        match serde_json::from_slice(line).ok()? {
            JournalRecord::Header(_) => return None,
            JournalRecord::Resumed { .. } => {}
            JournalRecord::Started { user, .. } => {
                self.open.insert(user.parse().ok()?);
            }
            JournalRecord::Finished(finished) => {
                let user = finished.user.parse().ok()?;
                match finished.outcome {
                    Outcome::Done | Outcome::Skipped => {
                        self.has_done |= finished.outcome == Outcome::Done;
                        self.open.remove(&user);
                        self.finished.insert(user);
                    }
                    Outcome::Unknown => {
                        self.open.insert(user);
                    }
                    Outcome::Failed | Outcome::WouldUnlock => {
                        self.open.remove(&user);
                    }
                }
            }
        }
        Some(())
    }
}

/// How a file begins that is to become a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// It is empty, or has a part of a header: whoever wrote it has sent nothing.
    Nothing,
    /// It has a header.
    Journal,
    /// It is something else.
    Foreign,
}

/// Says how a file begins.
pub(crate) fn beginning(file: &mut File) -> io::Result<Beginning> {
    const HEADER: &[u8] = br#"{"record":"header","#;
    file.rewind()?;
    let mut start = Vec::new();
    file.by_ref().take(HEADER.len() as u64).read_to_end(&mut start)?;
    if !HEADER.starts_with(&start) {
        return Ok(Beginning::Foreign);
    }
    file.rewind()?;
    let mut lines = FullLines { file: BufReader::new(file), length: 0 };
    Ok(if lines.next().transpose()?.is_some() { Beginning::Journal } else { Beginning::Nothing })
}

/// The lines that end.
struct FullLines<'a> {
    file: BufReader<&'a mut File>,
    length: u64,
}

impl Iterator for FullLines<'_> {
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
