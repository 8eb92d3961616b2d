//! A row of the output: one user, with the same fields in every format.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use pingone_password::model::{PasswordPolicy, PasswordState, User};
use pingone_password::{Error, Outcome, Response, UserId};
use serde::Serialize;

use super::person;

/// The columns of CSV and the fields of JSON, in this order. The names are stable.
pub(crate) const FIELDS: [&str; 11] = [
    "user_id",
    "result",
    "status",
    "last_changed_at",
    "seconds_until_unlock",
    "password_policy_id",
    "password_policy_name",
    "http_status",
    "code",
    "message",
    "correlation_id",
];
/// The fields of a user, after [`FIELDS`].
pub(crate) const USER_FIELDS: [&str; 3] = ["username", "name", "account_status"];

/// The result for one user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// The state was read.
    Read,
    /// The lock is gone.
    Unlocked,
    /// Nothing was locked, and nothing was sent.
    NotLocked,
    /// An external directory decides. Nothing was sent.
    External,
    /// The user has no password. Nothing was sent.
    NoPassword,
    /// The request failed and changed nothing.
    Failed,
    /// The unlock may have been applied.
    Unknown,
    /// No request was sent.
    NotSent,
}

impl Status {
    /// Returns the name in JSON and CSV.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Unlocked => "unlocked",
            Self::NotLocked => "not_locked",
            Self::External => "external",
            Self::NoPassword => "no_password",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::NotSent => "not_sent",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One user. An unknown field is `null` in JSON and empty in CSV.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    /// The user.
    pub(crate) user_id: String,
    /// The result.
    pub(crate) result: Status,
    /// PingOne's password status after the command.
    pub(crate) status: Option<String>,
    /// When the password was last changed.
    pub(crate) last_changed_at: Option<DateTime<Utc>>,
    /// Seconds until the lockout ends.
    pub(crate) seconds_until_unlock: Option<i64>,
    /// The ID of the password policy.
    pub(crate) password_policy_id: Option<String>,
    /// The name of the password policy, with `--expand passwordPolicy`.
    pub(crate) password_policy_name: Option<String>,
    /// The HTTP status of an error.
    pub(crate) http_status: Option<u16>,
    /// PingOne's error code.
    pub(crate) code: Option<String>,
    /// The server's error message.
    pub(crate) message: Option<String>,
    /// The request's ID in PingOne's logs.
    pub(crate) correlation_id: Option<String>,
    /// The password state as the server sent it. JSON only.
    pub(crate) password_state: Option<PasswordState>,
    /// The username, if the user was read.
    pub(crate) username: Option<String>,
    /// The full name.
    pub(crate) name: Option<String>,
    /// PingOne's status of the account, such as `LOCKED`.
    pub(crate) account_status: Option<String>,
    /// The user and the account in words, for tables.
    #[serde(skip)]
    pub(crate) user: Option<UserInWords>,
}

/// A user in words.
#[derive(Clone, Debug)]
pub(crate) struct UserInWords {
    pub(crate) person: String,
    /// The account, unless it is all right.
    pub(crate) account: Option<String>,
    pub(crate) is_locked: bool,
}

impl Row {
    /// Creates a row with a user and a result.
    #[must_use]
    pub(crate) fn new(user_id: UserId, result: Status) -> Self {
        Self {
            user_id: user_id.to_string(),
            result,
            status: None,
            last_changed_at: None,
            seconds_until_unlock: None,
            password_policy_id: None,
            password_policy_name: None,
            http_status: None,
            code: None,
            message: None,
            correlation_id: None,
            password_state: None,
            username: None,
            name: None,
            account_status: None,
            user: None,
        }
    }

    /// Adds the user.
    #[must_use]
    pub(crate) fn with_user(self, user: &User) -> Self {
        let in_words = UserInWords {
            person: person::person(user),
            account: Some(person::account(user)).filter(|account| account != "ok"),
            is_locked: person::is_account_locked(user),
        };
        Self {
            username: user.username.clone(),
            name: person::full_name(user),
            account_status: person::account_status(user).map(|status| status.as_str().to_owned()),
            user: Some(in_words),
            ..self
        }
    }

    /// Creates the row for a state that was read.
    #[must_use]
    pub(crate) fn read(user_id: UserId, response: Response<PasswordState>) -> Self {
        let correlation_id = response.correlation_id().map(str::to_owned);
        Self { correlation_id, ..Self::new(user_id, Status::Read) }.with_state(response.into_inner())
    }

    /// Creates the row for an unlocked password.
    #[must_use]
    pub(crate) fn unlocked(user_id: UserId, response: Response<Option<PasswordState>>) -> Self {
        // The correlation ID of a state check doesn't identify the unlock.
        let is_of_unlock = !response.confirmed_by_read();
        let correlation_id = response.correlation_id().filter(|_| is_of_unlock).map(str::to_owned);
        let row = Self { correlation_id, ..Self::new(user_id, Status::Unlocked) };
        match response.into_inner() {
            Some(state) => row.with_state(state),
            None => row,
        }
    }

    /// Creates the row for an error.
    #[must_use]
    pub(crate) fn failed(user_id: UserId, error: &Error) -> Self {
        let result = if error.outcome() == Outcome::Unknown { Status::Unknown } else { Status::Failed };
        Self {
            http_status: error.status(),
            code: error.code().map(str::to_owned),
            message: error.message().map(str::to_owned),
            correlation_id: error.correlation_id().map(str::to_owned),
            ..Self::new(user_id, result)
        }
    }

    fn with_state(self, state: PasswordState) -> Self {
        let policy = embedded_policy(&state);
        Self {
            status: Some(state.status.to_string()),
            last_changed_at: state.last_changed_at,
            seconds_until_unlock: state.seconds_until_unlock,
            password_policy_id: state.password_policy.as_ref().map(|policy| policy.id.to_string()),
            password_policy_name: policy.and_then(|policy| policy.name.clone()),
            password_state: Some(state),
            ..self
        }
    }

    /// Returns the password policy, if it was requested.
    #[must_use]
    pub(crate) fn password_policy(&self) -> Option<&PasswordPolicy> {
        self.password_state.as_ref().and_then(embedded_policy)
    }

    /// Formats the row as JSON, without a line end.
    ///
    /// # Errors
    ///
    /// None is known: every field can be written as JSON.
    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// Returns the values of [`FIELDS`].
    #[must_use]
    pub(crate) fn values(&self) -> [String; FIELDS.len()] {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        [
            self.user_id.clone(),
            self.result.to_string(),
            text(&self.status),
            self.last_changed_at.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true)).unwrap_or_default(),
            self.seconds_until_unlock.map(|seconds| seconds.to_string()).unwrap_or_default(),
            text(&self.password_policy_id),
            text(&self.password_policy_name),
            self.http_status.map(|status| status.to_string()).unwrap_or_default(),
            text(&self.code),
            text(&self.message),
            text(&self.correlation_id),
        ]
    }
}

impl Row {
    /// Returns the values of [`USER_FIELDS`].
    #[must_use]
    pub(crate) fn user_values(&self) -> [&str; USER_FIELDS.len()] {
        [&self.username, &self.name, &self.account_status].map(|text| text.as_deref().unwrap_or_default())
    }
}

fn embedded_policy(state: &PasswordState) -> Option<&PasswordPolicy> {
    state.embedded.as_ref()?.password_policy.as_ref()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn row() -> Row {
        let state =
            serde_json::json!({ "status": "SOMETHING_NEW", "secondsUntilUnlock": -1, "warning": { "days": 3 } });
        let user_id = "c3042000-188f-4bc7-a269-dee1602cf7af".parse().unwrap();
        Row::new(user_id, Status::Read).with_state(serde_json::from_value(state).unwrap())
    }

    #[test]
    fn json_has_the_fields_of_csv_in_their_order_and_the_state() {
        let json = row().to_json().unwrap();
        let places: Vec<_> =
            FIELDS.iter().chain(&USER_FIELDS).map(|field| json.find(&format!("\"{field}\":")).unwrap()).collect();
        assert!(places.is_sorted(), "{json}");
        let value: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value.as_object().unwrap().len(), FIELDS.len() + 1 + USER_FIELDS.len());
        assert_eq!(value["password_state"]["warning"]["days"], 3);
    }
}
