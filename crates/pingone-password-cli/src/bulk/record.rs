//! What is written down, in the journal and on standard output.

use chrono::{DateTime, SecondsFormat, Utc};
use pingone_password::UserId;
use serde::{Deserialize, Serialize};

use super::Operation;

/// A line of the journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub(crate) enum JournalRecord {
    /// The first line: what the run is about.
    Header(Box<Header>),
    /// The run was gone on with.
    Resumed {
        /// When.
        at: String,
    },
    /// A user's unlock is about to be sent.
    Started {
        /// Whose.
        user: String,
        /// When.
        at: String,
    },
    /// What became of a user.
    Finished(Box<Finished>),
}

impl JournalRecord {
    /// The record as a line.
    pub(crate) fn to_line(&self) -> Vec<u8> {
        // Texts and numbers can always be written as JSON.
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

/// The version of the journal's format.
pub(crate) const VERSION: u32 = 1;

/// What a run is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) version: u32,
    pub(crate) operation: Operation,
    pub(crate) environment_id: String,
    pub(crate) base_url: String,
    /// The absolute path of the file, or `-`; none where the users were on the command line.
    pub(crate) input: Option<String>,
    pub(crate) input_sha256: String,
    pub(crate) settings: Settings,
    pub(crate) started_at: String,
}

/// What decides which users are unlocked, and how fast.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) column: Option<String>,
    pub(crate) only_locked_out: bool,
    pub(crate) rate: Option<String>,
    pub(crate) concurrency: usize,
}

/// What became of a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Finished {
    pub(crate) user: String,
    pub(crate) outcome: Outcome,
    pub(crate) at: String,
    pub(crate) status_before: Option<String>,
    pub(crate) status_after: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) http_status: Option<u16>,
    pub(crate) correlation_id: Option<String>,
    pub(crate) requests: u32,
    /// What went wrong, for people; not for the journal.
    #[serde(skip)]
    pub(crate) error: Option<String>,
}

impl Finished {
    pub(crate) fn new(user: UserId, outcome: Outcome) -> Self {
        Self {
            user: user.to_string(),
            outcome,
            at: now(),
            status_before: None,
            status_after: None,
            code: None,
            http_status: None,
            correlation_id: None,
            requests: 0,
            error: None,
        }
    }
}

/// What became of a user, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The operation happened.
    Done,
    /// It did not happen.
    Failed,
    /// It may have happened.
    Unknown,
    /// It wasn't needed: the user is not locked out.
    Skipped,
    /// A dry run: it would have been sent.
    WouldUnlock,
}

impl Outcome {
    /// As it is written.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
            Self::WouldUnlock => "would_unlock",
        }
    }
}

/// The present time, to the millisecond.
pub(crate) fn now() -> String {
    let now: DateTime<Utc> = Utc::now();
    now.to_rfc3339_opts(SecondsFormat::Millis, true)
}
