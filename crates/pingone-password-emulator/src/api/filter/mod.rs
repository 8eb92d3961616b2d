//! Filters of users, in the part of SCIM's language that the vendor documents.
//!
//! The source is the vendor's page "Read User or Users". Anything it doesn't list is an error: another attribute, an operator
//! that the attribute doesn't have, `not`, `ne`, `pr`, a value without quotes.

mod attribute;
mod expression;
mod operator;
mod parser;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use uuid::Uuid;

use self::{expression::Expression, parser::Parser};
use crate::store::{User, Users};

/// A filter of users.
#[derive(Debug)]
pub(super) struct Filter(Expression);

/// The reason why a text is not a filter.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FilterError {
    /// The position in the text, in bytes.
    pub(super) position: usize,
    pub(super) expected: String,
}

impl Filter {
    /// Parses a filter with at most `max_clauses` comparisons.
    pub(super) fn parse(text: &str, max_clauses: Option<usize>) -> Result<Self, FilterError> {
        Parser::new(text, max_clauses).parse().map(Self)
    }

    pub(super) fn matches(&self, id: Uuid, user: &User) -> bool {
        self.0.matches(id, user)
    }

    /// Returns a superset of the matching users, if an index gives one.
    pub(super) fn candidates(&self, users: &Users) -> Option<BTreeSet<Uuid>> {
        self.0.candidates(users)
    }
}
