//! The tokens of a sign-in, as they are stored.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use pingone_password_client::Secret;
use serde::{Deserialize, Serialize};

use super::super::AccessToken;
use super::super::token_response::NewToken;
use super::Person;

/// The lifetime of a token whose response doesn't say it, and the longest that is believed.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(300);
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A sign-in, without its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedIn {
    /// The person, if the authorization server named them.
    pub person: Option<Person>,
    /// When the person signed in, by this computer's clock.
    pub signed_in_at: DateTime<Utc>,
    /// When the access token expires, by this computer's clock.
    pub expires_at: DateTime<Utc>,
    /// Whether a refresh token continues the sign-in after that: up to 30 days from the sign-in, as PingOne's application says.
    pub can_refresh: bool,
}

/// The tokens of a sign-in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    /// The application and the authorization server that issued the tokens, which are the only ones that may see them.
    issued_by: String,
    access_token: Secret,
    #[serde(with = "chrono::serde::ts_seconds")]
    expires_at: DateTime<Utc>,
    pub(super) refresh_token: Option<Secret>,
    #[serde(with = "chrono::serde::ts_seconds")]
    signed_in_at: DateTime<Utc>,
    person: Option<Person>,
}

impl Stored {
    /// Makes a sign-in of new tokens.
    pub(super) fn new(issued_by: String, token: &NewToken, person: Option<Person>, now: SystemTime) -> Self {
        Self { issued_by, person, ..Self::tokens(token, now) }
    }

    /// Continues a sign-in with new tokens. A refresh token stays, unless there is a new one.
    pub(super) fn refreshed(&self, token: &NewToken, now: SystemTime) -> Self {
        let new = Self::tokens(token, now);
        let refresh_token = new.refresh_token.or_else(|| self.refresh_token.clone());
        Self { access_token: new.access_token, expires_at: new.expires_at, refresh_token, ..self.clone() }
    }

    fn tokens(token: &NewToken, now: SystemTime) -> Self {
        let lifetime = token.lifetime.unwrap_or(DEFAULT_LIFETIME).min(MAX_LIFETIME);
        Self {
            issued_by: String::new(),
            access_token: token.token.expose().into(),
            expires_at: now.checked_add(lifetime).unwrap_or(now).into(),
            refresh_token: token.refresh_token.clone(),
            signed_in_at: now.into(),
            person: None,
        }
    }

    /// Reads what a store kept, if this application and server issued it.
    pub(super) fn read(text: &Secret, issued_by: &str) -> Option<Self> {
        serde_json::from_str::<Self>(text.expose()).ok().filter(|stored| stored.issued_by == issued_by)
    }

    pub(super) fn to_text(&self) -> Option<Secret> {
        serde_json::to_string(self).ok().map(Secret::from)
    }

    pub(super) fn access_token(&self) -> AccessToken {
        AccessToken::from(self.access_token.expose())
    }

    /// Returns how long the access token is still valid.
    pub(super) fn remaining(&self, now: SystemTime) -> Duration {
        (self.expires_at - DateTime::<Utc>::from(now)).to_std().unwrap_or_default().min(MAX_LIFETIME)
    }

    pub(super) fn summary(&self) -> SignedIn {
        SignedIn {
            person: self.person.clone(),
            signed_in_at: self.signed_in_at,
            expires_at: self.expires_at,
            can_refresh: self.refresh_token.is_some(),
        }
    }
}
