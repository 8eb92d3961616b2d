//! Where access tokens come from.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// An access token: sent, and never shown.
///
/// It is overwritten when the last clone is dropped. What is made of it on the way to the socket is not: the header, which is
/// kept as long as the token and marked as sensitive, and the bytes that TLS encrypts.
///
/// ```
/// let token = pingone_password::AccessToken::from("eyJhbGciOi…");
/// assert_eq!(format!("{token:?}"), "AccessToken([REDACTED])");
/// ```
#[derive(Clone)]
pub struct AccessToken(Arc<Token>);

struct Token {
    secret: SecretString,
    /// Made once, because every request needs it.
    header: OnceLock<Option<HeaderValue>>,
}

/// The secret of a worker application: sent, and never shown. It is overwritten when it is dropped, but for what is made of
/// it on the way to the socket.
#[derive(Clone)]
pub struct ClientSecret(SecretString);

impl ClientSecret {
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for ClientSecret {
    fn from(secret: String) -> Self {
        Self(secret.into())
    }
}

impl From<&str> for ClientSecret {
    fn from(secret: &str) -> Self {
        Self(secret.into())
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret([REDACTED])")
    }
}

impl AccessToken {
    pub(crate) fn expose(&self) -> &str {
        self.0.secret.expose_secret()
    }

    /// The token as a header, where it can be one.
    pub(crate) fn to_header(&self) -> Option<HeaderValue> {
        self.0.header.get_or_init(|| header(self.expose())).clone()
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
        Self(Arc::new(Token { secret: token.into(), header: OnceLock::new() }))
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

/// What a provider gives: a token, some time.
pub type AccessTokenFuture<'a> = Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + 'a>>;

/// Gives access tokens to a client: from a vault, from a sidecar, from wherever yours are.
///
/// A client asks before every request, so a provider keeps what it has for as long as it is good.
///
/// ```
/// use pingone_password::{AccessToken, AccessTokenFuture, AccessTokenProvider, TokenError};
///
/// #[derive(Debug)]
/// struct FromFile(std::path::PathBuf);
///
/// impl AccessTokenProvider for FromFile {
///     fn access_token(&self) -> AccessTokenFuture<'_> {
///         Box::pin(async {
///             let token = std::fs::read_to_string(&self.0).map_err(TokenError::new)?;
///             Ok(AccessToken::from(token.trim()))
///         })
///     }
/// }
/// ```
pub trait AccessTokenProvider: fmt::Debug + Send + Sync + 'static {
    /// A token that is good now.
    ///
    /// The future may be dropped at any point, and the next call has to work all the same.
    fn access_token(&self) -> AccessTokenFuture<'_>;

    /// The server refused a token that this gave. Says whether [`access_token`](Self::access_token) will give another
    /// one now; if so, the request is sent once more with that.
    fn invalidate(&self, token: &AccessToken) -> bool {
        let _ = token;
        false
    }
}

/// One token, for as long as it lasts.
impl AccessTokenProvider for AccessToken {
    fn access_token(&self) -> AccessTokenFuture<'_> {
        Box::pin(std::future::ready(Ok(self.clone())))
    }
}

/// Why there is no access token.
#[derive(Clone)]
pub struct TokenError(Arc<Failure>);

#[derive(Default)]
pub(crate) struct Failure {
    pub(crate) status: Option<u16>,
    /// OAuth's `error`, such as `invalid_client`.
    pub(crate) error: Option<String>,
    /// OAuth's `error_description`.
    pub(crate) description: Option<String>,
    pub(crate) correlation_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) is_transient: bool,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TokenError {
    /// A failure that asking again will not mend.
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::of(Failure { source: Some(source.into()), ..Failure::default() })
    }

    /// A failure that may pass: the client asks again, as its retry policy has it.
    pub fn transient(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::of(Failure { source: Some(source.into()), is_transient: true, ..Failure::default() })
    }

    pub(crate) fn of(failure: Failure) -> Self {
        Self(Arc::new(failure))
    }

    pub(crate) fn failure(&self) -> &Failure {
        &self.0
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no access token")
    }
}

impl fmt::Debug for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { status, error, is_transient, source, .. } = &*self.0;
        f.debug_struct("TokenError")
            .field("status", status)
            .field("error", error)
            .field("is_transient", is_transient)
            .field("source", source)
            .finish()
    }
}

impl StdError for TokenError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
