//! The access token that a client sends.

use std::fmt;

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// An access token: sent, and never shown.
///
/// It is overwritten when it is dropped. The copies that go into a request's headers are not: they are the HTTP
/// library's, which marks them as sensitive.
///
/// ```
/// let token = pingone_password::AccessToken::from("eyJhbGciOi…");
/// assert_eq!(format!("{token:?}"), "AccessToken([REDACTED])");
/// ```
#[derive(Clone)]
pub struct AccessToken(SecretString);

impl AccessToken {
    /// The token as a header, where it can be one.
    pub(crate) fn to_header(&self) -> Option<HeaderValue> {
        let token = self.0.expose_secret();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let mut header = HeaderValue::try_from(format!("Bearer {token}")).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

impl From<String> for AccessToken {
    fn from(token: String) -> Self {
        Self(token.into())
    }
}

impl From<&str> for AccessToken {
    fn from(token: &str) -> Self {
        Self(token.into())
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken([REDACTED])")
    }
}
