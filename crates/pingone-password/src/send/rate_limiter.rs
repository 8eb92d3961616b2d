//! Client-side rate limiting, for requests that share a limit.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// The future that [`RateLimiter::acquire`] returns.
pub type AcquireFuture<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Decides when a request may be sent.
///
/// The client acquires a permit for every request, including retries and state checks, but not for token requests. The call's
/// [deadline](crate::RetryPolicy::deadline) keeps running while it waits.
///
/// ```
/// use std::time::Duration;
/// use pingone_password::{AcquireFuture, RateLimiter};
/// use tokio::sync::Mutex;
/// use tokio::time::{Instant, sleep_until};
///
/// /// Ten requests per second.
/// #[derive(Debug)]
/// struct TenPerSecond(Mutex<Instant>);
///
/// impl RateLimiter for TenPerSecond {
///     fn acquire(&self) -> AcquireFuture<'_> {
///         Box::pin(async {
///             let mut next = self.0.lock().await;
///             sleep_until(*next).await;
///             *next = Instant::now() + Duration::from_millis(100);
///         })
///     }
/// }
/// ```
pub trait RateLimiter: fmt::Debug + Send + Sync + 'static {
    /// Waits until a request may be sent.
    ///
    /// The future may be dropped at any await point. The next call must still work.
    fn acquire(&self) -> AcquireFuture<'_>;

    /// Tells the rate limiter that the server throttled a request: 429, or 503 with a `Retry-After`.
    ///
    /// `retry_after` is how long the server asks to wait, if it says so. The throttled call waits on its own. Implement this
    /// to make other calls wait, too. The default implementation does nothing.
    fn on_throttled(&self, retry_after: Option<Duration>) {
        let _ = retry_after;
    }
}
