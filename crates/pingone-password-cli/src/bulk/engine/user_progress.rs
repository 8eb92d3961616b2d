//! One user in progress.

use pingone_password::model::{PasswordState, User};
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
    pub(super) account_status_before: Option<String>,
    /// Whether an earlier run left an unlock pending, of either lock.
    was_pending: bool,
    /// The result for the password, if the account comes after it.
    pub(super) of_password: Option<PasswordSuccess>,
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
            account_status_before: None,
            was_pending: is_pending,
            of_password: None,
        }
    }

    /// Records that an unlock was sent and its outcome is unknown.
    pub(super) fn leave_pending(&mut self) {
        self.is_pending = true;
        self.may_be_applied_late = true;
        self.was_left_pending = true;
    }

    /// Goes on with the account.
    pub(super) fn start_with_account(&mut self, of_password: PasswordSuccess) {
        self.is_pending = self.was_pending;
        self.of_password = Some(of_password);
    }

    /// Returns whether the password is unlocked, and the account is not done yet.
    pub(super) fn has_unlocked_password(&self) -> bool {
        matches!(self.of_password, Some(PasswordSuccess::Unlocked(_) | PasswordSuccess::Confirmed(_)))
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

/// A success.
pub(super) enum Success {
    Password(Box<PasswordSuccess>),
    /// The result for the account. That for the password, if there is one, is in [`UserProgress::of_password`].
    Account(Box<AccountSuccess>),
}

/// A success with the password, by what led to it.
pub(super) enum PasswordSuccess {
    Read(Response<PasswordState>),
    /// A dry run found the user locked out.
    WouldUnlock(Response<PasswordState>),
    /// The user is not locked out.
    Skipped(Response<PasswordState>),
    /// A state check confirmed a pending unlock.
    Confirmed(Response<PasswordState>),
    Unlocked(Response<Option<PasswordState>>),
}

/// A success with the account.
pub(super) enum AccountSuccess {
    /// A dry run found the account locked.
    WouldUnlock(Response<User>),
    /// The account is not locked.
    Skipped(Response<User>),
    /// A read confirmed a pending unlock.
    Confirmed(Response<User>),
    Unlocked(Response<Option<User>>),
}
