//! A user.

use std::{error::Error, fmt};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use super::{Status, names};

/// The duration of a lockout in the password policy, and the `secondsUntilUnlock` that users start with.
pub(crate) const LOCKOUT_SECONDS: u64 = 900;
/// The environment's populations.
pub(crate) const POPULATION_IDS: [Uuid; 2] = [
    Uuid::from_u128(0xd000_0000_0000_8000_8000_0000_0000_0001),
    Uuid::from_u128(0xd000_0000_0000_8000_8000_0000_0000_0002),
];
/// The longest username, in characters.
const USERNAME_LIMIT: usize = 128;

/// A user of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// The username.
    pub username: String,
    /// The email address, which isn't necessarily unique.
    pub email: Option<String>,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// The ID of the population.
    pub population: Uuid,
    /// Whether the user is enabled.
    pub enabled: bool,
    /// The status of the password.
    pub status: Status,
    /// The `secondsUntilUnlock` while the password is locked out. `None` means that only an administrator can unlock it.
    pub seconds_until_unlock: Option<u64>,
    /// The lock of the account, apart from any password lockout.
    pub account_lock: Option<AccountLock>,
    /// The number of password unlocks applied, including those that found the password unlocked.
    pub password_unlocks: usize,
    /// The number of account unlocks applied, including those that found the account unlocked.
    pub account_unlocks: usize,
}

/// A lock of an account, apart from any password lockout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountLock {
    /// The time at which the account was locked.
    pub locked_at: DateTime<Utc>,
    /// The time at which the lock ends. `None` means that only an administrator can unlock the account.
    pub unlock_at: Option<DateTime<Utc>>,
}

impl AccountLock {
    pub(crate) fn new(locked_at: DateTime<Utc>, unlock_at: Option<DateTime<Utc>>) -> Self {
        Self { locked_at, unlock_at }
    }
}

impl User {
    /// Returns the given name and the family name together.
    pub(crate) fn formatted_name(&self) -> Option<String> {
        let names: Vec<_> = [&self.given_name, &self.family_name].into_iter().flatten().map(String::as_str).collect();
        if names.is_empty() { None } else { Some(names.join(" ")) }
    }

    /// Returns the lock of the account unless it has ended.
    pub(crate) fn current_account_lock(&self, now: DateTime<Utc>) -> Option<AccountLock> {
        self.account_lock.filter(|lock| lock.unlock_at.is_none_or(|end| end > now))
    }
}

/// A user to add. The default is a user whose password is valid, with a username and an email address of the emulator's choice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NewUser {
    /// The username: 1 to 128 characters, none of them a control character, unique whatever the case. Defaults to a given name
    /// and a family name, such as `maria.silva`.
    pub username: Option<String>,
    /// The email address. Defaults to `{username}@example.com` for a username of the emulator's choice, else to none.
    pub email: Option<String>,
    /// The given name. Defaults to that of the username for a username of the emulator's choice, else to none.
    pub given_name: Option<String>,
    /// The family name. Defaults like the given name.
    pub family_name: Option<String>,
    /// Whether the user is enabled. Defaults to `true`.
    pub enabled: Option<bool>,
    /// The population. Defaults to one of two that take turns.
    pub population_id: Option<Uuid>,
    /// The status of the password. Defaults to `OK`.
    #[serde(default)]
    pub status: Status,
    /// Whether the account is locked for a reason other than the password. Defaults to `false`.
    #[serde(default)]
    pub account_locked: bool,
    /// `secondsUntilUnlock` while the password is locked out. Defaults to 900; `Some(None)`, in JSON `null`, means that only an
    /// administrator can unlock.
    #[serde(default, deserialize_with = "present")]
    pub seconds_until_unlock: Option<Option<u64>>,
}

impl NewUser {
    /// Creates a user with this password status.
    #[must_use]
    pub fn new(status: Status) -> Self {
        Self { status, ..Self::default() }
    }

    /// Sets the username.
    #[must_use]
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// Sets the email address.
    #[must_use]
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// Sets the given name and the family name.
    #[must_use]
    pub fn name(mut self, given: impl Into<String>, family: impl Into<String>) -> Self {
        (self.given_name, self.family_name) = (Some(given.into()), Some(family.into()));
        self
    }

    /// Sets the population.
    #[must_use]
    pub fn population(mut self, id: Uuid) -> Self {
        self.population_id = Some(id);
        self
    }

    /// Returns the `number`th user of the environment.
    pub(super) fn into_user(self, number: u128, now: DateTime<Utc>) -> Result<User, InvalidUser> {
        let is_named = self.username.is_some();
        let username = match self.username {
            None => names::username(number),
            Some(given) if is_username(&given) => given,
            Some(given) => return Err(InvalidUser::Username(given)),
        };
        let (given, family) = names::name(number);
        let unless_named = |default: &str| (!is_named).then(|| default.to_owned());
        Ok(User {
            email: self.email.or_else(|| unless_named(&format!("{username}@example.com"))),
            given_name: self.given_name.or_else(|| unless_named(given)),
            family_name: self.family_name.or_else(|| unless_named(family)),
            population: self.population_id.unwrap_or(POPULATION_IDS[usize::from(number.is_multiple_of(2))]),
            enabled: self.enabled.unwrap_or(true),
            status: self.status,
            seconds_until_unlock: self.seconds_until_unlock.unwrap_or(Some(LOCKOUT_SECONDS)),
            account_lock: self.account_locked.then(|| AccountLock::new(now, None)),
            password_unlocks: 0,
            account_unlocks: 0,
            username,
        })
    }
}

fn is_username(text: &str) -> bool {
    (1..=USERNAME_LIMIT).contains(&text.chars().count()) && !text.contains(char::is_control)
}

/// Reads a property that may be `null` into `Some`, so that it differs from an absent one.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(property: D) -> Result<Option<T>, D::Error> {
    T::deserialize(property).map(Some)
}

/// The error for a user who can't be added.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidUser {
    /// The username is not valid.
    Username(String),
    /// There is a user with this username already.
    Taken(String),
}

impl fmt::Display for InvalidUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Username(username) => {
                write!(
                    f,
                    "{username:?} is not a username: use 1 to {USERNAME_LIMIT} characters, none of them a control character"
                )
            }
            Self::Taken(username) => write!(f, "the username {username:?} is taken"),
        }
    }
}

impl Error for InvalidUser {}
