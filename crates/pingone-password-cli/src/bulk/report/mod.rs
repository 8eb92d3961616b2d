//! What people and programs see of a run: progress, rows, summary.

mod progress;
mod progress_line;
mod rows;
mod summary;

pub(super) use progress::{Conditions, Progress};
pub(super) use rows::{BulkRow, RowSender, RowWriter};
pub(super) use summary::Tally;
