//! The status of a user's password.

use std::{error::Error, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The status of a user's password, out of the six that the vendor's page "Read Password State" lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// `OK`
    #[default]
    Ok,
    /// `NO_PASSWORD`
    NoPassword,
    /// `PASSWORD_EXPIRED`
    PasswordExpired,
    /// `PASSWORD_LOCKED_OUT`
    PasswordLockedOut,
    /// `MUST_CHANGE_PASSWORD`
    MustChangePassword,
    /// `EXTERNAL`
    External,
}

impl Status {
    /// Every status, in the order in which [`Builder::users`](crate::Builder::users) assigns them.
    pub const ALL: [Self; 6] = [
        Self::Ok,
        Self::NoPassword,
        Self::PasswordExpired,
        Self::PasswordLockedOut,
        Self::MustChangePassword,
        Self::External,
    ];

    /// Returns the status as written in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::NoPassword => "NO_PASSWORD",
            Self::PasswordExpired => "PASSWORD_EXPIRED",
            Self::PasswordLockedOut => "PASSWORD_LOCKED_OUT",
            Self::MustChangePassword => "MUST_CHANGE_PASSWORD",
            Self::External => "EXTERNAL",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

/// The error for a text that isn't a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownStatus(String);

impl fmt::Display for UnknownStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a password status; expected one of", self.0)?;
        Status::ALL.iter().try_for_each(|status| write!(f, " {status}"))
    }
}

impl Error for UnknownStatus {}
