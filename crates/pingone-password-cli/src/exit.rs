//! The exit codes.

use std::process::ExitCode;

use pingone_password::{Error, ErrorKind};

/// How the program ends. The numbers are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: all done.
    Done,
    /// 1: a user, a line of the input, a check of `doctor`, standard output or something on this computer failed.
    Failed,
    /// 2: the command line or the configuration is wrong, or nobody confirmed.
    Usage,
    /// 3: not authenticated, or not allowed.
    NotAllowed,
    /// 4: `--limit` was reached, and users remain.
    Limit,
    /// 5: `--stop-after` or `--until` was reached, and users remain.
    Time,
    /// 6: too many users failed, see `--max-failures`.
    TooManyFailures,
    /// 130: interrupted.
    Interrupted,
}

impl Exit {
    /// Returns the exit code for an error.
    pub(crate) fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Configuration => Self::Usage,
            ErrorKind::AccessToken | ErrorKind::Unauthenticated | ErrorKind::Forbidden => Self::NotAllowed,
            _ => Self::Failed,
        }
    }

    /// Returns the more important of two. A missing permission outranks other failures.
    pub(crate) fn and(self, other: Self) -> Self {
        let rank = |exit: Self| match exit {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Limit | Self::Time => 2,
            Self::TooManyFailures => 3,
            Self::NotAllowed => 4,
            Self::Usage => 5,
            Self::Interrupted => 6,
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
            Exit::Limit => 4,
            Exit::Time => 5,
            Exit::TooManyFailures => 6,
            Exit::Interrupted => 130,
        })
    }
}
