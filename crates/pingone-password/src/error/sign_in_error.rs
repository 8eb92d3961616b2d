//! Why a person could not be signed in.

use std::error::Error as StdError;
use std::fmt;

use super::token_error::{TokenError, TokenFailure};

/// The error of signing in, and of what concerns a sign-in.
///
/// `Display` shows on one line what failed and what the server said. It never shows a token or a code.
#[derive(Clone, Debug)]
pub struct SignInError {
    kind: SignInErrorKind,
    error: TokenError,
}

/// What kind of error a [`SignInError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignInErrorKind {
    /// The person, or PingOne on the person's behalf, declined.
    Denied,
    /// The person didn't sign in before the code expired.
    Expired,
    /// Nobody is signed in, or the sign-in has ended.
    NotSignedIn,
    /// This computer doesn't allow to listen for the redirect.
    Listener,
    /// The tokens could not be loaded, stored or cleared.
    Store,
    /// The authorization server did not respond, or not as it should.
    Server,
}

impl SignInError {
    pub(crate) fn new(kind: SignInErrorKind, reason: impl Into<String>) -> Self {
        let needs_sign_in = kind == SignInErrorKind::NotSignedIn;
        let reason = Some(reason.into());
        Self { kind, error: TokenFailure { reason, needs_sign_in, ..TokenFailure::default() }.into() }
    }

    /// Returns what kind of error this is.
    #[must_use]
    pub fn kind(&self) -> SignInErrorKind {
        self.kind
    }

    /// Returns the error code of the authorization server, such as `invalid_grant`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.error.failure().api_error.as_ref()?.code.as_deref()
    }

    /// Returns what to do, if that is known.
    #[must_use]
    pub fn advice(&self) -> Option<&'static str> {
        self.error.failure().advice
    }
}

impl From<TokenError> for SignInError {
    fn from(error: TokenError) -> Self {
        let TokenFailure { needs_sign_in, is_store, .. } = error.failure();
        let code = error.failure().api_error.as_ref().and_then(|error| error.code.as_deref());
        let kind = match code {
            _ if *needs_sign_in => SignInErrorKind::NotSignedIn,
            _ if *is_store => SignInErrorKind::Store,
            Some("access_denied") => SignInErrorKind::Denied,
            Some("expired_token") => SignInErrorKind::Expired,
            _ => SignInErrorKind::Server,
        };
        Self { kind, error }
    }
}

impl fmt::Display for SignInError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TokenFailure { reason, api_error, .. } = self.error.failure();
        f.write_str(reason.as_deref().unwrap_or("the sign-in failed"))?;
        let Some(error) = api_error else { return Ok(()) };
        for part in [&error.code, &error.message].into_iter().flatten() {
            write!(f, ": {}", part.escape_debug())?;
        }
        Ok(())
    }
}

impl StdError for SignInError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}
