//! Appends records to a journal, and makes them durable before an unlock depends on them.
//!
//! A thread writes the records of a moment together, so that they share the cost of one sync.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use fs4::FileExt;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::record::{Header, JournalRecord, Outcome};
use super::replay::{FileStart, Replay, file_start, read_header_of, replay};
use crate::bulk::shard::Shard;
use crate::private_file;
use crate::terminal::note;

/// The maximum number of records that wait for the disk.
const QUEUE: usize = 1024;
/// How long the thread waits for more records after the first one. A sync takes about as long.
const GATHERING: Duration = Duration::from_millis(1);
/// How long a record that nothing depends on may be in the system's cache only.
const SYNC_INTERVAL: Duration = Duration::from_secs(1);

/// A journal that is open for writing.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    sender: mpsc::Sender<Entry>,
    writer: JoinHandle<Result<(), WriteError>>,
}

#[derive(Debug)]
struct Entry {
    line: Vec<u8>,
    /// Notified once the line is on disk.
    durable: Option<oneshot::Sender<()>>,
}

/// Why the journal can't be written, and the records that were lost.
#[derive(Debug)]
struct WriteError {
    source: io::Error,
    lost: Vec<Vec<u8>>,
}

/// The journal can't be written. [`Journal::close`] returns the cause.
#[derive(Debug)]
pub(crate) struct JournalError;

impl Journal {
    /// Creates a journal. Its header is on disk when this returns.
    pub(crate) fn create(path: &Path, header: Header) -> anyhow::Result<Self> {
        let cannot = || format!("can't write the journal {}", path.display());
        let mut file = private_file::open_or_create(path).with_context(cannot)?;
        lock(&file, path)?;
        match file_start(&mut file).with_context(cannot)? {
            FileStart::Empty => {}
            FileStart::Journal if read_header_of(&mut file).is_ok_and(|header| !header.resumable) => bail!(
                "{} records runs of a few users, one after another: name another file by --journal",
                path.display()
            ),
            FileStart::Journal => bail!(
                "{path} is the journal of an earlier run: resume it by --resume {path}, or name another file by \
                 --journal",
                path = path.display()
            ),
            FileStart::Foreign => {
                bail!("{} exists and is not a journal: name another file by --journal", path.display())
            }
        }
        private_file::restrict(&file).with_context(cannot)?;
        file.set_len(0).with_context(cannot)?;
        file.rewind().with_context(cannot)?;
        file.write_all(&JournalRecord::Header(Box::new(header)).to_line()).with_context(cannot)?;
        file.sync_all().with_context(cannot)?;
        sync_folder(path);
        Ok(Self::of(file, path))
    }

    /// Opens a journal to resume from, and removes an incomplete last line. Of the users of a list of names, those of the shard
    /// are taken.
    pub(in crate::bulk) fn resume(path: &Path, shard: Option<Shard>) -> anyhow::Result<(Replay, Self)> {
        let cannot = || format!("can't resume from the journal {}", path.display());
        let mut file = OpenOptions::new().read(true).write(true).open(path).with_context(cannot)?;
        private_file::require_regular(&file).with_context(cannot)?;
        lock(&file, path)?;
        let replay = replay(&mut file, shard).with_context(cannot)?;
        file.set_len(replay.length).with_context(cannot)?;
        file.seek(SeekFrom::End(0)).with_context(cannot)?;
        Ok((replay, Self::of(file, path)))
    }

    /// Starts to append to a file that is locked, at its position.
    pub(super) fn of(file: File, path: &Path) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let (synced, batches) = mpsc::unbounded_channel();
        tokio::spawn(notify(batches));
        let writer = tokio::task::spawn_blocking({
            let path = path.to_owned();
            move || write(file, &path, receiver, &synced)
        });
        Self { path: path.to_owned(), sender, writer }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn writer(&self) -> JournalWriter {
        JournalWriter(self.sender.clone())
    }

    /// Waits until every record is on disk. Drop every [`JournalWriter`] first.
    ///
    /// # Errors
    ///
    /// Fails if a record could not be written.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        let Self { path, sender, writer } = self;
        drop(sender);
        let Err(WriteError { source, lost }) = writer.await? else { return Ok(()) };
        for line in lost {
            if let Ok(JournalRecord::Finished(finished)) = serde_json::from_slice(&line)
                && matches!(finished.outcome, Outcome::Done | Outcome::Unknown)
            {
                let outcome = finished.outcome.as_str();
                note(format!("user {}: {outcome}, but not recorded in the journal", finished.user));
            }
        }
        Err(source).with_context(|| format!("can't write the journal {}", path.display()))
    }
}

/// Adds records to a journal.
#[derive(Clone, Debug)]
pub(crate) struct JournalWriter(mpsc::Sender<Entry>);

impl JournalWriter {
    /// Adds a record and returns before it is on disk.
    pub(crate) async fn add(&self, record: &JournalRecord) -> Result<(), JournalError> {
        self.0.send(Entry { line: record.to_line(), durable: None }).await.map_err(|_| JournalError)
    }

    /// Adds a record and waits until it is on disk.
    pub(crate) async fn add_durably(&self, record: &JournalRecord) -> Result<(), JournalError> {
        let (durable, is_durable) = oneshot::channel();
        self.0.send(Entry { line: record.to_line(), durable: Some(durable) }).await.map_err(|_| JournalError)?;
        is_durable.await.map_err(|_| JournalError)
    }
}

/// Notifies all who wait for a batch of records. Here instead of in the thread, which would have to wake this one for each.
async fn notify(mut batches: mpsc::UnboundedReceiver<Vec<Entry>>) {
    while let Some(batch) = batches.recv().await {
        for durable in batch.into_iter().filter_map(|entry| entry.durable) {
            // The receiver may have been dropped.
            _ = durable.send(());
        }
    }
}

/// Writes records in batches, until every sender is gone.
fn write(
    mut file: File,
    path: &Path,
    mut entries: mpsc::Receiver<Entry>,
    synced: &mpsc::UnboundedSender<Vec<Entry>>,
) -> Result<(), WriteError> {
    let mut length = file.stream_position().map_err(|source| WriteError { source, lost: Vec::new() })?;
    let mut last_sync = Instant::now();
    while let Some(first) = entries.blocking_recv() {
        std::thread::sleep(GATHERING);
        let mut batch = vec![first];
        while let Ok(entry) = entries.try_recv() {
            batch.push(entry);
        }
        if let Err(source) = write_batch(&mut file, path, &batch, &mut length, &mut last_sync) {
            entries.close();
            while let Some(entry) = entries.blocking_recv() {
                batch.push(entry);
            }
            return Err(WriteError { source, lost: batch.into_iter().map(|entry| entry.line).collect() });
        }
        // The runtime may be gone.
        _ = synced.send(batch);
    }
    file.sync_data().map_err(|source| WriteError { source, lost: Vec::new() })
}

/// Writes records after these bytes, and syncs if one of the records has to be durable.
fn write_batch(
    file: &mut File,
    path: &Path,
    batch: &[Entry],
    length: &mut u64,
    last_sync: &mut Instant,
) -> io::Result<()> {
    let change = if !private_file::is_at(file, path) {
        Some("the file was deleted or replaced during the run")
    } else if file.metadata()?.len() != *length {
        Some("another program wrote to the file or cut it during the run")
    } else {
        None
    };
    if let Some(change) = change {
        return Err(io::Error::other(format!(
            "{change}, so the run can't be resumed: start again with --only-locked-out"
        )));
    }
    let lines = batch.iter().map(|entry| entry.line.as_slice()).collect::<Vec<_>>().concat();
    file.write_all(&lines)?;
    *length += lines.len() as u64;
    if batch.iter().any(|entry| entry.durable.is_some()) || last_sync.elapsed() > SYNC_INTERVAL {
        file.sync_data()?;
        *last_sync = Instant::now();
    }
    Ok(())
}

fn lock(file: &File, path: &Path) -> anyhow::Result<()> {
    if !try_lock(file, path)? {
        bail!("another run is writing the journal {}", path.display());
    }
    Ok(())
}

/// Locks a journal. Returns false if another run has locked it.
pub(super) fn try_lock(file: &File, path: &Path) -> anyhow::Result<bool> {
    match FileExt::try_lock(file) {
        Ok(()) => Ok(true),
        Err(fs4::TryLockError::WouldBlock) => Ok(false),
        Err(fs4::TryLockError::Error(error)) => Err(error).with_context(|| {
            format!(
                "can't lock the journal {}: if its file system has no locks, put the journal elsewhere by --journal",
                path.display()
            )
        }),
    }
}

/// Makes the name of a new file durable, on systems that can open folders.
pub(super) fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulk::input::Earlier;
    use crate::bulk::journal::Trail;
    use crate::bulk::journal::record::{Finished, Settings, VERSION, Who, now};
    use crate::bulk::options::Operation;
    use crate::lock::Lock;
    use crate::lookup::By;

    fn header() -> Header {
        Header {
            version: VERSION,
            operation: Operation::Unlock,
            environment_id: String::new(),
            base_url: String::new(),
            transaction_id: None,
            signed_in_as: None,
            input: None,
            input_sha256: String::new(),
            invalid_lines: 0,
            users: None,
            settings: Settings {
                column: None,
                by: By::Id,
                conditions: Vec::new(),
                only_locked_out: false,
                lock: Lock::Password,
                rate: None,
                concurrency: 16,
            },
            started_at: now(),
            who: Who::default(),
            resumable: true,
        }
    }

    #[tokio::test]
    async fn a_durable_record_is_on_disk() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("journal");
        let lines = || std::fs::read_to_string(&path).unwrap().lines().count();
        let journal = Journal::create(&path, header()).unwrap();
        assert_eq!(lines(), 1);
        let writer = journal.writer();
        for index in 2..100 {
            writer.add_durably(&JournalRecord::Started { user: String::new(), at: now() }).await.unwrap();
            assert_eq!(lines(), index);
        }
        for index in 0..500 {
            let finished = Finished::new(uuid(index), Outcome::Done);
            writer.add(&JournalRecord::Finished(Box::new(finished))).await.unwrap();
        }
        drop(writer);
        journal.close().await.unwrap();
        assert_eq!(lines(), 599);
    }

    #[tokio::test]
    async fn no_other_file_is_overwritten() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("journal");
        let header_line = JournalRecord::Header(Box::new(header())).to_line();
        let create = async |content: &[u8]| {
            std::fs::write(&path, content).unwrap();
            match Journal::create(&path, header()) {
                Ok(journal) => journal.close().await.map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            }
        };
        for foreign in ["x", "a0000000-0000-4000-8000-000000000001", "{\"record\":\"other", "a token\n", "\n"] {
            assert!(create(foreign.as_bytes()).await.unwrap_err().contains("is not a journal"), "{foreign}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), foreign);
        }
        assert!(create(&header_line).await.unwrap_err().contains("the journal of an earlier run"));
        for length in [0, 1, 10, header_line.len() - 1] {
            create(&header_line[..length]).await.unwrap();
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_device_is_no_journal_and_keeps_its_mode() {
        let device = Path::new("/dev/null");
        let mode = || std::fs::metadata(device).unwrap().permissions();
        let before = mode();
        let created = Journal::create(device, header()).map(|_| ());
        let resumed = Journal::resume(device, None).map(|_| ());
        let opened = Trail::open(device).map(|_| ());
        for error in [created, resumed, opened].map(Result::unwrap_err) {
            assert!(format!("{error:#}").contains("/dev/null: it is not a regular file"), "{error:#}");
        }
        assert_eq!(mode(), before);
    }

    #[tokio::test]
    async fn a_replay_tells_finished_users_from_pending_ones() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("journal");
        let journal = Journal::create(&path, header()).unwrap();
        let writer = journal.writer();
        let records = [
            (1, vec![Outcome::Done]),
            (2, vec![]),
            (3, vec![Outcome::Unknown]),
            (4, vec![Outcome::Failed]),
            (5, vec![Outcome::Unknown, Outcome::Done]),
            (6, vec![Outcome::Skipped]),
        ];
        for (user, outcomes) in records {
            writer.add(&JournalRecord::Started { user: uuid(user).to_string(), at: now() }).await.unwrap();
            for outcome in outcomes {
                writer.add(&JournalRecord::Finished(Box::new(Finished::new(uuid(user), outcome)))).await.unwrap();
            }
        }
        drop(writer);
        journal.close().await.unwrap();
        let (replay, _journal) = Journal::resume(&path, None).unwrap();
        let users: Vec<_> = replay.users.sorted().map(Result::unwrap).collect();
        let id = |number| pingone_id(uuid(number));
        let (done, pending) = (Earlier::Done, Earlier::Pending);
        assert_eq!(users, [(id(1), done), (id(2), pending), (id(3), pending), (id(5), done), (id(6), done)]);
        assert!(Journal::resume(&path, None).unwrap_err().to_string().contains("another run"));
    }

    fn pingone_id(user: pingone_password::UserId) -> u128 {
        uuid::Uuid::from(user).as_u128()
    }

    fn uuid(number: u64) -> pingone_password::UserId {
        format!("a0000000-0000-4000-8000-{number:012}").parse().unwrap()
    }
}
