//! How many failures stop a run.

use std::fmt;
use std::str::FromStr;

/// How many failures stop a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MaxFailures {
    /// This many in a row.
    InARow(u64),
    /// More than this percentage of all users.
    Percent(u64),
}

impl Default for MaxFailures {
    fn default() -> Self {
        Self::InARow(20)
    }
}

impl FromStr for MaxFailures {
    type Err = InvalidMaxFailures;

    fn from_str(text: &str) -> Result<Self, InvalidMaxFailures> {
        let number = |text: &str| text.trim().parse().ok().filter(|number| *number > 0).ok_or(InvalidMaxFailures);
        match text.strip_suffix('%') {
            Some(percent) => number(percent).and_then(|percent| match percent {
                ..=100 => Ok(Self::Percent(percent)),
                _ => Err(InvalidMaxFailures),
            }),
            None => number(text).map(Self::InARow),
        }
    }
}

/// A text that is not a number of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidMaxFailures;

impl fmt::Display for InvalidMaxFailures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a number of failures in a row or a percentage, such as 20 or 5%")
    }
}

impl std::error::Error for InvalidMaxFailures {}
