//! What happened in one run or more, from their journals.

mod chart;
mod event;
mod figures;
mod html;
mod json;
mod read;
mod rows;
mod run_info;
mod table;
mod words;

pub(in crate::bulk) use figures::Figures;
pub(in crate::bulk) use html::html;
pub(in crate::bulk) use json::json;
pub(in crate::bulk) use read::Journals;
pub(in crate::bulk) use rows::{Row, RowFile};
pub(in crate::bulk) use table::table;
