//! Finds the journal to resume from beside the list.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, bail};
use chrono::{DateTime, SecondsFormat, Utc};

use super::record::Header;
use super::replay::read_header_of;
use crate::bulk::options::Operation;
use crate::terminal::{note, plain};

/// Returns the newest journal in the list's folder, and shows it. Without a list, it is the newest of any list in the current
/// folder.
///
/// # Errors
///
/// Fails if there is none, or if the folder can't be read.
pub(in crate::bulk) fn newest(list: Option<&Path>, operation: Operation) -> anyhow::Result<PathBuf> {
    let folder = list.and_then(Path::parent).unwrap_or(Path::new(""));
    let current = Path::new(".");
    let read_from = if folder.as_os_str().is_empty() { current } else { folder };
    let cannot_read = || format!("can't look for a journal in {}", read_from.display());
    let input = match list {
        Some(list) if list == Path::new("-") => Some("-".to_owned()),
        Some(list) => Some(std::path::absolute(list).with_context(cannot_read)?.display().to_string()),
        None => None,
    };
    let mut journals: Vec<(SystemTime, PathBuf, Header)> = Vec::new();
    for entry in fs::read_dir(read_from).with_context(cannot_read)? {
        let path = folder.join(entry.with_context(cannot_read)?.file_name());
        // What can't be read is not a journal of this user.
        let Some((modified, header)) = open(&path) else { continue };
        let is_of_list = input.as_ref().map_or(header.input.is_some(), |input| header.input.as_ref() == Some(input));
        if header.operation == operation && is_of_list {
            journals.push((modified, path, header));
        }
    }
    let count = journals.len();
    let Some((modified, path, header)) = journals.into_iter().max_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1))) else {
        let of_list = list.map(|list| format!(" of {}", list.display())).unwrap_or_default();
        bail!(
            "there is no journal of `{}`{of_list} in {}: name one by --resume JOURNAL",
            operation.as_str(),
            read_from.display()
        );
    };
    let newest = if count > 1 { format!(", the newest of {count} journals") } else { String::new() };
    note(format!(
        "resuming from {}{newest}: {} of {}, started {}, last written {}",
        path.display(),
        operation.as_str(),
        plain(header.input.as_deref().unwrap_or_default()),
        plain(&header.started_at),
        DateTime::<Utc>::from(modified).to_rfc3339_opts(SecondsFormat::Secs, true)
    ));
    Ok(path)
}

/// Reads when a journal was written, and its header. Other files have none.
fn open(path: &Path) -> Option<(SystemTime, Header)> {
    // A pipe would block.
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let header = read_header_of(&mut File::open(path).ok()?).ok()?;
    Some((metadata.modified().ok()?, header))
}
