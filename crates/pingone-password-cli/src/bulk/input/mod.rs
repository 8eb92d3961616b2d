//! The list of users: formats, CSV records, duplicates.

mod csv_records;
mod line;
mod lines;
mod sorter;
mod source;
mod worklist;

pub(super) use source::Input;
pub(super) use worklist::{Counts, Worklist};
