//! A user.

use std::{error::Error, fmt};

use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use super::Status;

/// The duration of a lockout in the password policy, and the `secondsUntilUnlock` that users start with.
pub(crate) const LOCKOUT_SECONDS: u64 = 900;
/// The environment's populations.
pub(crate) const POPULATION_IDS: [Uuid; 2] = [
    Uuid::from_u128(0xb000_0000_0000_8000_8000_0000_0000_0001),
    Uuid::from_u128(0xb000_0000_0000_8000_8000_0000_0000_0002),
];
/// The longest username, in characters.
const USERNAME_LIMIT: usize = 128;

#[derive(Clone)]
pub(crate) struct User {
    pub(crate) username: String,
    pub(crate) email: Option<String>,
    pub(crate) population: Uuid,
    pub(crate) status: Status,
    /// Visible only while the password is locked out.
    pub(crate) seconds_until_unlock: Option<u64>,
    /// Whether the account has a lock of its own, beyond any password lockout.
    pub(crate) account_locked: bool,
    /// The number of password unlocks applied.
    pub(crate) unlocks: usize,
}

/// A user to add. The default is a user whose password is valid, with a username and an e-mail address of the emulator's choice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NewUser {
    /// The username: 1 to 128 characters, none of them a control character, unique whatever the case. Defaults to `user-N`.
    pub username: Option<String>,
    /// The e-mail address. Defaults to `{username}@example.com` for a username of the emulator's choice, else to none.
    pub email: Option<String>,
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

    /// Returns the `number`th user of the environment.
    pub(super) fn into_user(self, number: u128) -> Result<User, InvalidUser> {
        let username = match self.username {
            None => format!("user-{number}"),
            Some(given) if is_username(&given) => given,
            Some(given) => return Err(InvalidUser::Username(given)),
        };
        let own_email = || (username == format!("user-{number}")).then(|| format!("{username}@example.com"));
        Ok(User {
            email: self.email.or_else(own_email),
            population: self.population_id.unwrap_or(POPULATION_IDS[usize::from(number.is_multiple_of(2))]),
            status: self.status,
            seconds_until_unlock: self.seconds_until_unlock.unwrap_or(Some(LOCKOUT_SECONDS)),
            account_locked: self.account_locked,
            unlocks: 0,
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
