//! Messages on standard error.

use std::fmt::Display;
use std::io::Write;

use super::style::{BAD, paint};

/// Writes a message that starts with `error:`. A failed write is ignored: no channel is left to report it on.
pub(crate) fn error(text: impl Display) {
    _ = writeln!(anstream::stderr(), "{} {text}", paint(BAD, "error:"));
}

/// Writes a message.
pub(crate) fn note(text: impl Display) {
    _ = writeln!(anstream::stderr(), "{text}");
}
