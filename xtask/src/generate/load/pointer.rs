//! Where a node is in the document.

use std::fmt;

/// Where a node is: a JSON pointer, shown as a trail of names.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pointer(pub(super) String);

impl Pointer {
    /// The node of this name below this one.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        Self(format!("{}/{}", self.0, name.replace('~', "~0").replace('/', "~1")))
    }

    /// The pointer as RFC 6901 writes it.
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
