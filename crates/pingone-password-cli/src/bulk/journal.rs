//! What happened to each user, on disk before anything depends on it.
//!
//! One JSON object a line, only ever appended. A task of its own writes: whatever is waiting goes to the disk together, so
//! that the cost of making it durable is shared.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use fs4::FileExt;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::record::{Header, JournalRecord};
use super::replay::{Beginning, Replay, beginning, replay};

/// How many records wait for the disk at the most.
const WAITING: usize = 1024;

/// A journal that is written to.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    sender: mpsc::Sender<Entry>,
    writer: JoinHandle<io::Result<()>>,
}

#[derive(Debug)]
struct Entry {
    line: Vec<u8>,
    /// Told once the line is on the disk.
    durable: Option<oneshot::Sender<()>>,
}

/// The journal can't be written any more; [`Journal::close`] says why.
#[derive(Debug)]
pub(crate) struct Broken;

impl Journal {
    /// Begins a journal. The header is on the disk when this returns.
    pub(crate) fn begin(path: &Path, header: Header) -> anyhow::Result<Self> {
        let cannot = || format!("can't write the journal {}", path.display());
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).with_context(cannot)?;
        lock(&file, path)?;
        match beginning(&mut file).with_context(cannot)? {
            Beginning::Nothing => {}
            Beginning::Journal => bail!(
                "there is a journal of an earlier run: {path}\nGo on with that run by --resume {path}, or name another \
                 file by --journal",
                path = path.display()
            ),
            Beginning::Foreign => {
                bail!("{} is there already, and is no journal: name another file by --journal", path.display())
            }
        }
        file.set_len(0).with_context(cannot)?;
        file.rewind().with_context(cannot)?;
        file.write_all(&JournalRecord::Header(Box::new(header)).to_line()).with_context(cannot)?;
        file.sync_all().with_context(cannot)?;
        sync_folder(path);
        Ok(Self::of(file, path))
    }

    /// Goes on with a journal: what it says, and the journal itself, without a torn last line.
    pub(crate) fn resume(path: &Path) -> anyhow::Result<(Replay, Self)> {
        let cannot = || format!("can't go on with the journal {}", path.display());
        let mut file = OpenOptions::new().read(true).write(true).open(path).with_context(cannot)?;
        lock(&file, path)?;
        let replay = replay(&mut file).with_context(cannot)?;
        file.set_len(replay.length).with_context(cannot)?;
        file.seek(SeekFrom::End(0)).with_context(cannot)?;
        Ok((replay, Self::of(file, path)))
    }

    fn of(file: File, path: &Path) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        let writer = tokio::task::spawn_blocking(move || write(file, receiver));
        Self { path: path.to_owned(), sender, writer }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn pen(&self) -> Pen {
        Pen(self.sender.clone())
    }

    /// Waits until everything is on the disk. Every [`Pen`] has to be gone.
    ///
    /// # Errors
    ///
    /// Why it couldn't be written.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        let Self { path, sender, writer } = self;
        drop(sender);
        writer.await?.with_context(|| format!("can't write the journal {}", path.display()))
    }
}

/// Writes to a journal.
#[derive(Clone, Debug)]
pub(crate) struct Pen(mpsc::Sender<Entry>);

impl Pen {
    /// Adds a record, which is on the disk as soon as the disk has taken what came before it.
    pub(crate) async fn add(&self, record: &JournalRecord) -> Result<(), Broken> {
        self.0.send(Entry { line: record.to_line(), durable: None }).await.map_err(|_| Broken)
    }

    /// Adds a record, and waits until it is on the disk.
    pub(crate) async fn add_durably(&self, record: &JournalRecord) -> Result<(), Broken> {
        let (durable, is_durable) = oneshot::channel();
        self.0.send(Entry { line: record.to_line(), durable: Some(durable) }).await.map_err(|_| Broken)?;
        is_durable.await.map_err(|_| Broken)
    }
}

/// Writes whatever waits, all of it at once, and makes it durable.
fn write(mut file: File, mut entries: mpsc::Receiver<Entry>) -> io::Result<()> {
    let mut batch = Vec::new();
    let mut durable = Vec::new();
    while let Some(first) = entries.blocking_recv() {
        let mut next = Some(first);
        while let Some(Entry { line, durable: told }) = next {
            batch.extend_from_slice(&line);
            durable.extend(told);
            next = entries.try_recv().ok();
        }
        file.write_all(&batch)?;
        file.sync_data()?;
        batch.clear();
        for told in durable.drain(..) {
            // Who asked may be gone.
            _ = told.send(());
        }
    }
    Ok(())
}

fn lock(file: &File, path: &Path) -> anyhow::Result<()> {
    match FileExt::try_lock(file) {
        Ok(()) => Ok(()),
        Err(fs4::TryLockError::WouldBlock) => {
            bail!("another run writes to the journal {}", path.display())
        }
        Err(fs4::TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("can't lock the journal {}", path.display()))
        }
    }
}

/// Makes a new file's name durable, where folders can be opened.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulk::Operation;
    use crate::bulk::record::{Finished, Outcome, Settings, VERSION, now};

    fn header() -> Header {
        Header {
            version: VERSION,
            operation: Operation::Unlock,
            environment_id: String::new(),
            base_url: String::new(),
            input: None,
            input_sha256: String::new(),
            settings: Settings { column: None, only_locked_out: false, rate: None, concurrency: 16 },
            started_at: now(),
        }
    }

    #[tokio::test]
    async fn a_record_is_there_when_it_has_to_be() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("journal");
        let lines = || std::fs::read_to_string(&path).unwrap().lines().count();
        let journal = Journal::begin(&path, header()).unwrap();
        assert_eq!(lines(), 1);
        let pen = journal.pen();
        for index in 2..100 {
            pen.add_durably(&JournalRecord::Started { user: String::new(), at: now() }).await.unwrap();
            assert_eq!(lines(), index);
        }
        for index in 0..500 {
            let finished = Finished::new(uuid(index), Outcome::Done);
            pen.add(&JournalRecord::Finished(Box::new(finished))).await.unwrap();
        }
        drop(pen);
        journal.close().await.unwrap();
        assert_eq!(lines(), 599);
    }

    #[tokio::test]
    async fn no_other_file_is_overwritten() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("journal");
        let header_line = JournalRecord::Header(Box::new(header())).to_line();
        let begin = async |content: &[u8]| {
            std::fs::write(&path, content).unwrap();
            match Journal::begin(&path, header()) {
                Ok(journal) => journal.close().await.map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            }
        };
        for foreign in ["x", "a0000000-0000-4000-8000-000000000001", "{\"record\":\"other", "a token\n", "\n"] {
            assert!(begin(foreign.as_bytes()).await.unwrap_err().contains("is no journal"), "{foreign}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), foreign);
        }
        assert!(begin(&header_line).await.unwrap_err().contains("a journal of an earlier run"));
        for length in [0, 1, 10, header_line.len() - 1] {
            begin(&header_line[..length]).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_journal_tells_who_is_done_and_who_is_open() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("journal");
        let journal = Journal::begin(&path, header()).unwrap();
        let pen = journal.pen();
        let records = [
            (1, vec![Outcome::Done]),
            (2, vec![]),
            (3, vec![Outcome::Unknown]),
            (4, vec![Outcome::Failed]),
            (5, vec![Outcome::Unknown, Outcome::Done]),
            (6, vec![Outcome::Skipped]),
        ];
        for (user, outcomes) in records {
            pen.add(&JournalRecord::Started { user: uuid(user).to_string(), at: now() }).await.unwrap();
            for outcome in outcomes {
                pen.add(&JournalRecord::Finished(Box::new(Finished::new(uuid(user), outcome)))).await.unwrap();
            }
        }
        drop(pen);
        journal.close().await.unwrap();
        let (replay, _journal) = Journal::resume(&path).unwrap();
        assert_eq!(replay.finished, [1, 5, 6].map(uuid).into());
        assert_eq!(replay.open, [2, 3].map(uuid).into());
        assert!(Journal::resume(&path).unwrap_err().to_string().contains("another run"));
    }

    fn uuid(number: u64) -> pingone_password::UserId {
        format!("a0000000-0000-4000-8000-{number:012}").parse().unwrap()
    }
}
