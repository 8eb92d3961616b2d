//! The operations that the emulator knows.

/// An operation on a user's password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// Reads the password state: `GET` on a user's password.
    Read,
    /// Unlocks the password: `POST` on a user's password with the unlock's media type.
    Unlock,
}
