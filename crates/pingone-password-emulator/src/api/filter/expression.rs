//! The parts of a filter, and the users that match.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{attribute::Attribute, operator::Operator};
use crate::store::{User, Users};

#[derive(Debug, PartialEq)]
pub(super) enum Expression {
    /// Matches if any of these does.
    Or(Vec<Self>),
    /// Matches if all of these do.
    And(Vec<Self>),
    Comparison {
        attribute: &'static Attribute,
        operator: Operator,
        /// In lower case, because comparisons ignore case.
        value: String,
    },
}

impl Expression {
    pub(super) fn matches(&self, id: Uuid, user: &User) -> bool {
        match self {
            Self::Or(any) => any.iter().any(|part| part.matches(id, user)),
            Self::And(all) => all.iter().all(|part| part.matches(id, user)),
            Self::Comparison { attribute, operator, value } => {
                (attribute.of)(id, user).is_some_and(|actual| operator.compare(&actual.to_lowercase(), value))
            }
        }
    }

    /// Returns a superset of the matching users, if an index gives one.
    pub(super) fn candidates(&self, users: &Users) -> Option<BTreeSet<Uuid>> {
        match self {
            Self::Or(any) => {
                any.iter().map(|part| part.candidates(users)).try_fold(BTreeSet::new(), |mut all, part| {
                    all.extend(part?);
                    Some(all)
                })
            }
            Self::And(all) => all.iter().find_map(|part| part.candidates(users)),
            Self::Comparison { attribute, operator: Operator::Equal, value } => match attribute.name {
                "username" => Some(users.with_username(value)),
                "email" => Some(users.with_email(value)),
                "id" => Some(value.parse().into_iter().collect()),
                _ => None,
            },
            Self::Comparison { .. } => None,
        }
    }
}
