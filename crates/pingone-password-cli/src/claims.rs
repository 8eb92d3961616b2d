//! What an access token says of itself, where it is a JWT. Nothing is verified: the server does that.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// The time in an access token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Claims {
    /// When it ends, in seconds since 1970.
    exp: Option<i64>,
}

impl Claims {
    /// The claims of a token, where it has any that can be read.
    pub(crate) fn of(token: &str) -> Option<Self> {
        let payload = token.split('.').nth(1)?;
        let payload = BASE64_URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        serde_json::from_slice(&payload).ok()
    }

    /// How many seconds the token has left. It is less than none where it has ended.
    pub(crate) fn seconds_left(&self, now: DateTime<Utc>) -> Option<i64> {
        Some(self.exp?.saturating_sub(now.timestamp()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!("e30.{}.signature", BASE64_URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn a_jwt_says_when_it_ends() {
        let now = DateTime::from_timestamp(1_000, 0).unwrap();
        let claims = Claims::of(&token(r#"{"exp":940,"sub":"x"}"#)).unwrap();
        assert_eq!(claims.seconds_left(now), Some(-60));
        assert_eq!(Claims::of(&token("{}")).unwrap().seconds_left(now), None);
    }

    #[test]
    fn whatever_else_a_token_is_it_says_nothing() {
        for text in ["", "opaque", "a.b.c", "..", &token("[]x"), &token(r#"{"exp":"soon"}"#)] {
            assert_eq!(Claims::of(text), None, "{text}");
        }
    }
}
