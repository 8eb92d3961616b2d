//! Why no access token could be obtained.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use pingone_password_client::RawResponse;

use super::transport::{TransportFailure, Unanswered};
use crate::endpoint::Endpoint;
use crate::model::ApiError;

/// The error of an [`AccessTokenProvider`](crate::AccessTokenProvider).
#[derive(Clone)]
pub struct TokenError(Arc<TokenFailure>);

#[derive(Default)]
pub(crate) struct TokenFailure {
    pub(crate) response: Option<RawResponse>,
    /// The error of the authorization server, in OAuth's format or in PingOne's.
    pub(crate) api_error: Option<ApiError>,
    /// The cause, in words.
    pub(crate) reason: Option<String>,
    pub(crate) advice: Option<&'static str>,
    pub(crate) is_transient: bool,
    /// Whether only a new sign-in helps.
    pub(crate) needs_sign_in: bool,
    /// Whether the store of a sign-in failed.
    pub(crate) is_store: bool,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TokenFailure {
    /// A failure that only a new sign-in fixes.
    pub(crate) fn sign_in_required() -> Self {
        Self { advice: Some("Sign in again."), needs_sign_in: true, ..Self::default() }
    }
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

    /// Creates an error that only a new sign-in fixes: it [needs a sign-in](Self::needs_sign_in). The call fails at once.
    pub fn sign_in_required(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        TokenFailure { source: Some(source.into()), ..TokenFailure::sign_in_required() }.into()
    }

    /// Returns whether nobody is signed in, or the sign-in has ended, so that a person has to sign in
    /// ([`UserSignIn`](crate::UserSignIn)).
    #[must_use]
    pub fn needs_sign_in(&self) -> bool {
        self.0.needs_sign_in
    }

    /// The authorization server did not respond.
    pub(crate) fn transport(endpoint: &Endpoint, error: reqwest::Error) -> Self {
        let TransportFailure { kind, reason, is_transient, source } =
            TransportFailure::of(Some(Unanswered::Transport(error)));
        let reason = super::display::without_response(kind, Some(endpoint), reason.as_deref());
        let source = source.map(|source| Box::new(source) as _);
        TokenFailure { reason: Some(reason), is_transient, source, ..TokenFailure::default() }.into()
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
        let TokenFailure { response, api_error, reason, is_transient, source, .. } = &*self.0;
        f.debug_struct("TokenError")
            .field("status", &response.as_ref().map(|response| response.status().as_u16()))
            .field("code", &api_error.as_ref().and_then(|error| error.code.as_deref()))
            .field("reason", reason)
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
