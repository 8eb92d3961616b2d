//! What is wrong in a document.

use std::fmt;

use super::pointer::Pointer;

/// Something in the document that can't be generated from, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The line in the document.
    pub line: usize,
    /// The node at fault.
    pub at: Pointer,
    /// What is wrong.
    pub problem: String,
    /// What to write instead.
    pub advice: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if self.at != Pointer::default() {
            write!(f, ": {}", self.at)?;
        }
        writeln!(f)?;
        writeln!(f, "    {}", self.problem)?;
        write!(f, "    instead: {}", self.advice)
    }
}
