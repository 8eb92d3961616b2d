//! What people and programs see of a run: progress, rows, summary.

mod from_journals;
mod journals;
mod progress;
mod progress_line;
mod rows;
mod summary;
mod unread_rows;

pub(super) use from_journals::write_page;
pub(crate) use from_journals::{ReportFormat, report};
pub(super) use progress::{Conditions, Progress};
pub(super) use rows::{BulkRow, RowRoom, RowSender, RowWriter};
pub(super) use summary::Tally;
pub(super) use unread_rows::UnreadRows;
