//! The access token.

use std::fmt;
use std::sync::{Arc, OnceLock};

use http::HeaderValue;
use pingone_password_client::Scrubber;
use secrecy::{ExposeSecret, SecretString};

/// An OAuth 2.0 access token. `Debug` redacts it.
///
/// The token is zeroized when the last clone is dropped. The `Authorization` header made from it is marked as sensitive and
/// kept as long as the token, but it is not zeroized, and neither are the bytes that are written to the socket.
///
/// A response that quotes the token is scrubbed of it, unless the token has fewer than 8 bytes.
///
/// ```
/// let token = pingone_password::AccessToken::from("eyJhbGciOi…");
/// assert_eq!(format!("{token:?}"), "AccessToken([REDACTED])");
/// ```
#[derive(Clone)]
pub struct AccessToken(Arc<Token>);

struct Token {
    secret: SecretString,
    /// Made once, because every request needs them.
    header: OnceLock<Option<HeaderValue>>,
    scrubber: OnceLock<Arc<Scrubber>>,
}

impl AccessToken {
    pub(crate) fn expose(&self) -> &str {
        self.0.secret.expose_secret()
    }

    /// The `Authorization` header, unless the token contains characters that a header can't hold.
    pub(crate) fn to_header(&self) -> Option<HeaderValue> {
        self.0.header.get_or_init(|| header(self.expose())).clone()
    }

    /// Removes the token from responses that quote it.
    pub(crate) fn scrubber(&self) -> Arc<Scrubber> {
        Arc::clone(self.0.scrubber.get_or_init(|| Arc::new(Scrubber::new([self.expose()]))))
    }
}

fn header(token: &str) -> Option<HeaderValue> {
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let mut header = HeaderValue::try_from(format!("Bearer {token}")).ok()?;
    header.set_sensitive(true);
    Some(header)
}

impl From<String> for AccessToken {
    fn from(token: String) -> Self {
        Self(Arc::new(Token { secret: token.into(), header: OnceLock::new(), scrubber: OnceLock::new() }))
    }
}

impl From<&str> for AccessToken {
    fn from(token: &str) -> Self {
        Self::from(token.to_owned())
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken([REDACTED])")
    }
}
