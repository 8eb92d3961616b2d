//! Why a run doesn't start.

use super::names::LookupError;
use crate::exit::Exit;
use crate::output::server_said;
use crate::terminal::plain;

/// Why a run doesn't start.
#[derive(Debug)]
pub(crate) enum NoPlan {
    /// The options or the list are wrong.
    Invalid(anyhow::Error),
    /// The list is empty.
    Empty,
    /// The names of the list can't be looked up.
    Lookup { problem: String, exit: Exit },
}

impl From<anyhow::Error> for NoPlan {
    fn from(error: anyhow::Error) -> Self {
        Self::Invalid(error)
    }
}

impl From<LookupError> for NoPlan {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::Other(error) => Self::Invalid(error),
            LookupError::Server(error) => Self::Lookup {
                problem: format!(
                    "can't look up the names of the list, so nothing was unlocked\n  server: {}\n  advice: {}",
                    server_said(&error),
                    plain(error.advice())
                ),
                exit: Exit::of(&error),
            },
        }
    }
}
