//! The source of users: the command line, a file or standard input. It is read once, in one pass.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context;
use pingone_password::UserId;

/// A source of users.
#[derive(Debug)]
pub(in crate::bulk) enum Source {
    /// The command line.
    Users(Vec<UserId>),
    StandardInput,
    /// A regular file, which can be opened again by its name.
    File {
        path: PathBuf,
        file: File,
        version: Version,
    },
    /// A pipe or a device.
    Stream {
        path: PathBuf,
        file: File,
    },
}

/// What changes when a file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bulk) struct Version {
    length: u64,
    modified: Option<SystemTime>,
    #[cfg(unix)]
    inode: (u64, u64),
}

impl Version {
    fn of(metadata: &Metadata) -> Self {
        Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            inode: {
                use std::os::unix::fs::MetadataExt;
                (metadata.dev(), metadata.ino())
            },
        }
    }
}

impl Source {
    /// Opens a file, or standard input for `-`.
    ///
    /// # Errors
    ///
    /// Fails if the file can't be opened.
    pub(in crate::bulk) fn open(path: &Path) -> anyhow::Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::StandardInput);
        }
        let cannot_read = || format!("can't read {}", path.display());
        let file = File::open(path).with_context(cannot_read)?;
        let metadata = file.metadata().with_context(cannot_read)?;
        let version = Version::of(&metadata);
        let path = std::path::absolute(path).with_context(cannot_read)?;
        Ok(if metadata.is_file() { Self::File { path, file, version } } else { Self::Stream { path, file } })
    }

    /// Returns the name in the journal: the absolute path, or `-`. Users on the command line have none.
    pub(in crate::bulk) fn name(&self) -> Option<&Path> {
        match self {
            Self::Users(_) => None,
            Self::StandardInput => Some(Path::new("-")),
            Self::File { path, .. } | Self::Stream { path, .. } => Some(path),
        }
    }

    pub(in crate::bulk) fn is_standard_input(&self) -> bool {
        matches!(self, Self::StandardInput)
    }

    /// Returns the path of a file that can be opened again.
    pub(in crate::bulk) fn file(&self) -> Option<&Path> {
        match self {
            Self::File { path, .. } => Some(path),
            _ => None,
        }
    }

    /// Returns a reader of the bytes. Users on the command line have none.
    pub(in crate::bulk) fn reader(&self) -> Option<Box<dyn Read + '_>> {
        match self {
            Self::Users(_) => None,
            Self::StandardInput => Some(Box::new(io::stdin().lock())),
            Self::File { file, .. } | Self::Stream { file, .. } => Some(Box::new(file)),
        }
    }

    /// Returns whether the file has changed, or is no longer the same one, since it was opened.
    pub(in crate::bulk) fn has_changed(&self) -> bool {
        match self {
            Self::File { path, version, .. } => {
                std::fs::metadata(path).map_or(true, |metadata| Version::of(&metadata) != *version)
            }
            _ => false,
        }
    }
}
