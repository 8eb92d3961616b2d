//! Standard output: whether it can be written, and whether what was written can still be read.

use std::io;

/// Says that standard output may be closed, before anything is sent.
pub(crate) const CLOSED: &str = "standard output is closed, or is /dev/null opened for reading and writing, and there is no journal: \
     results would be lost, so nothing was sent";

/// Adds to an error that standard output can't be written.
pub(crate) fn cannot_write(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("can't write to standard output: {error}"))
}

/// Returns whether standard output is closed, as by `>&-`. Rust's standard library then opens `/dev/null` in its place, for reading
/// and writing. Some programs start others with that, too; shells open it for writing only.
#[cfg(unix)]
pub(crate) fn may_be_closed() -> bool {
    use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};

    let stdout = io::stdout();
    let is_null =
        matches!((fstat(&stdout), stat("/dev/null")), (Ok(output), Ok(null)) if output.st_rdev == null.st_rdev);
    is_null && fcntl_getfl(&stdout).is_ok_and(|flags| flags.contains(OFlags::RDWR))
}

#[cfg(not(unix))]
pub(crate) fn may_be_closed() -> bool {
    false
}

/// Returns an error if standard output is a pipe whose reader has gone, and has left some of it unread.
#[cfg(unix)]
pub(crate) fn check_read() -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let stdout = io::stdout();
    let mut polled = [PollFd::new(&stdout, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    let has_no_reader =
        poll(&mut polled, Some(&at_once)).is_ok() && polled.iter().any(|fd| fd.revents().contains(PollFlags::ERR));
    if has_no_reader && rustix::io::ioctl_fionread(&stdout).is_ok_and(|bytes| bytes > 0) {
        return Err(io::ErrorKind::BrokenPipe.into());
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "same signature as on Unix")]
pub(crate) fn check_read() -> io::Result<()> {
    Ok(())
}
