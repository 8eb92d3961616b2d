//! The person who is signed in.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The person who is signed in, as the authorization server describes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Person {
    /// The user ID (`sub`).
    pub id: String,
    /// The username (`preferred_username`). Which claims there are depends on the application's scopes.
    pub username: Option<String>,
    /// The full name (`name`).
    pub name: Option<String>,
}

impl Person {
    /// Reads the claims of the user info endpoint.
    pub(super) fn of(claims: &Map<String, Value>) -> Result<Self, String> {
        let text = |name| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let id = text("sub").ok_or("responded with JSON that names no person")?;
        Ok(Self { id, username: text("preferred_username"), name: text("name") })
    }

    /// Returns the username, or else the name, or else the ID.
    #[must_use]
    pub fn label(&self) -> &str {
        self.username.as_deref().or(self.name.as_deref()).unwrap_or(&self.id)
    }
}
