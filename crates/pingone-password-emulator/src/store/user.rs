//! A user.

use super::Status;

/// The duration of a lockout in the password policy, and the `secondsUntilUnlock` that users start with.
pub(crate) const LOCKOUT_SECONDS: u64 = 900;

#[derive(Clone, Copy)]
pub(crate) struct User {
    pub(crate) status: Status,
    /// Visible only while the password is locked out.
    pub(crate) seconds_until_unlock: Option<u64>,
    /// Whether the account has a lock of its own, beyond any password lockout.
    pub(crate) account_locked: bool,
    /// The number of password unlocks applied.
    pub(crate) unlocks: usize,
}

impl User {
    pub(crate) fn new(status: Status) -> Self {
        Self { status, seconds_until_unlock: Some(LOCKOUT_SECONDS), account_locked: false, unlocks: 0 }
    }
}
