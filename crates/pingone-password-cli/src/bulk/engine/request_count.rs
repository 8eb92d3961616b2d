//! Counts the requests of the current user, by the permits of the rate limiter.

use std::cell::Cell;

use tokio::time::Instant;

/// The requests of one user, which are sent one after another.
#[derive(Debug, Default)]
struct RequestCount {
    /// The number of permits, and so of requests.
    permits: Cell<u32>,
    /// The number of requests that the server throttled. These changed nothing.
    throttled: Cell<u32>,
    /// When the last permit was given.
    last_permit: Cell<Option<Instant>>,
}

tokio::task_local! {
    static REQUESTS: RequestCount;
}

/// Runs a future and counts its requests, including retries and state checks.
pub(super) async fn counted<F: Future>(future: F) -> (F::Output, u32) {
    REQUESTS
        .scope(RequestCount::default(), async { (future.await, REQUESTS.with(|requests| requests.permits.get())) })
        .await
}

/// Returns the number of requests of the current user that were not throttled. Zero outside of [`counted`].
pub(super) fn unthrottled_requests() -> u32 {
    REQUESTS.try_with(|requests| requests.permits.get().saturating_sub(requests.throttled.get())).unwrap_or_default()
}

/// Counts a permit. Does nothing outside of [`counted`].
pub(super) fn count_permit(now: Instant) {
    _ = REQUESTS.try_with(|requests| {
        requests.permits.set(requests.permits.get() + 1);
        requests.last_permit.set(Some(now));
    });
}

/// Counts a throttled request, and returns when it got its permit. The client reports it within the call.
pub(super) fn count_throttled() -> Option<Instant> {
    let last_permit = REQUESTS.try_with(|requests| {
        requests.throttled.set(requests.throttled.get() + 1);
        requests.last_permit.get()
    });
    last_permit.unwrap_or_default()
}
