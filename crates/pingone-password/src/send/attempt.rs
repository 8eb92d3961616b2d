//! One attempt: an access token, a permit of the rate limiter, a request, and the judgment of its response.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use pingone_password_client::{self as generated, Attempt, RawResponse};
use tokio::time::Instant;
use tokio::time::error::Elapsed;

use super::credibility::{Expected, judge};
use super::exchange::Exchange;
use super::schedule::Schedule;
use super::{Sender, TokenSource};
use crate::EnvironmentId;
use crate::auth::AccessToken;
use crate::call::Call;
use crate::error::{Defect, Error, ErrorKind, Result, TokenError, TokenFailure, Unanswered};
use crate::response::Response;

/// The result of an attempt.
pub(super) enum Attempted<T> {
    Done(Response<T>),
    /// The server rejected the access token, and there is a fresh one.
    FreshToken(Error),
    Failed(Error),
}

pub(super) async fn attempt<E: Exchange>(
    sender: &Sender,
    call: &Call,
    exchange: &E,
    schedule: &mut Schedule<'_>,
) -> Attempted<E::Output> {
    let (token, attempt) = match prepare(sender, call, schedule).await {
        Ok(prepared) => prepared,
        Err(error) => return Attempted::Failed(error),
    };
    let api =
        generated::Client::new_with_client(sender.base_url.clone(), sender.connections.current(), attempt.clone());
    let (body, broken) = match exchange.exchange(sender, call, &api).await {
        Ok(body) => (body, None),
        Err(broken) => (None, Some(broken)),
    };
    drop(api);
    let error = match attempt.into_response() {
        Some(raw) => match read::<E>(call, Some(sender.environment_id), &raw, body, broken) {
            Ok(value) => return Attempted::Done(Response::new(value, raw, schedule.request_count())),
            Err(error) => error,
        },
        None => Error::transport(call, &sender.endpoint, broken),
    };
    if error.defect().is_some_and(Defect::is_of_another_request) {
        sender.connections.replace();
    }
    if error.kind() == ErrorKind::Configuration {
        schedule.uncount_request(call);
    }
    if error.is_throttled() {
        if let Some(rate_limiter) = &sender.rate_limiter {
            rate_limiter.on_throttled(error.retry_after());
        }
        tracing::debug!(status = error.status(), retry_after = ?error.retry_after(), "the server asks for fewer requests");
    }
    if !error.is_unauthenticated() {
        return Attempted::Failed(error);
    }
    if schedule.may_refresh_token() && sender.provider.invalidate(&token) {
        tracing::debug!("the access token was rejected; retrying with another");
        return Attempted::FreshToken(error);
    }
    Attempted::Failed(match sender.token_source {
        _ if error.code().is_none() => error,
        TokenSource::Token => {
            error.with_advice("The access token has expired, or it is for another region or environment.")
        }
        TokenSource::Worker => error.with_advice(
            "Check the region, and that the worker application's environment is in it. A fresh access token was rejected, too.",
        ),
        TokenSource::Provider => error,
    })
}

/// Returns the result of an operation from its response, if that is a success and believed.
pub(super) fn read<E: Exchange>(
    call: &Call,
    environment_id: Option<EnvironmentId>,
    raw: &RawResponse,
    body: Option<E::Body>,
    broken: Option<Unanswered>,
) -> Result<E::Output> {
    if !raw.status().is_success() {
        return Err(Error::rejected(call, raw));
    }
    let expected = Expected {
        is_write: call.is_write,
        environment_id,
        user_id: call.user_id,
        is_user: call.path.ends_with("/{userId}"),
        state_check: call.state_check,
    };
    judge::<E>(raw, &expected, body).map_err(|defect| Error::defective(call, raw, defect, broken))
}

/// Gets an access token, and waits for the rate limiter.
async fn prepare(sender: &Sender, call: &Call, schedule: &mut Schedule<'_>) -> Result<(AccessToken, Attempt)> {
    let Sender { provider, timeout, response_limit, rate_limiter, .. } = sender;
    let token = within(schedule.deadline(), provider.access_token())
        .await
        .unwrap_or_else(|elapsed| Err(TokenError::transient(elapsed)))
        .map_err(|error| Error::access_token(call, error))?;
    let Some(authorization) = token.to_header() else {
        let reason = Some("the access token contains characters that a header can't hold".to_owned());
        return Err(Error::access_token(call, TokenFailure { reason, ..TokenFailure::default() }.into()));
    };
    // Last, so that the request goes out as soon as it is admitted.
    if let Some(rate_limiter) = rate_limiter {
        within(schedule.deadline(), rate_limiter.acquire()).await.map_err(|_| Error::not_admitted(call))?;
    }
    let time_left = schedule.deadline().saturating_duration_since(Instant::now());
    let attempt = Attempt::new(authorization, *response_limit)
        .scrub(token.scrubber())
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
