//! Tables for people. On a terminal that is too narrow for the columns, each row becomes a block of labelled lines.

use std::fmt::Write;

use pingone_password::PasswordStatus;

use super::row::{Row, Status};
use super::words;
use crate::terminal::style::{BAD, GOOD, HEADING, QUIET, WARNING, paint};
use crate::terminal::{plain, wrap};

/// The columns of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Columns {
    /// The result of a read.
    State,
    /// The result of an unlock.
    Unlock,
}

/// Widths that fit an ID, the longest result and the longest status, so that a row can be printed as soon as it is known.
const ID: usize = 36;
const RESULT: usize = 12;
const STATUS: usize = 44;
const TIME: usize = "2019-01-08 20:18 UTC".len();
/// The width of the labels in a block.
const LABEL: usize = 14;

impl Columns {
    /// Formats the header. A stacked table has none.
    pub(crate) fn header(self, width: Option<usize>) -> String {
        if self.is_stacked(width) {
            return String::new();
        }
        let header = match self {
            Self::State => format!("{:ID$}  {:STATUS$}  {}", "USER", "PASSWORD", "LAST CHANGED"),
            Self::Unlock => {
                format!("{:ID$}  {:RESULT$}  {:ID$}  {}", "USER", "RESULT", "CORRELATION ID", "PASSWORD NOW")
            }
        };
        heading(&header) + "\n"
    }

    /// Formats a row, for a terminal of this width if there is one.
    pub(crate) fn row(self, row: &Row, width: Option<usize>) -> String {
        let stacked_width = width.filter(|_| self.is_stacked(width));
        let id = &row.user_id;
        let mut text = match (self, stacked_width) {
            (Self::State, None) => {
                format!("{id:ID$}  {}  {}\n", self.status(row, STATUS), last_changed(row).as_deref().unwrap_or("-"))
            }
            (Self::Unlock, None) => {
                let result = result(row.result, RESULT);
                let correlation_id = row.correlation_id.as_deref().map_or("-".to_owned(), plain);
                format!("{id:ID$}  {result}  {correlation_id:ID$}  {}\n", self.status(row, 0))
            }
            (Self::State, Some(_)) => {
                let lines = [("password", Some(self.status(row, 0))), ("last changed", last_changed(row))];
                block(id, lines)
            }
            (Self::Unlock, Some(_)) => {
                let password = row.status.is_some().then(|| self.status(row, 0));
                let correlation_id = row.correlation_id.as_deref().map(plain);
                let result = Some(result(row.result, 0));
                block(id, [("result", result), ("password now", password), ("correlation ID", correlation_id)])
            }
        };
        if let Some(policy) = row.password_policy() {
            let policy = words::policy(policy);
            let lines = match width {
                Some(width) => wrap(&policy, width.saturating_sub(LABEL + 4)).join(&format!("\n{:1$}", "", LABEL + 4)),
                None => policy,
            };
            match stacked_width {
                Some(_) => text += &block_line("policy", &lines),
                None => _ = writeln!(text, "  {} {lines}", paint(QUIET, "policy")),
            }
        }
        for (label, line) in self.user_lines(row) {
            match stacked_width {
                Some(_) => text += &block_line(label, &line),
                None => _ = writeln!(text, "  {} {line}", paint(QUIET, &format!("{label:8}"))),
            }
        }
        text
    }

    /// Returns the lines under a row: who it is, and after a read, the lock of the account and the command that helps.
    fn user_lines(self, row: &Row) -> Vec<(&'static str, String)> {
        let Some(user) = &row.user else { return Vec::new() };
        let mut lines = vec![("user", user.person.clone())];
        if self != Self::State {
            return lines;
        }
        lines.extend(user.account.clone().map(|account| ("account", account)));
        let is_locked_out = row.status.as_deref() == Some(PasswordStatus::PasswordLockedOut.as_str());
        let lock = match (is_locked_out, user.is_locked) {
            (true, false) => Some(""),
            // The lockout may show in the account, or the account may have a lock of its own.
            (true, true) => Some("--lock any "),
            (false, true) => Some("--lock account "),
            (false, false) => None,
        };
        lines.extend(lock.map(|lock| ("unlock", format!("pingone-password unlock {lock}{}", row.user_id))));
        lines
    }

    fn is_stacked(self, width: Option<usize>) -> bool {
        let columns = match self {
            Self::State => ID + 2 + STATUS + 2 + TIME,
            Self::Unlock => ID + 2 + RESULT + 2 + ID + 2 + STATUS,
        };
        width.is_some_and(|width| width < columns)
    }

    fn status(self, row: &Row, width: usize) -> String {
        let Some(name) = &row.status else {
            let word = match row.result {
                Status::NotSent if self == Self::State => "not sent",
                Status::Failed if self == Self::State => "not read",
                _ => "-",
            };
            return paint(QUIET, &format!("{word:width$}"));
        };
        let status = PasswordStatus::from(name.as_str());
        let text = words::status(&status, row.seconds_until_unlock);
        let style = match status {
            PasswordStatus::Ok => GOOD,
            PasswordStatus::PasswordLockedOut => BAD,
            _ => WARNING,
        };
        paint(style, &format!("{text:width$}"))
    }
}

/// Formats a heading.
pub(crate) fn heading(text: &str) -> String {
    paint(HEADING, text)
}

fn block<const N: usize>(id: &str, lines: [(&str, Option<String>); N]) -> String {
    let lines = lines.into_iter().filter_map(|(label, value)| Some(block_line(label, &value?)));
    format!("{}\n{}", heading(id), lines.collect::<String>())
}

pub(super) fn block_line(label: &str, value: &str) -> String {
    format!("  {}  {value}\n", paint(QUIET, &format!("{label:LABEL$}")))
}

fn last_changed(row: &Row) -> Option<String> {
    row.last_changed_at.map(|at| at.format("%Y-%m-%d %H:%M UTC").to_string())
}

fn result(status: Status, width: usize) -> String {
    let (style, text) = match status {
        Status::Read => (GOOD, "read"),
        Status::Unlocked => (GOOD, "unlocked"),
        Status::NotLocked => (GOOD, "not locked"),
        Status::External => (WARNING, "external"),
        Status::NoPassword => (WARNING, "no password"),
        Status::Failed => (BAD, "not unlocked"),
        Status::Unknown => (BAD, "unknown"),
        Status::NotSent => (QUIET, "not sent"),
    };
    paint(style, &format!("{text:width$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_table_splits_no_value() {
        let user = "a0000000-0000-8000-8000-000000000001".parse().unwrap();
        let mut row = Row::new(user, Status::Unlocked);
        row.correlation_id = Some("8cd3243a-7304-45f3-bc90-bc3b07531bc1".to_owned());
        row.status = Some("PASSWORD_LOCKED_OUT".to_owned());
        for columns in [Columns::State, Columns::Unlock] {
            let text = columns.header(Some(80)) + &columns.row(&row, Some(80));
            let plain = anstream::adapter::strip_str(&text).to_string();
            assert!(plain.lines().all(|line| line.chars().count() <= 80), "{plain}");
        }
    }
}
