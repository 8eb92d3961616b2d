//! The operations that the emulator knows.

use std::fmt;

/// An operation on a user's password. As text, it is the OpenAPI document's `operationId`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// `readPasswordState`: `GET` on a user's password.
    Read,
    /// `unlockPassword`: `POST` on a user's password with the unlock's media type.
    Unlock,
}

impl Operation {
    /// Every operation.
    pub const ALL: &'static [Self] = &[Self::Read, Self::Unlock];

    /// Returns the OpenAPI document's `operationId`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "readPasswordState",
            Self::Unlock => "unlockPassword",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
