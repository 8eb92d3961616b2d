//! Says what a change of the OpenAPI document breaks, and which release it needs.
//!
//! ```text
//! two documents ─ model ─ compare ─ rules ─ changes ─ report
//! ```
//!
//! [`changes`] is the whole of it: text in, findings out. Requests are told apart as on the wire, by method, path and
//! media type; types and properties are known by their names. Each change gets a verdict at three boundaries: the wire,
//! Rust, and stored JSON. `rules` is the table that decides, and a change that it has no row for is breaking.

mod base;
mod change;
mod compare;
mod kind;
mod model;
mod release;
mod report;
mod rules;
mod shape;
mod task;
mod verdict;

use std::fmt;

pub use change::Change;
pub use release::{Entry, Release, Sources, Versioned};
pub use report::{Report, json, markdown, text};
pub use task::{Arguments, Outcome, run};
pub use verdict::{Judgement, Needs, Verdict, Verdicts};

use crate::generate::load::Document;
use model::Model;

/// Returns all changes from one OpenAPI document to another, the worst first.
///
/// # Errors
///
/// When one of the documents can't be compared: it isn't YAML or OpenAPI 3.0, a reference leads nowhere, or two of its
/// operations send the same request.
pub fn changes(base: &str, new: &str) -> Result<Vec<Change>, Error> {
    between(&parse(base, Which::Base)?, &parse(new, Which::New)?)
}

fn parse(text: &str, which: Which) -> Result<Document, Error> {
    Document::parse(text).map_err(|finding| Error { which, problem: finding.to_string() })
}

fn between(base: &Document, new: &Document) -> Result<Vec<Change>, Error> {
    let model = |document, which| Model::new(document).map_err(|problem| Error { which, problem });
    let mut changes = compare::compare(model(base, Which::Base)?, model(new, Which::New)?);
    changes.sort_by_key(|change| std::cmp::Reverse(change.verdicts.worst()));
    Ok(changes)
}

/// One of the two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one to compare with.
    Base,
    /// The one that may break something.
    New,
}

/// Why two documents can't be compared.
#[derive(Debug)]
pub struct Error {
    /// The document at fault.
    pub which: Which,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let which = match self.which {
            Which::Base => "the base document",
            Which::New => "the new document",
        };
        write!(f, "{which} can't be compared: {}", self.problem)
    }
}

impl std::error::Error for Error {}
