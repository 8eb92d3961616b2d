//! The terminal: safe text, colours, standard error, width, Ctrl-C at a prompt.

mod escape;
pub(crate) mod interrupt;
mod stderr;
pub(crate) mod style;
mod width;

pub(crate) use escape::{counted, escaped, grouped, plain, quoted, quoted_ascii};
pub(crate) use stderr::{error, note};
pub(crate) use width::{stdout_width, wrap};
