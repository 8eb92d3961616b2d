//! The two locks of a user.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// Which lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Lock {
    /// The lockout of the password, after failed sign-ons
    #[default]
    Password,
    /// The lock of the account, by an administrator or after failed MFA
    Account,
    /// Whatever is locked
    Any,
}

impl Lock {
    /// Returns the name on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Account => "account",
            Self::Any => "any",
        }
    }
}
