//! Sends an operation: attempts, retries, the state check, the rate limiter.

mod attempt;
mod exchange;
mod rate_limiter;
mod raw;
mod request;
mod retry;
mod schedule;
mod unlock;
mod unlock_account;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tracing::Instrument;
use tracing::field::Empty;

use self::attempt::attempt;
use self::exchange::Exchange;
pub use self::rate_limiter::{AcquireFuture, RateLimiter};
pub use self::raw::{Method, RawOperation};
pub use self::request::{ReadPasswordState, SendRequest};
pub use self::retry::{OnUnknownOutcome, RetryPolicy};
use self::schedule::Schedule;
pub(crate) use self::schedule::Sleep;
pub use self::unlock::UnlockPassword;
pub use self::unlock_account::UnlockAccount;
use crate::EnvironmentId;
use crate::auth::AccessTokenProvider;
use crate::call::Call;
use crate::correlation::Correlation;
use crate::error::Result;
use crate::response::Response;

/// Everything that requests are sent with. Shared by the clones of a client and the requests that it makes.
pub(crate) struct Sender {
    pub(crate) environment_id: EnvironmentId,
    pub(crate) base_url: String,
    pub(crate) http: reqwest::Client,
    pub(crate) provider: Arc<dyn AccessTokenProvider>,
    pub(crate) timeout: Duration,
    pub(crate) response_limit: usize,
    pub(crate) retry: RetryPolicy,
    pub(crate) sleep: Sleep,
    pub(crate) rate_limiter: Option<Arc<dyn RateLimiter>>,
    pub(crate) correlation: Correlation,
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { environment_id, base_url, .. } = self;
        f.debug_struct("Sender")
            .field("environment_id", environment_id)
            .field("base_url", base_url)
            .finish_non_exhaustive()
    }
}

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Sends an operation, and retries it if that does no harm.
async fn send<E: Exchange>(sender: &Sender, call: &Call, exchange: &E) -> Result<Response<E::Output>> {
    let mut schedule = Schedule::new(call, &sender.retry, &sender.sleep);
    let sending = async {
        loop {
            match attempt(sender, call, exchange, &mut schedule).await {
                Err(error) => schedule.wait_after(error, call.is_idempotent).await?,
                done => return done,
            }
        }
    };
    in_span(sender, call, std::pin::pin!(sending)).await
}

/// Runs a call in a span of its own, the parent of the spans of its requests.
///
/// The caller pins the call, so that it isn't moved through every layer.
async fn in_span<T>(sender: &Sender, call: &Call, sending: Pin<&mut impl Future<Output = Result<T>>>) -> Result<T> {
    let span = tracing::info_span!(
        "pingone.call",
        otel.name = %call.operation,
        pingone.operation = %call.operation,
        pingone.user_id = call.user_id.map(tracing::field::display),
        pingone.external_transaction_id = sender.correlation.transaction_id.as_ref().map(tracing::field::display),
        pingone.external_session_id = sender.correlation.session_id.as_ref().map(tracing::field::display),
        pingone.outcome = Empty,
        error.type = Empty,
    );
    if span.is_disabled() {
        return sending.await;
    }
    let result = sending.instrument(span.clone()).await;
    if let Err(error) = &result {
        span.record("pingone.outcome", tracing::field::debug(error.outcome()));
        span.record("error.type", tracing::field::debug(error.kind()));
    }
    result
}
