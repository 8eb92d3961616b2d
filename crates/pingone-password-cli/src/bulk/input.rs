//! The users of a run: from the command line, from a file, from standard input. Read line by line: no
//! more of it is kept than the ids, to know each user again.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use anyhow::Context;
use pingone_password::UserId;
use sha2::{Digest, Sha256};

use super::lines::{Line, Lines};

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

/// What is in the input as a whole.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    pub(crate) users: u64,
    pub(crate) duplicates: u64,
    /// Users whom an earlier run was done with.
    pub(crate) earlier: u64,
    /// The first bad lines, and how many there are.
    pub(crate) bad: Vec<(u64, String)>,
    pub(crate) bad_count: u64,
}

impl Input {
    pub(crate) fn ids(ids: Vec<UserId>) -> Self {
        let mut hash = Sha256::new();
        for id in &ids {
            hash.update(format!("{id}\n"));
        }
        Self { source: Source::Ids(ids), name: None, is_regular: false, digest: hex(&hash.finalize()), column: None }
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
        Ok(Self { source: Source::File(file), name: Some(name), is_regular, digest: hex(&hash.finalize()), column })
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

    /// Reads all of it, and does nothing.
    pub(crate) fn scan(&self, is_earlier: impl Fn(&UserId) -> bool) -> anyhow::Result<Scan> {
        const SHOWN: usize = 20;
        let mut scan = Scan::default();
        let mut seen = HashSet::new();
        for line in self.lines()? {
            let Line { number, user } = line?;
            match user {
                Ok(user) if !seen.insert(user) => scan.duplicates += 1,
                Ok(user) if is_earlier(&user) => scan.earlier += 1,
                Ok(_) => scan.users += 1,
                Err(mistake) => {
                    scan.bad_count += 1;
                    if scan.bad.len() < SHOWN {
                        scan.bad.push((number, mistake));
                    }
                }
            }
        }
        Ok(scan)
    }
}

/// A copy on disk that goes when it is closed.
fn copy(from: &mut impl Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(from, &mut file)?;
    file.rewind()?;
    Ok(file)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // A text takes whatever is written to it.
        _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const A: &str = "a0000000-0000-8000-8000-000000000001";
    const B: &str = "a0000000-0000-8000-8000-000000000002";

    #[test]
    fn a_scan_counts() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(file, "{A}\n{B}\n{A}\nme\n").unwrap();
        let input = Input::open(file.path(), None).unwrap();
        let scan = input.scan(|user| user.to_string() == B).unwrap();
        assert_eq!((scan.users, scan.duplicates, scan.earlier, scan.bad_count), (1, 1, 1, 1));
        assert_eq!(input.scan(|_| false).unwrap().users, 2);
    }
}
