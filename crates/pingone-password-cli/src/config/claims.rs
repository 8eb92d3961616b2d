//! The claims of an access token that is a JWT. They are not verified: that is the server's job.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// The claims that are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Claims {
    /// The expiry, in seconds since 1970.
    exp: Option<i64>,
}

impl Claims {
    /// Reads the claims of a token. Returns nothing for an opaque token.
    pub(crate) fn of(token: &str) -> Option<Self> {
        let payload = token.split('.').nth(1)?;
        let payload = BASE64_URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        serde_json::from_slice(&payload).ok()
    }

    /// Returns the seconds until the token expires, negative if it has expired.
    pub(crate) fn seconds_until_expiry(&self, now: DateTime<Utc>) -> Option<i64> {
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
    fn a_jwt_has_an_expiry() {
        let now = DateTime::from_timestamp(1_000, 0).unwrap();
        let claims = Claims::of(&token(r#"{"exp":940,"sub":"x"}"#)).unwrap();
        assert_eq!(claims.seconds_until_expiry(now), Some(-60));
        assert_eq!(Claims::of(&token("{}")).unwrap().seconds_until_expiry(now), None);
    }

    #[test]
    fn an_opaque_token_has_no_claims() {
        for text in ["", "opaque", "a.b.c", "..", &token("[]x"), &token(r#"{"exp":"soon"}"#)] {
            assert_eq!(Claims::of(text), None, "{text}");
        }
    }
}
