//! Sends an operation: attempts, retries, the state check, the rate limiter.

mod attempt;
mod credibility;
mod exchange;
mod rate_limiter;
mod raw;
mod request;
mod retry;
mod schedule;
mod span;
mod state_check;

use std::fmt;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use pingone_password_client::BaseUrl;

use self::attempt::{Attempted, attempt};
use self::exchange::{Exchange, decode};
pub use self::rate_limiter::{AcquireFuture, RateLimiter};
pub use self::raw::{Method, RawOperation};
pub use self::request::SendRequest;
pub use self::retry::{OnUnknownOutcome, RetryPolicy};
use self::schedule::Schedule;
use self::span::in_span;
use self::state_check::{Checked, Unsettled};
use crate::EnvironmentId;
use crate::auth::AccessTokenProvider;
use crate::call::Call;
use crate::connections::Connections;
use crate::correlation::Correlation;
use crate::endpoint::Endpoint;
use crate::error::{Defect, Error, Outcome, Result};
use crate::response::Response;
use crate::sleep::Sleep;

/// Everything that requests are sent with. Shared by the clones of a client and the requests that it makes.
pub(crate) struct Sender {
    pub(crate) environment_id: EnvironmentId,
    pub(crate) base_url: BaseUrl,
    pub(crate) endpoint: Endpoint,
    pub(crate) connections: Arc<Connections>,
    pub(crate) provider: Arc<dyn AccessTokenProvider>,
    pub(crate) token_source: TokenSource,
    pub(crate) timeout: Duration,
    pub(crate) response_limit: usize,
    pub(crate) retry: RetryPolicy,
    pub(crate) sleep: Sleep,
    pub(crate) rate_limiter: Option<Arc<dyn RateLimiter>>,
    pub(crate) correlation: Correlation,
}

/// Where access tokens come from, for the advice after a 401.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TokenSource {
    Token,
    Worker,
    Provider,
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { environment_id, base_url, .. } = self;
        f.debug_struct("Sender")
            .field("environment_id", environment_id)
            .field("base_url", &base_url.as_str())
            .finish_non_exhaustive()
    }
}

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Sends an operation, and retries it if that does no harm.
async fn send<E: Exchange>(sender: &Sender, call: &Call, exchange: &E) -> Result<Response<E::Output>> {
    let schedule = Schedule::new(call, &sender.retry, &sender.sleep);
    in_span(sender, call, pin!(send_until_settled(sender, call, exchange, schedule))).await
}

/// Returns the result of an operation from a response that no client has requested.
#[cfg(feature = "test-util")]
pub(crate) fn read_response<R: pingone_password_client::Request>(
    call: &Call,
    environment_id: Option<EnvironmentId>,
    response: &pingone_password_client::RawResponse,
) -> Result<R::Output> {
    attempt::read::<exchange::Documented<R>>(call, environment_id, response, None, None)
}

/// Returns the result of a raw operation from a response that no client has requested.
#[cfg(feature = "test-util")]
pub(crate) fn read_raw_response(
    call: &Call,
    response: &pingone_password_client::RawResponse,
) -> Result<Option<serde_json::Value>> {
    attempt::read::<raw::Raw>(call, None, response, None, None)
}

async fn send_until_settled<E: Exchange>(
    sender: &Sender,
    call: &Call,
    exchange: &E,
    mut schedule: Schedule<'_>,
) -> Result<Response<E::Output>> {
    let policy = sender.retry.unknown_outcome();
    let check = call.state_check.zip(exchange.state_check());
    let has_check = check.is_some();
    let checks_first = has_check && policy == OnUnknownOutcome::CheckFirst;
    let retries_unknown = call.is_idempotent || has_check && policy != OnUnknownOutcome::Fail;
    let mut unsettled: Option<Unsettled> = None;
    loop {
        let error = match unsettled.as_mut().zip(check.clone()) {
            Some((request, (check, read))) => match request.check(sender, read, check, &mut schedule).await {
                Ok(Checked::Applied(state)) => {
                    return match E::output(decode::<E>(&state)) {
                        Some(value) => Ok(Response::confirmed(value, state, schedule.request_count())),
                        None => Err(Error::defective(call, &state, Defect::OtherShape, None)
                            .with_unknown_outcome()
                            .with_request_count(schedule.request_count())),
                    };
                }
                Ok(Checked::NotApplied) => {
                    unsettled = None;
                    continue;
                }
                Ok(Checked::FreshToken) => continue,
                Err(error) => error,
            },
            None => match attempt(sender, call, exchange, &mut schedule).await {
                Attempted::Done(response) => return Ok(response),
                Attempted::FreshToken(error) => {
                    // A gateway may reject the token of a request that it has let through.
                    if checks_first {
                        let may_be_applied = schedule.may_be_applied() || error.outcome() == Outcome::Unknown;
                        unsettled = Some(Unsettled::after_rejected_token(error, may_be_applied));
                    }
                    continue;
                }
                Attempted::Failed(error) => {
                    if checks_first && error.outcome() == Outcome::Unknown {
                        unsettled = Some(Unsettled::new(error.clone()));
                    }
                    error
                }
            },
        };
        // A response that is not believed isn't transient, and still the state check may settle it.
        let may_retry = error.is_transient() || has_check && error.state_check_error().is_none() && error.has_defect();
        schedule.wait_after(error, may_retry, retries_unknown).await?;
    }
}
