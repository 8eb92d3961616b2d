//! One user in progress.

use pingone_password::model::PasswordState;
use pingone_password::{Response, UserId};

use tokio::sync::OwnedSemaphorePermit;

use crate::bulk::journal::Outcome;
use crate::bulk::options::Operation;

/// What is known about a user in progress.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct UserProgress {
    pub(super) user: UserId,
    pub(super) operation: Operation,
    /// An unlock may have been applied, so the state has to be read first.
    pub(super) is_pending: bool,
    /// There ever was such an unlock. A state check does not settle this: a gateway that timed out, or a lost connection,
    /// says nothing about the server behind it, which may apply the unlock after the check.
    pub(super) may_be_applied_late: bool,
    /// There was one in this run.
    pub(super) was_left_pending: bool,
    pub(super) is_started: bool,
    /// The right to send requests.
    pub(super) slot: Option<OwnedSemaphorePermit>,
    pub(super) status_before: Option<String>,
}

impl UserProgress {
    pub(super) fn new(user: UserId, operation: Operation, is_pending: bool) -> Self {
        Self {
            user,
            operation,
            is_pending,
            may_be_applied_late: is_pending,
            was_left_pending: false,
            is_started: false,
            slot: None,
            status_before: None,
        }
    }

    /// Records that an unlock was sent and its outcome is unknown.
    pub(super) fn leave_pending(&mut self) {
        self.is_pending = true;
        self.may_be_applied_late = true;
        self.was_left_pending = true;
    }

    /// Returns the outcome of a failure, according to whether the last request was sent.
    pub(super) fn outcome_of_failure(&self, is_sent: bool) -> Outcome {
        match (self.may_be_applied_late, is_sent) {
            (true, _) => Outcome::Unknown,
            (false, true) => Outcome::Failed,
            (false, false) => Outcome::NotSent,
        }
    }
}

/// A success, by what led to it.
pub(super) enum Success {
    Read(Response<PasswordState>),
    /// A dry run found the user locked out.
    WouldUnlock(Response<PasswordState>),
    /// The user is not locked out.
    Skipped(Response<PasswordState>),
    /// A state check confirmed a pending unlock.
    Confirmed(Response<PasswordState>),
    Unlocked(Response<Option<PasswordState>>),
}
