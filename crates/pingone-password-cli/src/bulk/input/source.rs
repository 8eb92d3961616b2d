//! The source of users: the command line, a file or standard input.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use anyhow::Context;
use pingone_password::UserId;
use sha2::{Digest, Sha256};

use super::lines::Lines;

/// A source of users that can be read more than once.
#[derive(Debug)]
pub(crate) struct Input {
    source: Source,
    /// The name in the journal: the absolute path, or `-`.
    name: Option<PathBuf>,
    /// Whether it is a file that can be opened again by its name.
    is_regular: bool,
    digest: String,
    column: Option<String>,
}

#[derive(Debug)]
enum Source {
    Ids(Vec<UserId>),
    /// The file, or a copy of a stream.
    File(File),
}

impl Input {
    pub(crate) fn ids(ids: Vec<UserId>) -> Self {
        let mut hash = Sha256::new();
        for id in &ids {
            hash.update(format!("{id}\n"));
        }
        Self {
            source: Source::Ids(ids),
            name: None,
            is_regular: false,
            digest: format!("{:x}", hash.finalize()),
            column: None,
        }
    }

    /// Opens a file, or standard input for `-`. A stream is copied first, because it can be read only once.
    pub(crate) fn open(path: &Path, column: Option<String>) -> anyhow::Result<Self> {
        let cannot_read = || format!("can't read {}", path.display());
        let (mut file, name, is_regular) = if path == Path::new("-") {
            (copy(&mut io::stdin().lock()).with_context(cannot_read)?, path.to_owned(), false)
        } else {
            let mut file = File::open(path).with_context(cannot_read)?;
            let is_regular = file.metadata().with_context(cannot_read)?.is_file();
            if !is_regular {
                file = copy(&mut file).with_context(cannot_read)?;
            }
            (file, std::path::absolute(path).with_context(cannot_read)?, is_regular)
        };
        let mut hash = Sha256::new();
        io::copy(&mut file, &mut hash).with_context(cannot_read)?;
        Ok(Self {
            source: Source::File(file),
            name: Some(name),
            is_regular,
            digest: format!("{:x}", hash.finalize()),
            column,
        })
    }

    pub(crate) fn name(&self) -> Option<&Path> {
        self.name.as_deref()
    }

    pub(crate) fn is_standard_input(&self) -> bool {
        self.name() == Some(Path::new("-"))
    }

    pub(crate) fn is_regular(&self) -> bool {
        self.is_regular
    }

    /// Returns the SHA-256 of the content.
    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }

    /// Reads all lines from the start. Only one reader may be active.
    pub(crate) fn lines(&self) -> anyhow::Result<Lines> {
        match &self.source {
            Source::Ids(ids) => Ok(Lines::Ids(ids.clone().into_iter().enumerate())),
            Source::File(file) => {
                let mut file = file.try_clone()?;
                file.rewind()?;
                Lines::of(file, self.column.as_deref())
            }
        }
    }
}

/// Copies a stream to an unnamed temporary file.
fn copy(from: &mut impl Read) -> anyhow::Result<File> {
    let mut file = tempfile::tempfile().context("can't create a temporary file for a copy")?;
    io::copy(from, &mut file).context("can't copy it to a temporary file")?;
    file.rewind()?;
    Ok(file)
}
