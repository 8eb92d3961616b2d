//! Why and how a run stops before all users are done.

use std::io;

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
    /// The access token is missing or rejected, or the role is not sufficient.
    NotAllowed(String),
    /// The network did not come back.
    Network(String),
    /// The journal can't be written.
    Journal,
    /// Standard output can't be written.
    Output,
    /// The temporary list of users can't be read.
    Users(io::Error),
}
