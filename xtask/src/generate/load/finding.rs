//! A problem in a document.

use std::fmt;

use super::pointer::Pointer;

/// A problem in the document, and how to fix it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The line in the document.
    pub line: usize,
    /// The node that has the problem.
    pub at: Pointer,
    /// The problem.
    pub problem: String,
    /// How to fix it.
    pub help: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if self.at != Pointer::default() {
            write!(f, ": {}", self.at)?;
        }
        writeln!(f)?;
        writeln!(f, "    {}", self.problem)?;
        write!(f, "    help: {}", self.help)
    }
}
