//! The options of a run.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use pingone_password::UserId;
use serde::{Deserialize, Serialize};

use super::input::Condition;
use super::max_failures::MaxFailures;
use super::rate::Rate;
use super::shard::Shard;
use super::valves::Valves;
use crate::lock::Lock;
use crate::lookup::By;
use crate::output::Format;

/// Up to this many users are processed one after another. More are a bulk run.
pub(crate) const FEW: usize = 10;
/// The number of users processed at the same time, by default.
pub(crate) const DEFAULT_CONCURRENCY: usize = 16;
/// The maximum number of users processed at the same time.
pub(crate) const MAX_CONCURRENCY: usize = 1024;

/// What to do for each user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Operation {
    /// Read the password state.
    State,
    /// Unlock the password.
    Unlock,
}

impl Operation {
    /// Returns the name of the command.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Unlock => "unlock",
        }
    }
}

/// The options of a run.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Options {
    pub(crate) operation: Operation,
    /// What an unlock unlocks, if it was given.
    pub(crate) lock: Option<Lock>,
    /// The users on the command line.
    pub(crate) users: Vec<UserId>,
    /// The file with the users, or `-`.
    pub(crate) from: Option<PathBuf>,
    /// The column or property with the user.
    pub(crate) column: Option<String>,
    /// What it contains.
    pub(crate) by: By,
    /// What other columns have to contain.
    pub(crate) conditions: Vec<Condition>,
    /// Whether an invalid line prevents the run.
    pub(crate) is_strict: bool,
    /// Whether a list without users is accepted.
    pub(crate) allows_empty: bool,
    pub(crate) only_locked_out: bool,
    pub(crate) dry_run: bool,
    /// Whether the run needs no confirmation.
    pub(crate) is_confirmed: bool,
    pub(crate) rate: Option<Rate>,
    pub(crate) concurrency: Option<usize>,
    pub(crate) max_failures: MaxFailures,
    /// What ends the run before all users are done.
    pub(crate) valves: Valves,
    /// The part of the users that this computer takes.
    pub(crate) shard: Option<Shard>,
    /// A list of users that are left out.
    pub(crate) exclude: Option<PathBuf>,
    pub(crate) journal: Option<PathBuf>,
    /// Why the users are unlocked, for the journal.
    pub(crate) reason: Option<String>,
    /// Where to write the report as a page.
    pub(crate) report: Option<PathBuf>,
    pub(crate) no_journal: bool,
    /// The journal to resume from.
    pub(crate) resume: Option<ResumeFrom>,
    /// Whether a run may be resumed at another API URL.
    pub(crate) allows_other_server: bool,
    /// How long an outage of the server or the network may last.
    pub(crate) patience: Duration,
    pub(crate) format: Format,
    pub(crate) progress: ProgressFormat,
}

impl Options {
    /// Returns whether the run may change users.
    pub(super) fn has_changes(&self) -> bool {
        self.operation == Operation::Unlock && !self.dry_run
    }
}

/// The journal of a resumed run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ResumeFrom {
    /// The newest one beside the list.
    Newest,
    Journal(PathBuf),
}

/// How progress is reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressFormat {
    /// A bar on a terminal, otherwise a line every ten seconds
    #[default]
    Text,
    /// A line of JSON every second
    Json,
}
