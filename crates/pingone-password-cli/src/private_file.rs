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

/// Opens a file to read and write, or creates it. Fails as [`require_regular`] does.
pub(crate) fn open_or_create(path: &Path) -> io::Result<File> {
    let file = options().read(true).write(true).create(true).truncate(false).open(path)?;
    require_regular(&file)?;
    Ok(file)
}

/// Fails for a device, a pipe or a folder: reading could wait forever, and a device's mode is everybody's.
pub(crate) fn require_regular(file: &File) -> io::Result<()> {
    if file.metadata()?.is_file() { Ok(()) } else { Err(io::Error::other("it is not a regular file")) }
}

/// Lets only the owner read and write a file. Does nothing on systems without modes.
pub(crate) fn restrict(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))
    }
    #[cfg(not(unix))]
    {
        _ = file;
        Ok(())
    }
}

/// Returns whether a path still leads to this file. On systems without inodes, whether it leads to any.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        match (file.metadata(), std::fs::metadata(path)) {
            (Ok(file), Ok(other)) => (file.dev(), file.ino()) == (other.dev(), other.ino()),
            _ => false,
        }
    }
    #[cfg(not(unix))]
    {
        _ = file;
        path.exists()
    }
}
