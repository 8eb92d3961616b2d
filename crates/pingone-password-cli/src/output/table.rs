//! Columns for people.

use pingone_password::PasswordStatus;

use super::record::{Became, Record};
use super::style::{self, HEADING, QUIET, paint};
use super::words;

/// Which columns there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Columns {
    /// What a read tells.
    State,
    /// What an unlock tells.
    Unlock,
}

/// As wide as an id, and as the longest result or status, so that each row can be printed as soon as it is known.
const ID: usize = 36;
const RESULT: usize = 12;
const STATUS: usize = 48;

impl Columns {
    pub(crate) fn header(self) -> String {
        let header = match self {
            Self::State => format!("{:ID$}  {:STATUS$}  {}", "USER", "PASSWORD", "LAST CHANGED"),
            Self::Unlock => {
                format!("{:ID$}  {:RESULT$}  {:ID$}  {}", "USER", "RESULT", "CORRELATION ID", "PASSWORD NOW")
            }
        };
        paint(HEADING, &header)
    }

    pub(crate) fn row(self, record: &Record) -> String {
        let id = &record.user_id;
        match self {
            Self::State => {
                let changed = record.last_changed_at.map(|at| at.format("%Y-%m-%d %H:%M UTC").to_string());
                let row = format!("{id:ID$}  {}  {}", self.status(record, STATUS), changed.as_deref().unwrap_or("-"));
                match record.password_policy() {
                    Some(policy) => format!("{row}\n  {} {}", paint(QUIET, "policy"), words::policy(policy)),
                    None => row,
                }
            }
            Self::Unlock => {
                let result = paint(style::of_result(record.result), &format!("{:RESULT$}", result(record.result)));
                let correlation_id = record.correlation_id.as_deref().map_or("-".to_owned(), words::plain);
                format!("{id:ID$}  {result}  {correlation_id:ID$}  {}", self.status(record, 0))
            }
        }
    }

    fn status(self, record: &Record, width: usize) -> String {
        let Some(name) = &record.status else {
            let word = match record.result {
                Became::NotTried if self == Self::State => "not tried",
                Became::Failed if self == Self::State => "could not be read",
                _ => "-",
            };
            return paint(QUIET, &format!("{word:width$}"));
        };
        let status = PasswordStatus::from(name.as_str());
        let text = words::status(&status, record.seconds_until_unlock);
        paint(style::of_status(&status), &format!("{text:width$}"))
    }
}

fn result(result: Became) -> &'static str {
    match result {
        Became::Read => "read",
        Became::Unlocked => "unlocked",
        Became::Failed => "not unlocked",
        Became::Unknown => "nobody knows",
        Became::NotTried => "not tried",
    }
}
