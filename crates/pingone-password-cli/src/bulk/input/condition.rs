//! Conditions on the columns of a list: `--where COLUMN=VALUE`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::padding::unpadded;

/// A condition: a column or property has a value. Padding around both doesn't count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Condition {
    column: String,
    value: String,
}

impl Condition {
    pub(super) fn column(&self) -> &str {
        &self.column
    }

    /// Returns whether the condition may name a property inside the one with this name.
    pub(super) fn may_be_in(&self, name: &str) -> bool {
        let path = self.column.to_lowercase();
        path.strip_prefix(&unpadded(name).to_lowercase()).is_some_and(|rest| rest.starts_with('.'))
    }

    /// Returns whether a value of the column is the one of the condition.
    pub(super) fn accepts(&self, value: &str) -> bool {
        unpadded(value) == self.value
    }
}

impl FromStr for Condition {
    type Err = InvalidCondition;

    fn from_str(text: &str) -> Result<Self, InvalidCondition> {
        let (column, value) = text.split_once('=').ok_or(InvalidCondition)?;
        let (column, value) = (unpadded(column).to_owned(), unpadded(value).to_owned());
        if column.is_empty() { Err(InvalidCondition) } else { Ok(Self { column, value }) }
    }
}

impl TryFrom<String> for Condition {
    type Error = InvalidCondition;

    fn try_from(text: String) -> Result<Self, InvalidCondition> {
        text.parse()
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> Self {
        condition.to_string()
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.column, self.value)
    }
}

/// A text that is not a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidCondition;

impl fmt::Display for InvalidCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a column and a value, such as department=Sales")
    }
}

impl std::error::Error for InvalidCondition {}
