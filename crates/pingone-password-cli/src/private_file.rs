//! Files that only their owner can read.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Returns options for a file that is created with mode 0600 on Unix.
pub(crate) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

/// Creates a file, or empties an existing one.
pub(crate) fn replace(path: &Path) -> io::Result<File> {
    options().write(true).create(true).truncate(true).open(path)
}
