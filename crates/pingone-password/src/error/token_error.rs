//! Why no access token could be obtained.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The error of an [`AccessTokenProvider`](crate::AccessTokenProvider).
#[derive(Clone)]
pub struct TokenError(Arc<TokenFailure>);

#[derive(Default)]
pub(crate) struct TokenFailure {
    pub(crate) status: Option<u16>,
    /// The `error` of an OAuth error response, such as `invalid_client`.
    pub(crate) error: Option<String>,
    /// The `error_description` of an OAuth error response.
    pub(crate) description: Option<String>,
    pub(crate) correlation_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) is_transient: bool,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TokenError {
    /// Creates an error that a retry doesn't fix. The call fails at once.
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        TokenFailure { source: Some(source.into()), ..TokenFailure::default() }.into()
    }

    /// Creates an error that may go away. The client retries as its [`RetryPolicy`](crate::RetryPolicy) allows.
    pub fn transient(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        TokenFailure { source: Some(source.into()), is_transient: true, ..TokenFailure::default() }.into()
    }

    pub(crate) fn failure(&self) -> &TokenFailure {
        &self.0
    }
}

impl From<TokenFailure> for TokenError {
    fn from(failure: TokenFailure) -> Self {
        Self(Arc::new(failure))
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no access token could be obtained")
    }
}

impl fmt::Debug for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TokenFailure { status, error, is_transient, source, .. } = &*self.0;
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
