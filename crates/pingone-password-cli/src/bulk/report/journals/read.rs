//! Reads journals, of whatever length, in one pass.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use anyhow::{Context, bail};
use pingone_password::UserId;
use serde::Deserialize;

use super::event::{Event, Hold, Kind, milliseconds};
use super::run_info::RunInfo;
use crate::bulk::input::Sorter;
use crate::bulk::journal::{JournalRecord, Lines, Outcome, is_intact, user_of_damaged};

/// The most different texts of a kind. Further ones are `(others)`.
const MAX_CODES: usize = 4000;
const MAX_STATUSES: usize = 60;
/// How many lines are named.
const MAX_NAMED: usize = 10;

/// The records of journals, sorted by user.
#[derive(Debug, Default)]
pub(in crate::bulk) struct Journals {
    pub(super) info: RunInfo,
    pub(super) events: Sorter,
    place: u64,
    pub(super) codes: Texts,
    pub(super) statuses: Texts,
    pub(super) holds: Vec<Hold>,
    /// The first and the last time in milliseconds since 1970.
    pub(super) span: Option<(u64, u64)>,
    /// The number of damaged records.
    pub(super) damaged: u64,
    /// Where the first of them are.
    pub(super) damaged_at: Vec<String>,
}

/// Texts that occur often, with numbers from 1.
#[derive(Debug, Default)]
pub(super) struct Texts(Vec<String>);

impl Texts {
    fn number(&mut self, text: &str, max: usize) -> usize {
        let found = self.0.iter().position(|known| known == text);
        found.unwrap_or_else(|| {
            if self.0.len() < max {
                self.0.push(text.to_owned());
            } else if self.0.len() == max {
                self.0.push("(others)".to_owned());
            }
            self.0.len() - 1
        }) + 1
    }

    /// Returns the text with a number.
    pub(super) fn get(&self, number: usize) -> Option<&str> {
        self.0.get(number.checked_sub(1)?).map(String::as_str)
    }
}

/// What is read of a record about a user.
#[derive(Deserialize)]
struct Line<'a> {
    record: &'a str,
    #[serde(borrow)]
    user: Option<Cow<'a, str>>,
    #[serde(borrow)]
    at: Option<Cow<'a, str>>,
    outcome: Option<Outcome>,
    #[serde(borrow)]
    status_before: Option<Cow<'a, str>>,
    #[serde(borrow)]
    status_after: Option<Cow<'a, str>>,
    #[serde(borrow)]
    code: Option<Cow<'a, str>>,
    http_status: Option<u16>,
    #[serde(default)]
    requests: u32,
}

impl Journals {
    /// Reads a journal.
    ///
    /// # Errors
    ///
    /// Fails if the file can't be read, or isn't a journal.
    pub(in crate::bulk) fn read(&mut self, path: &Path) -> anyhow::Result<()> {
        self.info.add_journal(path);
        let file = File::open(path).with_context(|| format!("can't read {}", path.display()))?;
        self.read_lines(Lines::new(BufReader::with_capacity(1 << 16, file)), path)
            .with_context(|| format!("can't use {}", path.display()))
    }

    fn read_lines(&mut self, mut lines: Lines<BufReader<File>>, path: &Path) -> anyhow::Result<()> {
        let (mut line, mut number) = (Vec::new(), 0);
        while lines.read(&mut line)? {
            number += 1;
            if number == 1 {
                check_start(&line)?;
            }
            if !is_intact(&line) || !self.add(&line)? {
                self.add_damaged(&line, path, number)?;
            }
        }
        if number == 0 {
            check_start(&line)?;
            bail!("its header is cut off, and there is no other record");
        }
        Ok(())
    }

    /// Adds a record. Returns false if this version doesn't know it.
    fn add(&mut self, line: &[u8]) -> io::Result<bool> {
        let Ok(record) = serde_json::from_slice::<Line<'_>>(line) else { return Ok(false) };
        let at = record.at.as_deref().and_then(milliseconds).unwrap_or_default();
        if at > 0 {
            self.saw(at);
        }
        let kind = match (record.record, record.outcome) {
            ("listed", _) => Kind::Listed,
            ("started", _) => Kind::Started,
            ("finished", Some(outcome)) => Kind::Finished(outcome),
            _ => return Ok(self.add_other(line)),
        };
        let Some(user) = record.user.and_then(|user| user.parse().ok()) else { return Ok(false) };
        let number =
            |texts: &mut Texts, text: Option<Cow<'_, str>>, max| text.map_or(0, |text| texts.number(&text, max));
        let event = Event {
            kind,
            at,
            requests: record.requests,
            http_status: record.http_status.unwrap_or_default(),
            code: u16::try_from(number(&mut self.codes, record.code, MAX_CODES)).unwrap_or_default(),
            before: u8::try_from(number(&mut self.statuses, record.status_before, MAX_STATUSES)).unwrap_or_default(),
            after: u8::try_from(number(&mut self.statuses, record.status_after, MAX_STATUSES)).unwrap_or_default(),
        };
        self.push(user, &event)?;
        Ok(true)
    }

    fn add_other(&mut self, line: &[u8]) -> bool {
        match serde_json::from_slice(line) {
            Ok(JournalRecord::Header(header)) => {
                if let Some(at) = milliseconds(&header.started_at) {
                    self.saw(at);
                }
                self.info.add_header(*header);
            }
            Ok(JournalRecord::Resumed { who, .. }) => self.info.add_who(who),
            Ok(JournalRecord::Held { at, seconds }) => {
                let at = milliseconds(&at).unwrap_or_default();
                self.holds.push(Hold { at, seconds });
                self.saw(at);
            }
            _ => return false,
        }
        true
    }

    /// Counts a damaged record. Its user's unlock may have been applied.
    fn add_damaged(&mut self, line: &[u8], path: &Path, number: u64) -> io::Result<()> {
        self.damaged += 1;
        if self.damaged_at.len() < MAX_NAMED {
            self.damaged_at.push(format!("{}:{number}", path.display()));
        }
        let Some(user) = user_of_damaged(line) else { return Ok(()) };
        let event = Event { kind: Kind::Damaged, at: 0, requests: 0, http_status: 0, code: 0, before: 0, after: 0 };
        self.push(user, &event)
    }

    fn push(&mut self, user: UserId, event: &Event) -> io::Result<()> {
        let pair = event.pack(user, self.place);
        self.place += 1;
        self.events.push(pair)
    }

    fn saw(&mut self, at: u64) {
        self.span = Some(self.span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
    }
}

fn check_start(line: &[u8]) -> anyhow::Result<()> {
    match line {
        [] => bail!("the file is empty"),
        line if line.starts_with(br#"{"record":"#) => Ok(()),
        _ => bail!("not a journal"),
    }
}
