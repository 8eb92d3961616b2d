//! A journal to which runs of a few users are appended: each has a header of its own, and none can be resumed.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use pingone_password::UserId;

use super::record::{Header, JournalRecord};
use super::replay::{FileStart, file_start, read_header_of};
use super::writer::{Journal, JournalError, JournalWriter, sync_folder, try_lock};
use crate::private_file;
use crate::terminal::note;

/// How often the lock of another run is tried again.
const LOCK_INTERVAL: Duration = Duration::from_millis(50);

/// A journal that is not written yet.
#[derive(Debug)]
pub(crate) struct Trail {
    file: File,
    path: PathBuf,
}

impl Trail {
    /// Opens a journal, or creates an empty one.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let file = private_file::open_or_create(path).with_context(|| cannot(path))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Waits until no other run writes the journal, and appends a header and users, with their names. They are on disk when
    /// this returns.
    ///
    /// # Errors
    ///
    /// Fails if the file belongs to something else, or can't be written.
    pub(crate) async fn begin(self, header: Header, users: &[(UserId, Option<&str>)]) -> anyhow::Result<Journal> {
        let Self { mut file, path } = self;
        wait_for_lock(&file, &path).await?;
        if !private_file::is_at(&file, &path) {
            bail!("the journal {} was deleted or replaced meanwhile: try again", path.display());
        }
        check(&mut file, &path)?;
        private_file::restrict(&file).with_context(|| cannot(&path))?;
        end_last_line(&mut file).with_context(|| cannot(&path))?;
        sync_folder(&path);
        let journal = Journal::of(file, &path);
        if add_all(&journal.writer(), header, users).await.is_err() {
            journal.close().await?;
            return Err(anyhow!(cannot(&path)));
        }
        Ok(journal)
    }
}

async fn add_all(writer: &JournalWriter, header: Header, users: &[(UserId, Option<&str>)]) -> Result<(), JournalError> {
    let mut last = JournalRecord::Header(Box::new(header));
    for (user, username) in users {
        let next = JournalRecord::listed(*user, *username);
        writer.add(&std::mem::replace(&mut last, next)).await?;
    }
    writer.add_durably(&last).await
}

fn cannot(path: &Path) -> String {
    format!("can't write the journal {}", path.display())
}

/// A run of a few users is short, so this waits where a bulk run fails.
async fn wait_for_lock(file: &File, path: &Path) -> anyhow::Result<()> {
    let mut has_waited = false;
    while !try_lock(file, path)? {
        if !std::mem::replace(&mut has_waited, true) {
            note(format!("waiting for another run that writes the journal {}", path.display()));
        }
        tokio::time::sleep(LOCK_INTERVAL).await;
    }
    Ok(())
}

/// Checks that the file is empty, or a journal of this kind.
fn check(file: &mut File, path: &Path) -> anyhow::Result<()> {
    let path = path.display();
    match file_start(file).with_context(|| format!("can't read the journal {path}"))? {
        // What is left of a header that was being written.
        FileStart::Empty => Ok(file.set_len(0)?),
        FileStart::Foreign => bail!("{path} exists and is not a journal: name another file by --journal"),
        FileStart::Journal => match read_header_of(file) {
            Ok(header) if header.resumable => bail!(
                "{path} is the journal of a run that can be resumed, to which nothing is appended: name another file by \
                 --journal"
            ),
            Ok(_) => Ok(()),
            Err(error) => {
                let problem = format!("nothing is appended to the journal {path}: name another file by --journal");
                Err(error.context(problem))
            }
        },
    }
}

/// Goes to the end of the file, and ends an incomplete line, which a crash has left.
fn end_last_line(file: &mut File) -> io::Result<()> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(());
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    file.seek(SeekFrom::End(0))?;
    if last == *b"\n" { Ok(()) } else { file.write_all(b"\n") }
}
