//! Lists of usernames or email addresses: finds the users before anything is sent for any of them.

use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use pingone_password::{Error, UserKey};
use tempfile::SpooledTempFile;
use tokio::task::JoinSet;

use super::engine::tracked;
use crate::lookup::{BatchLookup, KnownUser};
use crate::terminal::{counted, grouped, note};

const TEMPORARY_FILE: &str = "can't keep the list of names in a temporary file";
/// The size of the list in memory, in bytes. A longer one is on disk.
const MAX_IN_MEMORY: usize = 1 << 20;
/// The kinds of names in the temporary file.
const USERNAME: u8 = 0;
const EMAIL: u8 = 1;
const NOTE_INTERVAL: Duration = Duration::from_secs(10);

/// The names of a list, with their lines.
#[derive(Debug)]
pub(super) struct Names {
    file: BufWriter<SpooledTempFile>,
    count: u64,
}

/// Why not all names could be looked up.
#[derive(Debug)]
pub(super) enum LookupError {
    /// The users can't be read.
    Server(Error),
    Other(anyhow::Error),
}

impl From<anyhow::Error> for LookupError {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl Default for Names {
    fn default() -> Self {
        Self { file: BufWriter::new(SpooledTempFile::new(MAX_IN_MEMORY)), count: 0 }
    }
}

impl Names {
    /// The number of requests at the same time.
    pub(super) const CONCURRENCY: usize = 8;

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds a name.
    ///
    /// # Errors
    ///
    /// Fails if the temporary file can't be written.
    pub(super) fn push(&mut self, line: u64, name: &UserKey) -> anyhow::Result<()> {
        self.count += 1;
        self.write(line, name).context(TEMPORARY_FILE)
    }

    fn write(&mut self, line: u64, name: &UserKey) -> io::Result<()> {
        let (kind, name) = match name {
            UserKey::Username(name) => (USERNAME, name),
            UserKey::Email(name) => (EMAIL, name),
        };
        self.file.write_all(&line.to_be_bytes())?;
        self.file.write_all(&[kind])?;
        self.file.write_all(&(name.len() as u64).to_be_bytes())?;
        self.file.write_all(name.as_bytes())
    }

    /// Looks up all names, in their order. The sink takes each line with its user, or with the problem.
    ///
    /// # Errors
    ///
    /// Fails if the users can't be read, or if the sink fails.
    pub(super) async fn look_up(
        self,
        lookup: BatchLookup,
        mut sink: impl FnMut(u64, Result<KnownUser, String>) -> anyhow::Result<()>,
    ) -> Result<(), LookupError> {
        let Self { file, count } = self;
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error).context(TEMPORARY_FILE)?;
        file.rewind().context(TEMPORARY_FILE)?;
        let mut names = NameReader(BufReader::new(file));
        let lookup = Arc::new(lookup);
        let (mut done, mut last_note) = (0, Instant::now());
        // The first one alone, because it shows how many names fit into a request.
        let mut concurrency = 1;
        loop {
            let wave = names.by_ref().take(concurrency * lookup.size()).collect::<io::Result<Vec<_>>>();
            let wave = wave.context(TEMPORARY_FILE)?;
            if wave.is_empty() {
                let requests = counted(lookup.request_count(), "request");
                note(format!("looked up {} names with {requests}", grouped(count)));
                return Ok(());
            }
            done += wave.len() as u64;
            for (line, found) in look_up_wave(&lookup, wave).await? {
                sink(line, found)?;
            }
            if last_note.elapsed() >= NOTE_INTERVAL {
                note(format!("looked up {} of {} names", grouped(done), grouped(count)));
                last_note = Instant::now();
            }
            concurrency = Self::CONCURRENCY;
        }
    }
}

type Found = (u64, Result<KnownUser, String>);

/// Looks up some names, with several requests at the same time.
async fn look_up_wave(lookup: &Arc<BatchLookup>, mut wave: Vec<(u64, UserKey)>) -> Result<Vec<Found>, LookupError> {
    let mut requests = JoinSet::new();
    let mut index = 0_usize;
    while !wave.is_empty() {
        let rest = wave.split_off(wave.len().min(lookup.size()));
        let batch = std::mem::replace(&mut wave, rest);
        let lookup = Arc::clone(lookup);
        requests.spawn(async move {
            let (lines, names): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
            let found = tracked(lookup.find(&names)).await;
            (index, found.map(|found| lines.into_iter().zip(found).collect::<Vec<_>>()))
        });
        index += 1;
    }
    let mut batches = Vec::new();
    while let Some(joined) = requests.join_next().await {
        let (index, found) = joined.context("a lookup was aborted")?;
        batches.push((index, found.map_err(LookupError::Server)?));
    }
    batches.sort_unstable_by_key(|(index, _)| *index);
    Ok(batches.into_iter().flat_map(|(_, found)| found).collect())
}

/// Reads the names back.
struct NameReader(BufReader<SpooledTempFile>);

impl NameReader {
    fn number(&mut self) -> io::Result<u64> {
        let mut bytes = [0; size_of::<u64>()];
        self.0.read_exact(&mut bytes).map(|()| u64::from_be_bytes(bytes))
    }

    fn name(&mut self) -> io::Result<UserKey> {
        let mut kind = [0];
        self.0.read_exact(&mut kind)?;
        let mut name = vec![0; usize::try_from(self.number()?).map_err(io::Error::other)?];
        self.0.read_exact(&mut name)?;
        let name = String::from_utf8(name).map_err(io::Error::other)?;
        Ok(if kind == [EMAIL] { UserKey::email(name) } else { UserKey::username(name) })
    }
}

impl Iterator for NameReader {
    type Item = io::Result<(u64, UserKey)>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.number() {
            Ok(line) => Some(self.name().map(|name| (line, name))),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
            Err(error) => Some(Err(error)),
        }
    }
}
