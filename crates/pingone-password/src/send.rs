//! Sends what there is to send: with an access token, again where that can do no harm. And concludes what came of it.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use pingone_password_client::{self as generated, Attempt, RawResponse, Request};
use tokio::time::Instant;
use tokio::time::error::Elapsed;

use crate::auth::{AccessToken, TokenError};
use crate::call::Call;
use crate::client::{Client, Inner};
use crate::error::{Error, Result};
use crate::response::Response;
use crate::retry::Attempts;

/// What can be sent, once there is an access token.
pub(crate) trait Exchange: Sync {
    /// The body of a success.
    type Body: Send;
    /// What a success comes to.
    type Output;

    /// Sends it once, and decodes what is answered, as far as that goes; or says why no answer came.
    fn exchange<'a>(
        &'a self,
        client: &'a Client,
        call: &'a Call,
        api: &'a generated::Client,
    ) -> impl Future<Output = Exchanged<Self::Body>> + Send + 'a;

    /// Says what a success comes to.
    fn conclude(call: &Call, success: Success<Self::Body>) -> Result<Response<Self::Output>>;
}

/// The body, where it could be decoded, and why no answer came, or not all of it.
pub(crate) type Exchanged<T> = (Option<T>, Option<reqwest::Error>);

/// An answer of success.
pub(crate) struct Success<T> {
    /// What was decoded.
    pub(crate) body: Option<T>,
    pub(crate) raw: RawResponse,
    /// Why the answer broke off, if it did.
    pub(crate) broken: Option<reqwest::Error>,
    /// How many requests there were.
    pub(crate) request_count: u32,
}

/// An operation of the document.
pub(crate) struct Documented<R>(pub(crate) R);

impl<R: Request> Exchange for Documented<R> {
    type Body = R::Body;
    type Output = R::Output;

    async fn exchange<'a>(
        &'a self,
        client: &'a Client,
        call: &'a Call,
        api: &'a generated::Client,
    ) -> Exchanged<R::Body> {
        use generated::Error::{CommunicationError, InvalidUpgrade, ResponseBodyError};

        match self.0.send(api, client.inner.environment_id.as_uuid(), call.user_id.as_uuid()).await {
            Ok(value) => (Some(value.into_inner()), None),
            Err(CommunicationError(error) | InvalidUpgrade(error) | ResponseBodyError(error)) => (None, Some(error)),
            // Made from an answer, and the answer is at hand.
            Err(_) => (None, None),
        }
    }

    fn conclude(call: &Call, success: Success<R::Body>) -> Result<Response<Self::Output>> {
        let Success { body, raw, broken, request_count } = success;
        // The document knows one status of success, and the server may use another.
        let body = body.or_else(|| serde_json::from_slice(raw.body()).ok());
        match R::output(body) {
            Some(value) => Ok(Response::new(value, raw, request_count)),
            None => Err(Error::undecodable(call, &raw, broken)),
        }
    }
}

/// Sends it, and again as its call says.
pub(crate) async fn send<E: Exchange>(client: &Client, call: &Call, exchange: &E) -> Result<Response<E::Output>> {
    let mut attempts = Attempts::new(&client.inner, call);
    let sending = pin!(async {
        loop {
            match once(client, call, exchange, &mut attempts).await {
                Err(error) => attempts.wait_after(error, call.repeat).await?,
                done => return done,
            }
        }
    });
    call.observe(sending).await
}

/// Makes one attempt: a request, and another one with a fresh access token if the server refuses the first one's.
pub(crate) async fn once<E: Exchange>(
    client: &Client,
    call: &Call,
    exchange: &E,
    attempts: &mut Attempts<'_>,
) -> Result<Response<E::Output>> {
    let Inner { base_url, http, provider, rate_limiter, .. } = &*client.inner;
    let mut is_second = false;
    loop {
        let (token, attempt) = prepare(client, call, attempts).await?;
        let api = generated::Client::new_with_client(base_url, http.clone(), attempt.clone());
        let (body, broken) = exchange.exchange(client, call, &api).await;
        drop(api);
        let error = match attempt.into_response() {
            // The status says that it was done, even if the rest of the answer was lost.
            Some(raw) if raw.status().is_success() => {
                return E::conclude(call, Success { body, raw, broken, request_count: attempts.request_count() });
            }
            Some(raw) => Error::rejected(call, &raw),
            None => Error::transport(call, broken),
        };
        if let (Some(rate_limiter), true) = (rate_limiter, error.is_throttled()) {
            rate_limiter.on_throttled(error.retry_after());
        }
        let has_another_try = error.is_unauthenticated() && !std::mem::replace(&mut is_second, true);
        if !has_another_try || !provider.invalidate(&token) {
            return Err(error);
        }
    }
}

/// Gets an access token, and waits for the turn.
async fn prepare(client: &Client, call: &Call, attempts: &mut Attempts<'_>) -> Result<(AccessToken, Attempt)> {
    let Inner { provider, timeout, response_limit, rate_limiter, .. } = &*client.inner;
    let token = within(attempts.deadline(), provider.access_token())
        .await
        .unwrap_or_else(|late| Err(TokenError::transient(late)))
        .map_err(|error| Error::access_token(call, error))?;
    let Some(authorization) = token.to_header() else {
        let error = TokenError::new("the access token has characters that no header can hold");
        return Err(Error::access_token(call, error));
    };
    // Last, so that nothing stands between the turn and the request.
    if let Some(rate_limiter) = rate_limiter {
        within(attempts.deadline(), rate_limiter.acquire()).await.map_err(|_| Error::out_of_turn(call))?;
    }
    let time_left = attempts.deadline().saturating_duration_since(Instant::now());
    let attempt = Attempt::new(authorization, *response_limit)
        .timeout(time_left.min(*timeout))
        .describe(call.path, attempts.next_request(call));
    Ok((token, attempt))
}

/// What a future gives, if it does by then. One that is ready at once, as most are here, costs no timer.
async fn within<T>(deadline: Instant, mut future: Pin<Box<dyn Future<Output = T> + Send + '_>>) -> Result<T, Elapsed> {
    match poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => tokio::time::timeout_at(deadline, future).await,
    }
}
