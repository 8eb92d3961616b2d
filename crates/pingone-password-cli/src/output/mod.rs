//! Standard output: tables for people, JSON Lines and CSV for programs.

mod csv_line;
mod failure;
mod found;
mod person;
mod printer;
mod row;
mod stdout;
mod table;
mod words;

pub(crate) use csv_line::csv_line;
pub(crate) use failure::{failure, is_auth_server_unreachable, server_said};
pub(crate) use found::{Found, FoundFormat, FoundPrinter};
pub(crate) use person::{account, account_status, is_account_locked, person, population};
pub(crate) use printer::{Format, Printer, is_open, print};
pub(crate) use row::{FIELDS, Row, Status, USER_FIELDS};
pub(crate) use stdout::{CLOSED, cannot_write, check_read, may_be_closed};
pub(crate) use table::{Columns, heading};
pub(crate) use words::{duration, password};
