//! When a request may go out, where many share a limit.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// The future that [`RateLimiter::acquire`] returns.
pub type AcquireFuture<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Says when a request may go out, for callers that share a limit.
///
/// Every request takes its turn: those that are sent again and looks at the state, too, but not those for an access token.
/// A call's [deadline](crate::RetryPolicy::deadline) runs while it waits.
///
/// ```
/// use std::time::Duration;
/// use pingone_password::{RateLimiter, AcquireFuture};
/// use tokio::sync::Mutex;
/// use tokio::time::{Instant, sleep_until};
///
/// /// Ten requests a second, whatever happens.
/// #[derive(Debug)]
/// struct Steady(Mutex<Instant>);
///
/// impl RateLimiter for Steady {
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
    /// Waits until a request may go out.
    ///
    /// The future may be dropped at any point, and the next turn has to come all the same.
    fn acquire(&self) -> AcquireFuture<'_>;

    /// The server refused a request because there were too many (429, or 503 with `Retry-After`). `retry_after` is how long
    /// it asks to wait, where it says so. The call that met it waits by itself; this is for all the others.
    fn on_throttled(&self, retry_after: Option<Duration>) {
        let _ = retry_after;
    }
}
