//! The records of a journal.

use chrono::{DateTime, SecondsFormat, Utc};
use pingone_password::UserId;
use serde::{Deserialize, Serialize};

use super::checksum::seal;
use crate::bulk::input::Condition;
use crate::bulk::options::Operation;
use crate::lock::Lock;
use crate::lookup::By;

/// A record of the journal: one line of JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub(crate) enum JournalRecord {
    /// Describes the run. The first line, and the only such one in a journal that can be resumed.
    Header(Box<Header>),
    /// The run was resumed.
    Resumed {
        at: String,
        #[serde(flatten)]
        who: Who,
    },
    /// The server asked everyone to wait.
    Held { at: String, seconds: u64 },
    /// A user of a list of names, or of a few users. All of them come before the first unlock.
    Listed { user: String, username: Option<String> },
    /// A user's unlock is about to be sent.
    Started { user: String, at: String },
    /// The result for a user.
    Finished(Box<Finished>),
}

impl JournalRecord {
    /// Creates the record of a user, whose name from a server is cut.
    pub(crate) fn listed(user: UserId, username: Option<&str>) -> Self {
        let mut username = username.map(str::to_owned);
        cut(&mut username);
        Self::Listed { user: user.to_string(), username }
    }

    /// Formats the record as a line with a checksum.
    pub(crate) fn to_line(&self) -> Vec<u8> {
        // Strings and numbers always serialize.
        let mut line = seal(serde_json::to_vec(self).unwrap_or_default());
        line.push(b'\n');
        line
    }
}

/// The version of the journal's format.
pub(crate) const VERSION: u32 = 2;

/// Describes a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) version: u32,
    pub(crate) operation: Operation,
    pub(crate) environment_id: String,
    pub(crate) base_url: String,
    /// By which PingOne's audit groups the requests. None in journals of earlier versions.
    pub(crate) transaction_id: Option<String>,
    /// The person who signed in, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signed_in_as: Option<String>,
    /// The absolute path of the file, or `-`; none for users on the command line.
    pub(crate) input: Option<String>,
    /// The SHA-256 of the distinct user IDs, in their order. Empty if the run can't be resumed.
    pub(crate) input_sha256: String,
    /// The number of lines without a user.
    #[serde(default)]
    pub(crate) invalid_lines: u64,
    /// The number of users. None in journals of earlier versions, as all that follows.
    pub(crate) users: Option<u64>,
    pub(crate) settings: Settings,
    pub(crate) started_at: String,
    /// False for a run of a few users, after which others are appended.
    #[serde(default = "is_resumable")]
    pub(crate) resumable: bool,
    #[serde(flatten)]
    pub(crate) who: Who,
}

/// Who runs it, where, and why.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Who {
    /// The name of the user in the operating system.
    pub(crate) operator: Option<String>,
    pub(crate) host: Option<String>,
    /// The version of this program.
    pub(crate) tool_version: Option<String>,
    /// What `--reason` says.
    pub(crate) reason: Option<String>,
}

impl Who {
    /// Describes this process.
    pub(crate) fn now(reason: Option<String>) -> Self {
        Self {
            operator: whoami::username().ok(),
            host: whoami::hostname().ok(),
            tool_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            reason,
        }
    }
}

/// What a header without that property says.
fn is_resumable() -> bool {
    true
}

/// The options that a resumed run keeps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) column: Option<String>,
    #[serde(default)]
    pub(crate) by: By,
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub(crate) conditions: Vec<Condition>,
    pub(crate) only_locked_out: bool,
    #[serde(default)]
    pub(crate) lock: Lock,
    pub(crate) rate: Option<String>,
    pub(crate) concurrency: usize,
}

/// The result for a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Finished {
    pub(crate) user: String,
    pub(crate) outcome: Outcome,
    pub(crate) at: String,
    pub(crate) status_before: Option<String>,
    pub(crate) status_after: Option<String>,
    /// The account's status, if a response contained it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) account_status_before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) account_status_after: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) http_status: Option<u16>,
    pub(crate) correlation_id: Option<String>,
    pub(crate) requests: u32,
    /// The error message, which is not part of the journal.
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
            account_status_before: None,
            account_status_after: None,
            code: None,
            http_status: None,
            correlation_id: None,
            requests: 0,
            error: None,
        }
    }

    /// Returns a copy for the journal, in which texts from the server are cut.
    pub(crate) fn for_journal(&self) -> Self {
        let mut copy = self.clone();
        let Self { status_before, status_after, account_status_before, account_status_after, .. } = &mut copy;
        [status_before, status_after, account_status_before, account_status_after].into_iter().for_each(cut);
        [&mut copy.code, &mut copy.correlation_id].into_iter().for_each(cut);
        copy
    }
}

/// Cuts a text from a server.
fn cut(text: &mut Option<String>) {
    const MAX_CHARS: usize = 200;
    if let Some(text) = text
        && let Some((end, _)) = text.char_indices().nth(MAX_CHARS)
    {
        text.truncate(end);
        text.push('…');
    }
}

/// The outcome for a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The operation was applied.
    Done,
    /// The operation was not applied.
    Failed,
    /// No request was sent.
    NotSent,
    /// The operation may have been applied.
    Unknown,
    /// Not sent: the user is not locked out.
    Skipped,
    /// A dry run would have sent it.
    WouldUnlock,
}

impl Outcome {
    /// The outcomes of users who are left to do.
    pub(crate) const OPEN: [Self; 3] = [Self::Failed, Self::NotSent, Self::Unknown];

    pub(crate) const ALL: [Self; 6] =
        [Self::Done, Self::Failed, Self::NotSent, Self::Unknown, Self::Skipped, Self::WouldUnlock];

    /// Returns the name in the journal.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::NotSent => "not_sent",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
            Self::WouldUnlock => "would_unlock",
        }
    }
}

/// Returns the current time in RFC 3339, with milliseconds.
pub(crate) fn now() -> String {
    let now: DateTime<Utc> = Utc::now();
    now.to_rfc3339_opts(SecondsFormat::Millis, true)
}
