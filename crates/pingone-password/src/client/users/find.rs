//! Finding exactly one user.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use super::filter::Filter;
use super::query::UserQuery;
use crate::UserId;
use crate::error::Error;
use crate::model::User;
use crate::send::Sender;

/// The most candidates that an error lists.
const MAX_CANDIDATES: usize = 10;

/// What identifies a user to a person.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UserKey {
    /// The username, which is unique within an environment.
    Username(String),
    /// The email address, which is not necessarily unique.
    Email(String),
}

impl UserKey {
    /// Creates the key of a username.
    pub fn username(username: impl Into<String>) -> Self {
        Self::Username(username.into())
    }

    /// Creates the key of an email address.
    pub fn email(email: impl Into<String>) -> Self {
        Self::Email(email.into())
    }

    /// Returns the filter for users with this key.
    #[must_use]
    pub fn filter(&self) -> Filter {
        match self {
            Self::Username(username) => Filter::username(username),
            Self::Email(email) => Filter::email(email),
        }
    }

    /// Returns whether this is the user's key, without regard to case.
    ///
    /// The case is that of Unicode, character by character: `Ä` is `ä`, but `ß` is not `ss`.
    #[must_use]
    pub fn matches(&self, user: &User) -> bool {
        let (key, property) = match self {
            Self::Username(username) => (username, &user.username),
            Self::Email(email) => (email, &user.email),
        };
        property.as_ref().is_some_and(|property| lowercase(property).eq(lowercase(key)))
    }
}

fn lowercase(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase)
}

impl fmt::Display for UserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Username(username) => write!(f, "username {username:?}"),
            Self::Email(email) => write!(f, "email address {email:?}"),
        }
    }
}

/// A user that was found, with the ID that operations need.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FoundUser {
    /// The user's ID.
    pub user_id: UserId,
    /// The user.
    pub user: User,
}

/// Finds the one user with a key.
pub(in crate::client) async fn find_user(sender: Arc<Sender>, key: UserKey) -> Result<FoundUser, FindUserError> {
    let mut users = UserQuery::new(sender).filter(key.filter()).stream();
    let mut candidates = Vec::new();
    let mut seen = HashSet::new();
    while let Some(user) = users.next().await {
        let user = user?;
        if !key.matches(&user) {
            continue;
        }
        // A user whose ID is missing can't be told from the others.
        let Some(user_id) = user.id.map(UserId::from) else { return Err(FindUserError::NoId { key }) };
        if seen.insert(user_id) {
            candidates.push(FoundUser { user_id, user });
        }
        if candidates.len() == MAX_CANDIDATES {
            break;
        }
    }
    match candidates.pop() {
        None => Err(FindUserError::NotFound { key }),
        Some(user) if candidates.is_empty() => Ok(user),
        Some(user) => {
            candidates.push(user);
            Err(FindUserError::Ambiguous { key, candidates })
        }
    }
}

/// The error of [`Client::find_user`](crate::Client::find_user).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FindUserError {
    /// No user has the key, or none that the role of the access token may see. A role can be limited to a population.
    NotFound {
        /// The key.
        key: UserKey,
    },
    /// More than one user has the key.
    Ambiguous {
        /// The key.
        key: UserKey,
        /// The users, at most 10.
        candidates: Vec<FoundUser>,
    },
    /// The server sent a user with the key, but without an ID.
    NoId {
        /// The key.
        key: UserKey,
    },
    /// The users can't be read.
    Read(Error),
}

impl From<Error> for FindUserError {
    fn from(error: Error) -> Self {
        Self::Read(error)
    }
}

impl fmt::Display for FindUserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { key } => write!(f, "no user has the {key}, or none that this role may see"),
            Self::Ambiguous { key, candidates } => {
                let more = if candidates.len() == MAX_CANDIDATES { "at least " } else { "" };
                write!(f, "{more}{} users have the {key}: ", candidates.len())?;
                for (index, FoundUser { user_id, user }) in candidates.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    match &user.username {
                        Some(username) => write!(f, "{user_id} ({username:?})")?,
                        None => write!(f, "{user_id}")?,
                    }
                }
                Ok(())
            }
            Self::NoId { key } => write!(f, "the server sent a user with the {key}, but without an ID"),
            Self::Read(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for FindUserError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            // It is shown as the error itself.
            Self::Read(error) => std::error::Error::source(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_match_without_regard_to_case_and_nothing_else() {
        let user = |json| serde_json::from_value::<User>(json).expect("a user");
        let named = |username: &str| user(serde_json::json!({ "username": username, "email": "M@Example.com" }));
        for (username, key, matches) in [
            ("Maria", "maria", true),
            ("ÄÖÜ", "äöü", true),
            ("straße", "STRASSE", false),
            ("ma", "maria", false),
            ("maria ", "maria", false),
            ("", "", true),
        ] {
            assert_eq!(UserKey::username(key).matches(&named(username)), matches, "{username} {key}");
        }
        assert!(UserKey::email("m@example.COM").matches(&named("x")));
        assert!(!UserKey::email("x").matches(&named("x")));
        assert!(!UserKey::username("").matches(&user(serde_json::json!({}))));
    }
}
