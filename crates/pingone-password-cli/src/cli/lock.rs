//! The two locks of a user.

use clap::ValueEnum;

/// Which lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Lock {
    /// The lockout of the password, after failed sign-ons
    #[default]
    Password,
    /// The lock of the account, by an administrator or after failed MFA
    Account,
    /// Whatever is locked
    Any,
}
