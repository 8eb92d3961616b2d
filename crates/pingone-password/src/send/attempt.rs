//! One attempt: an access token, a permit of the rate limiter, and a request.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use pingone_password_client::{self as generated, Attempt};
use tokio::time::Instant;
use tokio::time::error::Elapsed;

use super::Sender;
use super::exchange::{Exchange, Success};
use super::schedule::Schedule;
use crate::auth::AccessToken;
use crate::call::Call;
use crate::error::{Error, Result, TokenError};
use crate::response::Response;

/// Sends a request, and a second one with a fresh access token if the server rejects the first one's.
pub(super) async fn attempt<E: Exchange>(
    sender: &Sender,
    call: &Call,
    exchange: &E,
    schedule: &mut Schedule<'_>,
) -> Result<Response<E::Output>> {
    let Sender { base_url, http, provider, rate_limiter, .. } = sender;
    let mut has_fresh_token = false;
    loop {
        let (token, attempt) = prepare(sender, call, schedule).await?;
        let api = generated::Client::new_with_client(base_url, http.clone(), attempt.clone());
        let (body, broken) = exchange.exchange(sender, call, &api).await;
        drop(api);
        let error = match attempt.into_response() {
            // The status confirms it, even if the rest of the response was lost.
            Some(raw) if raw.status().is_success() => {
                return E::conclude(call, Success { body, raw, broken, request_count: schedule.request_count() });
            }
            Some(raw) => Error::rejected(call, &raw),
            None => Error::transport(call, broken),
        };
        if let (Some(rate_limiter), true) = (rate_limiter, error.is_throttled()) {
            rate_limiter.on_throttled(error.retry_after());
        }
        let may_refresh = error.is_unauthenticated() && !std::mem::replace(&mut has_fresh_token, true);
        if !may_refresh || !provider.invalidate(&token) {
            return Err(error);
        }
    }
}

/// Gets an access token, and waits for the rate limiter.
async fn prepare(sender: &Sender, call: &Call, schedule: &mut Schedule<'_>) -> Result<(AccessToken, Attempt)> {
    let Sender { provider, timeout, response_limit, rate_limiter, .. } = sender;
    let token = within(schedule.deadline(), provider.access_token())
        .await
        .unwrap_or_else(|elapsed| Err(TokenError::transient(elapsed)))
        .map_err(|error| Error::access_token(call, error))?;
    let Some(authorization) = token.to_header() else {
        let error = TokenError::new("the access token contains characters that a header can't hold");
        return Err(Error::access_token(call, error));
    };
    // Last, so that the request goes out as soon as it is admitted.
    if let Some(rate_limiter) = rate_limiter {
        within(schedule.deadline(), rate_limiter.acquire()).await.map_err(|_| Error::not_admitted(call))?;
    }
    let time_left = schedule.deadline().saturating_duration_since(Instant::now());
    let attempt = Attempt::new(authorization, *response_limit)
        .timeout(time_left.min(*timeout))
        .describe(call.path, schedule.count_request(call));
    Ok((token, attempt))
}

/// Awaits a future until the deadline. A future that is ready at once, as most are here, costs no timer.
async fn within<T>(deadline: Instant, mut future: Pin<Box<dyn Future<Output = T> + Send + '_>>) -> Result<T, Elapsed> {
    match poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => tokio::time::timeout_at(deadline, future).await,
    }
}
