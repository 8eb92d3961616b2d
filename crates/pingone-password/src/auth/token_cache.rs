//! An access token: requested when needed, cached, and refreshed before it expires.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::token_response::NewToken;
use super::{AccessToken, AccessTokenFuture, AccessTokenProvider};
use crate::error::TokenError;

/// How long before its expiry a token is refreshed, or a quarter of its lifetime if that is shorter.
const REFRESH_MARGIN: Duration = Duration::from_secs(60);
/// The lifetime of a token whose response doesn't say it.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(300);
/// The longest lifetime that is believed.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a refresh may take while the old token is still valid.
const EARLY_REFRESH_TIMEOUT: Duration = Duration::from_secs(3);
/// How long to wait after an early refresh failed.
const EARLY_REFRESH_INTERVAL: Duration = Duration::from_secs(5);

/// Issues access tokens.
pub(crate) trait IssueToken: fmt::Debug + Send + Sync + 'static {
    /// Issues a token in place of the last one, which is about to expire, has expired or was rejected.
    fn issue(&self, last: Option<AccessToken>) -> impl Future<Output = Result<NewToken, TokenError>> + Send;
}

/// A provider that caches what its source issues.
pub(crate) struct TokenCache<I> {
    source: I,
    cache: RwLock<Option<Cached>>,
    /// Held by the call that refreshes, and released with its future. Holds the last failure.
    refresh: Mutex<Option<TokenError>>,
    /// How many refreshes have finished.
    rounds: AtomicU64,
}

#[derive(Clone)]
struct Cached {
    token: AccessToken,
    refresh_at: Instant,
    expires_at: Instant,
}

impl<I: IssueToken> TokenCache<I> {
    pub(crate) fn new(source: I) -> Self {
        Self { source, cache: RwLock::default(), refresh: Mutex::default(), rounds: AtomicU64::new(0) }
    }

    /// Forgets the token.
    pub(super) fn clear(&self) {
        *self.cache.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    async fn token(&self) -> Result<AccessToken, TokenError> {
        let round = self.rounds.load(Ordering::Acquire);
        let now = Instant::now();
        match self.cached() {
            Some(cached) if now < cached.refresh_at => return Ok(cached.token),
            Some(cached) if now < cached.expires_at => match self.refresh_early(&cached).await {
                Some(fresh) => return Ok(fresh),
                None if Instant::now() < cached.expires_at => return Ok(cached.token),
                None => {}
            },
            _ => {}
        }
        let mut last_error = self.refresh.lock().await;
        // Another call refreshed while this one waited for the lock. Its result is for all that waited.
        if self.rounds.load(Ordering::Acquire) != round {
            match (self.cached(), &*last_error) {
                (Some(cached), _) if Instant::now() < cached.expires_at => return Ok(cached.token),
                (_, Some(error)) => return Err(error.clone()),
                _ => {}
            }
        }
        self.fetch(&mut last_error).await
    }

    fn cached(&self) -> Option<Cached> {
        self.cache.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, cached: Cached) {
        *self.cache.write().unwrap_or_else(PoisonError::into_inner) = Some(cached);
    }

    /// Refreshes a token that is still valid, unless another call is doing so. If the refresh fails, all calls go on with the
    /// old token.
    async fn refresh_early(&self, cached: &Cached) -> Option<AccessToken> {
        let mut last_error = self.refresh.try_lock().ok()?;
        // Before the request, so that the next refresh is postponed even if this call is dropped.
        if !self.postpone_refresh(cached) {
            return None;
        }
        tokio::time::timeout(EARLY_REFRESH_TIMEOUT, self.fetch(&mut last_error)).await.ok()?.ok()
    }

    /// Postpones the next refresh of a token. Returns false if the token has been replaced or invalidated since.
    fn postpone_refresh(&self, cached: &Cached) -> bool {
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let is_same =
            |current: &&mut Cached| current.token.expose() == cached.token.expose() && now < current.expires_at;
        match cache.as_mut().filter(is_same) {
            Some(current) => {
                current.refresh_at = now + EARLY_REFRESH_INTERVAL;
                true
            }
            None => false,
        }
    }

    async fn fetch(&self, last_error: &mut Option<TokenError>) -> Result<AccessToken, TokenError> {
        let requested_at = Instant::now();
        let last = self.cached().map(|cached| cached.token);
        tracing::debug!("requesting an access token");
        let result = self.source.issue(last).await;
        *last_error = result.as_ref().err().cloned();
        if let Ok(NewToken { token, lifetime, .. }) = &result {
            let lifetime = lifetime.unwrap_or(DEFAULT_LIFETIME).min(MAX_LIFETIME);
            let refresh_after = lifetime.saturating_sub(REFRESH_MARGIN.min(lifetime / 4));
            self.keep(Cached {
                token: token.clone(),
                refresh_at: requested_at + refresh_after,
                expires_at: requested_at + lifetime,
            });
        }
        match &result {
            Ok(NewToken { lifetime, .. }) => tracing::debug!(?lifetime, "received an access token"),
            Err(error) => tracing::debug!(?error, "no access token was issued"),
        }
        self.rounds.fetch_add(1, Ordering::Release);
        result.map(|new| new.token)
    }
}

impl<I: IssueToken> AccessTokenProvider for TokenCache<I> {
    fn access_token(&self) -> AccessTokenFuture<'_> {
        Box::pin(self.token())
    }

    fn invalidate(&self, token: &AccessToken) -> bool {
        // Only this token: another call may have replaced it already.
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(cached) = cache.as_mut().filter(|cached| cached.token.expose() == token.expose()) {
            // Kept, so that the source knows which token it replaces.
            cached.expires_at = Instant::now();
            cached.refresh_at = cached.expires_at;
        }
        true
    }
}

impl<I: IssueToken> fmt::Debug for TokenCache<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache").field("source", &self.source).finish_non_exhaustive()
    }
}
