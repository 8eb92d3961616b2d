//! Reads a journal back.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::time::Duration;

use anyhow::{anyhow, bail};
use pingone_password::UserId;
use serde::Deserialize;

use super::checksum::is_intact;
use super::earlier_users::EarlierUsers;
use super::lines::{Lines, MAX_RECORD};
use super::record::{Header, JournalRecord, Outcome, VERSION};
use crate::bulk::input::WorklistBuilder;
use crate::bulk::shard::Shard;

/// The start of every journal.
const START: &[u8] = br#"{"record":"header","#;
/// The start of a user of a list of names.
const LISTED: &[u8] = br#"{"record":"listed","#;

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
    /// The time since the journal was last written.
    pub(in crate::bulk) idle_time: Duration,
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
    // A file system without times, or with a time to come, counts as just written.
    let idle_time = file.metadata()?.modified().ok().and_then(|time| time.elapsed().ok()).unwrap_or_default();
    let (mut lines, header) = lines_after_header(file)?;
    if !header.resumable {
        bail!("its runs had a few users each, and are not resumed: give these users again");
    }
    let mut replay = Replay {
        header,
        users: EarlierUsers::default(),
        listed: WorklistBuilder::of(shard),
        has_done: false,
        damaged_lines: Vec::new(),
        idle_time,
        length: lines.length(),
    };
    let (mut line, mut number) = (Vec::new(), 1);
    while lines.read(&mut line)? {
        number += 1;
        if is_intact(&line) {
            replay.apply(&line).map_err(|error| error.context(format!("line {number}")))?;
        } else {
            replay.apply_damaged(&line)?;
            replay.damaged_lines.push(number);
        }
        replay.length = lines.length();
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
    lines_after_header(file).map(|(_, header)| header)
}

/// Reads the header, and returns the lines after it.
fn lines_after_header(file: &mut File) -> anyhow::Result<(Lines<BufReader<&mut File>>, Header)> {
    file.rewind()?;
    let (mut lines, mut line) = (Lines::new(BufReader::new(file)), Vec::new());
    if !lines.read(&mut line)? {
        bail!("not a journal");
    }
    let header = read_header(&line)?;
    Ok((lines, header))
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
        if let Some(user) = user_of_damaged(line) {
            if line.starts_with(LISTED) {
                self.listed.push(user)?;
            }
            return Ok(self.users.finished(user, Outcome::Unknown)?);
        }
        self.users.doubt_all();
        Ok(())
    }
}

/// Returns the user of a damaged record, if that can still be read.
pub(in crate::bulk) fn user_of_damaged(line: &[u8]) -> Option<UserId> {
    let text = String::from_utf8_lossy(line);
    let (_, rest) = text.split_once("\"user\":\"")?;
    rest.get(..36)?.parse().ok()
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
