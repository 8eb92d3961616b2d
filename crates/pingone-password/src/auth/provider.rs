//! The interface between a client and a source of access tokens.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use super::AccessToken;
use crate::error::TokenError;

/// The future that [`AccessTokenProvider::access_token`] returns.
pub type AccessTokenFuture<'a> = Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + 'a>>;

/// A source of access tokens, such as a vault or a sidecar.
///
/// The client asks for a token before every request, so a provider should cache its token while it is valid.
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
    /// Returns a token that is valid now.
    ///
    /// The future may be dropped at any await point. The next call must still work.
    ///
    /// # Errors
    ///
    /// A [`TokenError`]: [`transient`](TokenError::transient) if the client should retry,
    /// [`sign_in_required`](TokenError::sign_in_required) if a person has to sign in again.
    fn access_token(&self) -> AccessTokenFuture<'_>;

    /// Tells the provider that the server rejected a token with 401.
    ///
    /// Returns whether [`access_token`](Self::access_token) will now return a different token. If so, the client retries the
    /// request once with that token. The default implementation returns `false`.
    fn invalidate(&self, token: &AccessToken) -> bool {
        let _ = token;
        false
    }
}

/// A closure that returns tokens.
pub(crate) struct TokenFn<F>(pub(crate) F);

impl<F, T> AccessTokenProvider for TokenFn<F>
where
    F: Fn() -> T + Send + Sync + 'static,
    T: Future<Output = Result<AccessToken, TokenError>> + Send + 'static,
{
    fn access_token(&self) -> AccessTokenFuture<'_> {
        Box::pin((self.0)())
    }
}

impl<F> fmt::Debug for TokenFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenFn")
    }
}

/// Returns the same token every time.
impl AccessTokenProvider for AccessToken {
    fn access_token(&self) -> AccessTokenFuture<'_> {
        Box::pin(std::future::ready(Ok(self.clone())))
    }
}
