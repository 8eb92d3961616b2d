//! What a text on the command line names.

use clap::ValueEnum;
use pingone_password::{UserId, UserKey};
use serde::{Deserialize, Serialize};

use crate::padding::unpadded;
use crate::terminal::quoted;

/// The longest username, in characters.
const USERNAME_LIMIT: usize = 128;
/// The longest email address, in characters.
const EMAIL_LIMIT: usize = 320;

/// What users are named by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum By {
    /// The ID, a UUID
    #[default]
    Id,
    /// The username
    Username,
    /// The email address
    Email,
}

impl By {
    /// Returns the name in messages.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Id => "user ID",
            Self::Username => "username",
            Self::Email => "email address",
        }
    }
}

/// What identifies a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Id(UserId),
    Name(UserKey),
    /// A username, or else an email address.
    UsernameOrEmail(String),
}

/// Returns the message for a text that is not a user ID.
pub(crate) fn not_an_id(text: &str) -> String {
    format!("{} is not a valid user ID: expected a UUID", quoted(text))
}

/// Parses a username.
///
/// # Errors
///
/// Returns why the text can't be one.
pub(crate) fn username(text: &str) -> Result<UserKey, String> {
    // Some usernames are addresses.
    let limit = if text.contains('@') { EMAIL_LIMIT } else { USERNAME_LIMIT };
    name(text, limit).map(UserKey::username)
}

/// Parses an email address.
///
/// # Errors
///
/// Returns why the text can't be one.
pub(crate) fn email(text: &str) -> Result<UserKey, String> {
    name(text, EMAIL_LIMIT).map(UserKey::email)
}

fn name(text: &str, limit: usize) -> Result<&str, String> {
    let is_name = !text.trim().is_empty() && text.chars().count() <= limit && !text.contains(char::is_control);
    if is_name { Ok(text) } else { Err(format!("{} is not a valid username or email address", quoted(text))) }
}

impl Key {
    /// Parses a key. White space around it isn't part of it, nor is what surrounds an ID. Without `by`, a UUID is an ID, and anything else is a username. An address that is no username is tried as
    /// an email address.
    ///
    /// # Errors
    ///
    /// Returns why the text can't be a key of this kind.
    pub(crate) fn parse(text: &str, by: Option<By>) -> Result<Self, String> {
        let (name, id) = (text.trim(), unpadded(text).parse());
        match (by, id) {
            (None | Some(By::Id), Ok(id)) => Ok(Self::Id(id)),
            (Some(By::Id), Err(_)) => Err(not_an_id(text)),
            (Some(By::Email), _) => email(name).map(Self::Name),
            (None, Err(_)) if name.contains('@') => email(name).map(|_| Self::UsernameOrEmail(name.to_owned())),
            (Some(By::Username), _) | (None, Err(_)) => username(name).map(Self::Name),
        }
    }

    /// Parses keys, each of which is returned once, in the order given.
    ///
    /// # Errors
    ///
    /// Returns a message for every invalid text.
    pub(crate) fn parse_all(texts: &[String], by: Option<By>) -> Result<Vec<Self>, Vec<String>> {
        let mut keys = Vec::new();
        let mut problems = Vec::new();
        for text in texts {
            match Self::parse(text, by) {
                Ok(key) if keys.contains(&key) => {}
                Ok(key) => keys.push(key),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(keys) } else { Err(problems) }
    }
}
