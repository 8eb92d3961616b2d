//! A file that only its owner can read.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use pingone_password::{Secret, StoreError};

/// The maximum size of the file.
const MAX_LENGTH: u64 = 256 << 10;

pub(super) fn load(path: &Path) -> Result<Option<Secret>, StoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path, &error)),
    };
    check_mode(path, &file)?;
    let mut text = String::new();
    file.take(MAX_LENGTH).read_to_string(&mut text).map_err(|error| failed("read", path, &error))?;
    Ok(Some(text.into()))
}

/// Replaces the file in one step. A crash leaves the old or the new one.
pub(super) fn store(path: &Path, sign_in: &Secret) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || {
        fs::create_dir_all(folder)?;
        // Created with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(sign_in.expose().as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)
    };
    write().map(drop).map_err(|error| failed("write", path, &error))
}

pub(super) fn clear(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", path, &error)),
        _ => Ok(()),
    }
}

fn failed(verb: &str, path: &Path, error: &io::Error) -> StoreError {
    format!("can't {verb} {}: {error}", path.display()).into()
}

#[cfg(unix)]
fn check_mode(path: &Path, file: &File) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;

    let mode = file.metadata()?.permissions().mode() & 0o777;
    let of_others = mode & 0o077;
    if of_others == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(format!("can't use {path}: others can use it, too (mode {mode:03o}); sign out and in again").into())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "same signature as on Unix")]
fn check_mode(_: &Path, _: &File) -> Result<(), StoreError> {
    Ok(())
}
