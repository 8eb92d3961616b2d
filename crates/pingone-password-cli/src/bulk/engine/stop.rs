//! Why and how a run stops before all users are done.

use std::io;
use std::time::Duration;

use crate::exit::Exit;

/// Whether the run stops before all users are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopping {
    No,
    /// Wait for requests in flight, and send no more.
    Gracefully,
    /// Wait for nothing.
    Now,
}

/// Why no further users are taken.
#[derive(Debug)]
pub(in crate::bulk) enum Stop {
    /// Ctrl-C.
    Interrupted,
    /// Every user would fail: the access token is rejected, the role is not sufficient, a certificate is not trusted.
    EveryUser { why: String, exit: Exit },
    /// The server or the network did not come back.
    Outage(String),
    /// The server asks to wait longer than the patience lasts.
    Throttled { wait: Duration, why: String },
    /// As many users as were asked for are done.
    Limit(u64),
    /// It is time.
    Time(String),
    /// Too many users failed.
    TooManyFailures(String),
    /// The journal can't be written.
    Journal,
    /// Standard output can't be written.
    Output,
    /// The temporary list of users can't be read.
    Users(io::Error),
}
