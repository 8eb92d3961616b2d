//! One change of a document.

use super::kind::Kind;
use super::verdict::Verdicts;

/// One change of a document, with what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What kind of change it is.
    pub(super) kind: Kind,
    /// Where it is: an operation, a parameter, a type or one of its properties, or another part of the document.
    pub place: String,
    /// What has changed.
    pub what: String,
    /// What it means at each boundary.
    pub verdicts: Verdicts,
}
