//! Reads a journal back.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};

use anyhow::{anyhow, bail};
use pingone_password::UserId;
use serde::Deserialize;

use super::checksum::is_intact;
use super::earlier_users::EarlierUsers;
use super::record::{Header, JournalRecord, Outcome, VERSION};
use crate::bulk::input::WorklistBuilder;
use crate::bulk::shard::Shard;

/// The start of every journal.
const START: &[u8] = br#"{"record":"header","#;
/// The start of a user of a list of names.
const LISTED: &str = r#"{"record":"listed","#;
/// The maximum length of a record in bytes.
const MAX_RECORD: usize = 64 << 10;

/// The state of an interrupted run.
#[derive(Debug)]
pub(in crate::bulk) struct Replay {
    pub(in crate::bulk) header: Header,
    pub(in crate::bulk) users: EarlierUsers,
    /// The users of a list of names.
    pub(in crate::bulk) listed: WorklistBuilder,
    /// Whether any user was unlocked.
    pub(in crate::bulk) has_done: bool,
    /// The lines of damaged records.
    pub(in crate::bulk) damaged_lines: Vec<u64>,
    /// The length of the complete lines, in bytes.
    pub(super) length: u64,
}

/// Reads a journal. An incomplete last line was being written when the run ended.
///
/// # Errors
///
/// Fails if the file is not a journal, or has records that this version doesn't know.
pub(super) fn replay(file: &mut File, shard: Option<Shard>) -> anyhow::Result<Replay> {
    match file_start(file)? {
        FileStart::Empty => bail!("the journal is empty, so nothing was sent: start again without --resume"),
        FileStart::Foreign => bail!("not a journal"),
        FileStart::Journal => {}
    }
    file.rewind()?;
    let mut lines = CompleteLines { file: BufReader::new(file), length: 0 };
    let header = lines.next().transpose()?.ok_or_else(|| anyhow!("not a journal"))?;
    let header = read_header(&header)?;
    if !header.resumable {
        bail!("its runs had a few users each, and are not resumed: give these users again");
    }
    let mut replay = Replay {
        header,
        users: EarlierUsers::default(),
        listed: WorklistBuilder::of(shard),
        has_done: false,
        damaged_lines: Vec::new(),
        length: lines.length,
    };
    let mut number = 1;
    while let Some(line) = lines.next().transpose()? {
        number += 1;
        if is_intact(&line) {
            replay.apply(&line).map_err(|error| error.context(format!("line {number}")))?;
        } else {
            replay.apply_damaged(&line)?;
            replay.damaged_lines.push(number);
        }
        replay.length = lines.length;
    }
    Ok(replay)
}

/// Reads the header of a journal.
///
/// # Errors
///
/// Fails if the file is not a journal of this version.
pub(super) fn read_header_of(file: &mut File) -> anyhow::Result<Header> {
    if file_start(file)? != FileStart::Journal {
        bail!("not a journal");
    }
    file.rewind()?;
    let mut lines = CompleteLines { file: BufReader::new(file), length: 0 };
    let line = lines.next().transpose()?.ok_or_else(|| anyhow!("not a journal"))?;
    read_header(&line)
}

fn read_header(line: &[u8]) -> anyhow::Result<Header> {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }

    let version = serde_json::from_slice::<Version>(line).map(|header| header.version);
    if let Some(version) = version.ok().filter(|version| *version != VERSION) {
        bail!("unsupported version {version} of the format; expected {VERSION}");
    }
    match serde_json::from_slice(line) {
        Ok(JournalRecord::Header(header)) if is_intact(line) => Ok(*header),
        _ => bail!(
            "line 1 is damaged, so the journal can't be resumed: start again with --only-locked-out and another --journal"
        ),
    }
}

impl Replay {
    fn apply(&mut self, line: &[u8]) -> anyhow::Result<()> {
        // The checksum is right, so what can't be read was written by another version.
        let unknown = || anyhow!("a record that this version doesn't know: resume with the version that wrote it");
        match serde_json::from_slice(line).map_err(|_| unknown())? {
            JournalRecord::Header(_) => Err(unknown()),
            JournalRecord::Resumed { .. } | JournalRecord::Held { .. } => Ok(()),
            JournalRecord::Listed { user, username } => {
                self.listed.push_named(user.parse().map_err(|_| unknown())?, username.as_deref())
            }
            JournalRecord::Started { user, .. } => Ok(self.users.started(user.parse().map_err(|_| unknown())?)?),
            JournalRecord::Finished(finished) => {
                self.has_done |= finished.outcome == Outcome::Done;
                Ok(self.users.finished(finished.user.parse().map_err(|_| unknown())?, finished.outcome)?)
            }
        }
    }

    /// Treats the user of a damaged record as pending, or all users if it can't be read.
    fn apply_damaged(&mut self, line: &[u8]) -> anyhow::Result<()> {
        let text = String::from_utf8_lossy(line);
        let id = text.split_once("\"user\":\"").and_then(|(_, rest)| rest.get(..36));
        if let Some(user) = id.and_then(|id| id.parse::<UserId>().ok()) {
            if text.starts_with(LISTED) {
                self.listed.push(user)?;
            }
            return Ok(self.users.finished(user, Outcome::Unknown)?);
        }
        self.users.doubt_all();
        Ok(())
    }
}

/// The start of a file that is to become a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileStart {
    /// Empty, or an incomplete header: nothing was sent.
    Empty,
    /// A complete header.
    Journal,
    /// Anything else.
    Foreign,
}

/// Reads the start of a file.
pub(super) fn file_start(file: &mut File) -> io::Result<FileStart> {
    file.rewind()?;
    let mut start = Vec::new();
    file.by_ref().take(MAX_RECORD as u64).read_to_end(&mut start)?;
    let beginning = start.get(..START.len()).unwrap_or(&start);
    if !START.starts_with(beginning) {
        return Ok(FileStart::Foreign);
    }
    Ok(match (start.contains(&b'\n'), start.len() == MAX_RECORD) {
        (true, _) => FileStart::Journal,
        (false, true) => FileStart::Foreign,
        (false, false) => FileStart::Empty,
    })
}

/// The complete lines of a file. A line that is too long for a record is cut.
struct CompleteLines<'a> {
    file: BufReader<&'a mut File>,
    length: u64,
}

impl Iterator for CompleteLines<'_> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        let mut length = 0;
        loop {
            let mut part = Vec::new();
            match self.file.by_ref().take(MAX_RECORD as u64).read_until(b'\n', &mut part) {
                Ok(0) => return None,
                Ok(read) => length += read as u64,
                Err(error) => return Some(Err(error)),
            }
            let is_end = part.ends_with(b"\n");
            if line.is_empty() {
                line = part;
            }
            if is_end {
                self.length += length;
                return Some(Ok(line));
            }
        }
    }
}
