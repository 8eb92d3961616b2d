//! How the program ends.

use std::process::ExitCode;

use pingone_password::{Error, ErrorKind};

/// The exit codes. Their numbers are a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All done.
    Done,
    /// Something failed: a user, a line of the input, a check of `doctor`, or this computer.
    Failed,
    /// The command line or the configuration is wrong.
    Usage,
    /// Not authenticated, or not allowed.
    NotAllowed,
    /// Interrupted.
    Interrupted,
}

impl Exit {
    /// What a failure makes of the exit code.
    pub(crate) fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Configuration => Self::Usage,
            ErrorKind::AccessToken | ErrorKind::Unauthenticated | ErrorKind::Forbidden => Self::NotAllowed,
            _ => Self::Failed,
        }
    }

    /// The one of two that says more: whoever isn't allowed has to hear of it, whatever else failed.
    pub(crate) fn and(self, other: Self) -> Self {
        let rank = |exit: Self| match exit {
            Self::Done => 0,
            Self::Failed => 1,
            Self::NotAllowed => 2,
            Self::Usage => 3,
            Self::Interrupted => 4,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::NotAllowed => 3,
            Exit::Interrupted => 130,
        })
    }
}
