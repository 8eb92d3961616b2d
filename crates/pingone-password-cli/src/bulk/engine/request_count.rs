//! What the current user's requests are doing, by the permits of the rate limiter.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use tokio::time::Instant;

use super::circuit_breaker::Outage;

/// The requests of one user, which are sent one after another.
#[derive(Default)]
struct Requests {
    /// The number of permits, and so of requests.
    permits: Cell<u32>,
    /// The number of requests that the server throttled. These changed nothing.
    throttled: Cell<u32>,
    /// The number of requests that were not throttled before the current call.
    before_call: Cell<u32>,
    /// When the last permit was given.
    last_permit: Cell<Option<Instant>>,
    is_waiting: Cell<bool>,
    affected_user: RefCell<Option<AffectedUser>>,
}

/// A user whose requests failed in an outage.
#[derive(Debug)]
struct AffectedUser(Arc<Outage>);

impl Drop for AffectedUser {
    fn drop(&mut self) {
        self.0.leave();
    }
}

tokio::task_local! {
    static REQUESTS: Requests;
    /// Dropped when the request in flight is over.
    static IN_FLIGHT: RefCell<Option<Box<dyn Send>>>;
}

/// Runs a future and tells the rate limiter when its requests are over. They are sent one after another.
pub(crate) async fn tracked<F: Future>(future: F) -> F::Output {
    IN_FLIGHT.scope(RefCell::default(), future).await
}

/// Runs a future and counts its requests, including retries and state checks. They are tracked, too.
pub(super) async fn counted<F: Future>(future: F) -> (F::Output, u32) {
    let counted = async { (future.await, REQUESTS.with(|requests| requests.permits.get())) };
    tracked(REQUESTS.scope(Requests::default(), counted)).await
}

/// Starts a call.
pub(super) fn start_call() {
    _ = REQUESTS.try_with(|requests| requests.before_call.set(requests.unthrottled()));
}

/// Returns whether the current call has sent a request that was not throttled. False outside of [`counted`].
pub(super) fn has_sent() -> bool {
    REQUESTS.try_with(Requests::has_sent).unwrap_or_default()
}

/// Returns whether the current call waits for a permit, so that none of its requests is in flight.
pub(super) fn is_waiting() -> bool {
    REQUESTS.try_with(|requests| requests.is_waiting.get()).unwrap_or_default()
}

/// Returns whether the current user's requests failed in an outage: an earlier request of the call failed, or an earlier call.
pub(super) fn is_affected() -> bool {
    REQUESTS.try_with(|requests| requests.affected_user.borrow().is_some() || requests.has_sent()).unwrap_or_default()
}

/// Adds the current user to those whose requests failed.
pub(super) fn enter(outage: &Arc<Outage>) {
    _ = REQUESTS.try_with(|requests| {
        let mut affected_user = requests.affected_user.borrow_mut();
        if affected_user.is_none() {
            outage.enter();
            *affected_user = Some(AffectedUser(Arc::clone(outage)));
        }
    });
}

/// Removes the current user from those whose requests failed.
pub(super) fn recover() {
    _ = REQUESTS.try_with(|requests| requests.affected_user.take());
}

/// Marks the current call as waiting for a permit until the result is dropped.
pub(super) fn waiting() -> Waiting {
    _ = REQUESTS.try_with(|requests| requests.is_waiting.set(true));
    Waiting
}

/// See [`waiting`].
pub(super) struct Waiting;

impl Drop for Waiting {
    fn drop(&mut self) {
        _ = REQUESTS.try_with(|requests| requests.is_waiting.set(false));
    }
}

/// Returns whether requests are [`tracked`] here.
pub(super) fn is_tracked() -> bool {
    IN_FLIGHT.try_with(|_| ()).is_ok()
}

/// Records that the request in flight is over, if there is one.
pub(super) fn finish_request() {
    _ = IN_FLIGHT.try_with(RefCell::take);
}

/// Counts a permit. `in_flight` is dropped when its request is over, or at once if it isn't [`tracked`].
pub(super) fn count_permit(now: Instant, in_flight: impl Send + 'static) {
    _ = IN_FLIGHT.try_with(|request| request.replace(Some(Box::new(in_flight))));
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

impl Requests {
    fn unthrottled(&self) -> u32 {
        self.permits.get().saturating_sub(self.throttled.get())
    }

    fn has_sent(&self) -> bool {
        self.unthrottled() > self.before_call.get()
    }
}
