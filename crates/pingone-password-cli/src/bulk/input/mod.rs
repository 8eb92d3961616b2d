//! The list of users: its source, encoding and format, invalid lines and duplicates.

mod binary;
mod column;
mod condition;
mod csv_record;
mod csv_shift;
mod csv_table;
mod encoding;
mod entry;
mod id;
mod invalid_lines;
mod json;
mod json_property;
mod line_reader;
mod list;
mod sorter;
mod source;
mod text;
mod usernames;
mod worklist;

#[cfg(test)]
mod tests;

pub(super) use column::Column;
pub(crate) use condition::Condition;
pub(super) use entry::{Entry, Given};
pub(super) use invalid_lines::InvalidLines;
pub(super) use list::read_list;
pub(super) use sorter::{Pair, Sorter};
pub(super) use source::Source;
pub(super) use worklist::{Counts, Earlier, Listed, Worklist, WorklistBuilder};
