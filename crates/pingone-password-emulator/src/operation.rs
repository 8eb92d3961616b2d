//! The operations that the emulator knows.

use std::fmt;

/// An operation of the API. As text, it is the OpenAPI document's `operationId`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// `readPasswordState`: `GET` on a user's password.
    Read,
    /// `unlockPassword`: `POST` on a user's password with the unlock's media type.
    Unlock,
    /// `readUsers`: `GET` on the users, a page at a time.
    ReadUsers,
    /// `readUser`: `GET` on a user.
    ReadUser,
    /// `unlockAccount`: `POST` on a user with the unlock's media type.
    UnlockAccount,
}

impl Operation {
    /// Every operation.
    pub const ALL: &'static [Self] = &[Self::Read, Self::Unlock, Self::ReadUsers, Self::ReadUser, Self::UnlockAccount];

    /// Returns the OpenAPI document's `operationId`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "readPasswordState",
            Self::Unlock => "unlockPassword",
            Self::ReadUsers => "readUsers",
            Self::ReadUser => "readUser",
            Self::UnlockAccount => "unlockAccount",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
