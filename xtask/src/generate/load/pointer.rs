//! The place of a node in the document.

use std::fmt;

/// The place of a node: a JSON pointer, displayed as a path of names.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pointer(pub(super) String);

impl Pointer {
    /// Returns the pointer to a child of this node.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        Self(format!("{}/{}", self.0, name.replace('~', "~0").replace('/', "~1")))
    }

    /// Returns the pointer as RFC 6901 writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~"));
        f.write_str(&names.collect::<Vec<_>>().join(" › "))
    }
}
