//! Problems in a document.

use std::fmt;

use super::Document;
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

/// The problems of one document.
#[derive(Debug)]
pub struct Findings<'a> {
    document: &'a Document,
    list: Vec<Finding>,
}

impl<'a> Findings<'a> {
    /// Starts without problems.
    #[must_use]
    pub fn new(document: &'a Document) -> Self {
        Self { document, list: Vec::new() }
    }

    /// Adds a problem of a node.
    pub fn add(&mut self, at: &Pointer, problem: impl Into<String>, help: impl Into<String>) {
        let line = self.document.line(at);
        self.list.push(Finding { line, at: at.clone(), problem: problem.into(), help: help.into() });
    }

    /// Returns whether a node, or one below it, has a problem.
    #[must_use]
    pub fn any_below(&self, at: &Pointer) -> bool {
        self.list.iter().any(|finding| finding.at.as_str().starts_with(at.as_str()))
    }

    /// Returns whether there are no problems.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns every problem once, sorted by line.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Finding> {
        self.list.sort();
        self.list.dedup();
        self.list
    }
}
