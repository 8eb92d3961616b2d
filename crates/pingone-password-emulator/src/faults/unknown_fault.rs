//! The error for a name that isn't a fault's.

use std::{error::Error, fmt};

/// The error for a text that doesn't name a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFault {
    text: String,
    /// The valid names, separated by spaces.
    names: String,
}

impl UnknownFault {
    pub(super) fn new(text: &str, all: &[impl ToString]) -> Self {
        let names: Vec<_> = all.iter().map(ToString::to_string).collect();
        Self { text: text.to_owned(), names: names.join(" ") }
    }
}

impl fmt::Display for UnknownFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a fault; expected one of {}", self.text, self.names)
    }
}

impl Error for UnknownFault {}
