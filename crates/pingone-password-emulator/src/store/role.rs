//! The roles that permit operations.

use serde::{Deserialize, Serialize};

/// A predefined role of PingOne.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Identity Data Admin: may read and unlock.
    #[default]
    IdentityDataAdmin,
    /// Identity Data Read Only: may only read.
    IdentityDataReadOnly,
    /// A custom role that may unlock, and not read a password's state.
    UnlockOnly,
}
