//! What a run is given: users on the command line, a file, standard input. It is read line by line.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use anyhow::Context;
use pingone_password::UserId;
use sha2::{Digest, Sha256};

use super::lines::Lines;

/// Where the users come from. It can be read more than once.
#[derive(Debug)]
pub(crate) struct Input {
    source: Source,
    /// What the journal calls it: the absolute path, or `-`.
    name: Option<PathBuf>,
    /// Whether it is a file that can be read again by its name.
    is_regular: bool,
    digest: String,
    column: Option<String>,
}

#[derive(Debug)]
enum Source {
    Ids(Vec<UserId>),
    /// The file itself, or a copy of what can be read only once.
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

    /// A file, or standard input: `-`. What is no regular file is copied first, because it can be read only once.
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

    /// The SHA-256 of the content.
    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }

    /// All lines from the start. Only one such reading may be under way.
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

/// A copy on disk that goes when it is closed.
fn copy(from: &mut impl Read) -> anyhow::Result<File> {
    let mut file = tempfile::tempfile().context("a temporary file is needed to copy it")?;
    io::copy(from, &mut file).context("it can't be copied to a temporary file")?;
    file.rewind()?;
    Ok(file)
}
