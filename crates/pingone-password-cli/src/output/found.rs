//! The users that `find` lists, in every format.

use std::io::{self, Write};

use clap::ValueEnum;
use pingone_password::model::{PasswordState, User, UserAccountStatus};
use pingone_password::{PasswordStatus, UserId};
use serde::Serialize;

use super::csv_line::csv_line;
use super::person::{account_status, full_name, is_account_locked, person};
use super::printer::is_open;
use super::table::{block_line, heading};
use super::words;
use crate::terminal::style::{BAD, GOOD, QUIET, WARNING, paint};
use crate::terminal::{plain, stdout_width};

/// The columns of CSV and the fields of JSON, in this order. The names are stable.
const FIELDS: [&str; 9] = [
    "user_id",
    "username",
    "email",
    "name",
    "population_id",
    "enabled",
    "account_status",
    "status",
    "seconds_until_unlock",
];

/// Widths that fit an ID and the longest words, so that a row can be printed as soon as it is known.
const ID: usize = 36;
const ACCOUNT: usize = "disabled".len();
const PASSWORD: usize = "locked out until an administrator unlocks".len();
/// The narrowest terminal that shows the columns side by side.
const MIN_WIDTH: usize = ID + 2 + ACCOUNT + 2 + PASSWORD + 2 + 30;

/// The output format of `find`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FoundFormat {
    /// A table for people, in colour on a terminal
    #[default]
    Table,
    /// JSON Lines: one object per line
    Json,
    /// CSV with a header
    Csv,
    /// One user ID per line
    Ids,
}

/// A user who was found.
#[derive(Debug, Serialize)]
pub(crate) struct Found {
    user_id: String,
    username: Option<String>,
    email: Option<String>,
    name: Option<String>,
    population_id: Option<String>,
    enabled: Option<bool>,
    /// PingOne's status of the account.
    account_status: Option<String>,
    /// PingOne's status of the password, if it was read or came with the user.
    status: Option<String>,
    seconds_until_unlock: Option<i64>,
    /// The password state as the server sent it. JSON only.
    password_state: Option<PasswordState>,
    /// The user as the server sent it. JSON only.
    user: User,
}

impl Found {
    /// Creates the row of a user, with the password state if it was read.
    pub(crate) fn new(user_id: UserId, user: User, read: Option<PasswordState>) -> Self {
        let embedded = user.embedded.as_ref().and_then(|embedded| embedded.password.clone());
        let password_state = read.or(embedded);
        Self {
            user_id: user_id.to_string(),
            username: user.username.clone(),
            email: user.email.clone(),
            name: full_name(&user),
            population_id: user.population.as_ref().map(|population| population.id.to_string()),
            enabled: user.enabled,
            account_status: account_status(&user).map(|status| status.as_str().to_owned()),
            status: password_state.as_ref().map(|state| state.status.to_string()),
            seconds_until_unlock: password_state.as_ref().and_then(|state| state.seconds_until_unlock),
            password_state,
            user,
        }
    }

    fn values(&self) -> [String; FIELDS.len()] {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        [
            self.user_id.clone(),
            text(&self.username),
            text(&self.email),
            text(&self.name),
            text(&self.population_id),
            self.enabled.map(|enabled| enabled.to_string()).unwrap_or_default(),
            text(&self.account_status),
            text(&self.status),
            self.seconds_until_unlock.map(|seconds| seconds.to_string()).unwrap_or_default(),
        ]
    }

    fn table_row(&self, is_stacked: bool) -> String {
        let width = |width| if is_stacked { 0 } else { width };
        let account = account(&self.user, width(ACCOUNT));
        let password = password(self.password_state.as_ref(), width(PASSWORD));
        let (id, person) = (&self.user_id, person(&self.user));
        if is_stacked {
            let lines = [("user", &person), ("account", &account), ("password", &password)];
            let lines: String = lines.into_iter().map(|(label, value)| block_line(label, value)).collect();
            format!("{}\n{lines}", heading(id))
        } else {
            format!("{id:ID$}  {account}  {password}  {person}\n")
        }
    }
}

/// Describes the account in one word.
fn account(user: &User, width: usize) -> String {
    let (style, word) = match account_status(user) {
        _ if is_account_locked(user) => (BAD, "locked".to_owned()),
        _ if user.enabled == Some(false) => (WARNING, "disabled".to_owned()),
        Some(UserAccountStatus::Ok) => (GOOD, "ok".to_owned()),
        Some(other) => (WARNING, plain(other.as_str())),
        None => (QUIET, "unknown".to_owned()),
    };
    paint(style, &format!("{word:width$}"))
}

fn password(state: Option<&PasswordState>, width: usize) -> String {
    let Some(state) = state else { return paint(QUIET, &format!("{:width$}", "not read")) };
    let style = match state.status {
        PasswordStatus::Ok => GOOD,
        PasswordStatus::PasswordLockedOut => BAD,
        _ => WARNING,
    };
    paint(style, &format!("{:width$}", words::password(state)))
}

/// Prints users as they are found. Once the reader has closed the pipe, further users are dropped without an error.
#[derive(Debug)]
pub(crate) struct FoundPrinter<W> {
    writer: W,
    format: FoundFormat,
    is_stacked: bool,
    has_header: bool,
    is_closed: bool,
}

impl<W: Write> FoundPrinter<W> {
    pub(crate) fn new(writer: W, format: FoundFormat) -> Self {
        let is_stacked = stdout_width().is_some_and(|width| width < MIN_WIDTH);
        Self { writer, format, is_stacked, has_header: false, is_closed: false }
    }

    /// Returns whether the reader has closed the pipe.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Prints a user, and the header before the first one.
    ///
    /// # Errors
    ///
    /// Fails if standard output can't be written, except for a closed pipe.
    pub(crate) fn print(&mut self, found: &Found) -> io::Result<()> {
        let is_first = !std::mem::replace(&mut self.has_header, true);
        let mut lines = if is_first { self.header()? } else { String::new() };
        lines += &match self.format {
            FoundFormat::Table => found.table_row(self.is_stacked),
            FoundFormat::Json => serde_json::to_string(found)? + "\n",
            FoundFormat::Csv => csv_line(found.values())?,
            FoundFormat::Ids => found.user_id.clone() + "\n",
        };
        self.is_closed = !is_open(self.writer.write_all(lines.as_bytes()).and_then(|()| self.writer.flush()))?;
        Ok(())
    }

    fn header(&self) -> io::Result<String> {
        match self.format {
            FoundFormat::Table if !self.is_stacked => {
                let names = format!("{:ID$}  {:ACCOUNT$}  {:PASSWORD$}  {}", "USER", "ACCOUNT", "PASSWORD", "NAME");
                Ok(heading(&names) + "\n")
            }
            FoundFormat::Csv => csv_line(FIELDS),
            _ => Ok(String::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_the_fields_of_csv_in_their_order() {
        let user = serde_json::json!({
            "username": "=1+1", "name": { "given": "Ada" }, "account": { "status": "NEW" }, "hairColour": "red",
            "_embedded": { "password": { "status": "OK" }, "more": 1 },
        });
        let user_id = "c3042000-188f-4bc7-a269-dee1602cf7af".parse().unwrap();
        let found = Found::new(user_id, serde_json::from_value(user).unwrap(), None);
        let json = serde_json::to_string(&found).unwrap();
        let places: Vec<_> = FIELDS.iter().map(|field| json.find(&format!("\"{field}\":")).unwrap()).collect();
        assert!(places.is_sorted(), "{json}");
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value.as_object().unwrap().len(), FIELDS.len() + 2);
        assert_eq!((&value["status"], &value["user"]["hairColour"]), (&"OK".into(), &"red".into()));
        let csv = csv_line(found.values()).unwrap();
        assert_eq!(csv, "c3042000-188f-4bc7-a269-dee1602cf7af,'=1+1,,Ada,,,NEW,OK,\n");
    }
}
