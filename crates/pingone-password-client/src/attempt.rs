//! One attempt at a request: the access token, the limits, the kept response, and a span.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::HeaderValue;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION};
use tracing::Span;
use tracing::field::Empty;

use crate::response::RawResponse;
use crate::scrub::Scrubber;

/// One attempt at a request, for any operation.
///
/// An attempt keeps the response, because progenitor's error for a response that can't be decoded has neither its status nor
/// its headers.
#[derive(Clone, Debug)]
pub struct Attempt {
    authorization: Option<HeaderValue>,
    body_limit: usize,
    timeout: Option<Duration>,
    template: &'static str,
    resend_count: u32,
    scrubber: Arc<Scrubber>,
    response: Arc<OnceLock<RawResponse>>,
}

impl Attempt {
    /// Creates an attempt with an `Authorization` header and a limit for the response's body in bytes.
    #[must_use]
    pub fn new(authorization: HeaderValue, body_limit: usize) -> Self {
        Self { authorization: Some(authorization), ..Self::without_token(body_limit) }
    }

    /// Creates an attempt at a request that brings its own authorization.
    #[must_use]
    pub fn without_token(body_limit: usize) -> Self {
        let (authorization, timeout, template, resend_count) = (None, None, "", 0);
        let scrubber = Arc::default();
        Self { authorization, body_limit, timeout, template, resend_count, scrubber, response: Arc::default() }
    }

    /// Sets the time limit, from connecting to the last byte of the response.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// Sets what the attempt's span shows: the path's template, and the number of attempts before this one.
    #[must_use]
    pub fn describe(self, template: &'static str, resend_count: u32) -> Self {
        Self { template, resend_count, ..self }
    }

    /// Sets what removes the secrets of the request from the response. Defaults to removing nothing but the passwords in the
    /// request's own body.
    #[must_use]
    pub fn scrub(self, scrubber: Arc<Scrubber>) -> Self {
        Self { scrubber, ..self }
    }

    /// Returns the response, if there was one.
    #[must_use]
    pub fn into_response(self) -> Option<RawResponse> {
        match Arc::try_unwrap(self.response) {
            Ok(response) => response.into_inner(),
            Err(shared) => shared.get().cloned(),
        }
    }

    /// Adds the access token and the time limit to a request.
    pub fn prepare(&self, request: &mut reqwest::Request) {
        // Not every server decodes `+` as a space. A literal plus sign is already `%2B`.
        if let Some(query) = request.url().query().filter(|query| query.contains('+')) {
            let query = query.replace('+', "%20");
            request.url_mut().set_query(Some(&query));
        }
        if let Some(authorization) = &self.authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.clone());
        }
        *request.timeout_mut() = self.timeout;
    }

    /// Sends a request and keeps the response.
    ///
    /// # Errors
    ///
    /// An error if there was no response, or its body broke off.
    pub async fn execute(
        &self,
        client: &reqwest::Client,
        mut request: reqwest::Request,
    ) -> reqwest::Result<RawResponse> {
        let span = self.span(&request);
        // Nothing here decompresses a response.
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let body = request.body().and_then(reqwest::Body::as_bytes).filter(|body| !body.is_empty());
        let passwords = body.map(Scrubber::of_body);
        let mut exchange = pin!(async {
            let (mut response, broken) = RawResponse::read(client.execute(request).await?, self.body_limit).await;
            response.scrub(&self.scrubber);
            if let Some(passwords) = &passwords {
                response.scrub(passwords);
            }
            // An attempt is for one request. If it is used again, it keeps the first response. The clone shares its parts.
            let _ = self.response.set(response.clone());
            broken.map_or(Ok(response), Err)
        });
        if span.is_disabled() {
            return exchange.await;
        }
        let mut ending = Ending { span: &span, is_over: false };
        // As `Instrument` does it, but the span isn't entered once more to drop the future.
        let result = poll_fn(|context| span.in_scope(|| exchange.as_mut().poll(context))).await;
        ending.is_over = true;
        record(&span, self.response.get(), result.as_ref().err());
        result
    }

    /// Creates a span with OpenTelemetry's names for HTTP clients. Costs nothing without a subscriber.
    ///
    /// It leaves out `url.full`: the path contains the ID of a user, and the query may contain a username or an email address.
    /// `url.template` and `server.address` say which request it was. Numbers are `i64`, because the layer for OpenTelemetry
    /// exports other integers as text.
    ///
    /// <https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span>
    fn span(&self, request: &reqwest::Request) -> Span {
        tracing::info_span!(
            "http.client.request",
            otel.name = format_args!("{} {}", request.method(), self.template),
            otel.kind = "client",
            http.request.method = %request.method(),
            url.template = %self.template,
            server.address = request.url().host_str(),
            server.port = request.url().port_or_known_default().map(i64::from),
            http.request.resend_count = Some(i64::from(self.resend_count)).filter(|count| *count > 0),
            http.response.status_code = Empty,
            error.type = Empty,
            otel.status_code = Empty,
            pingone.correlation_id = Empty,
        )
    }
}

/// Marks the span of a request whose future is dropped before the request has ended.
struct Ending<'a> {
    span: &'a Span,
    is_over: bool,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            tracing::record_all!(self.span, error.type = "cancelled", otel.status_code = "ERROR");
        }
    }
}

/// Records what became of a request, all at once: a subscriber may write a span anew each time.
fn record(span: &Span, response: Option<&RawResponse>, failure: Option<&reqwest::Error>) {
    let status = response.map(RawResponse::status);
    let error = match (failure, &status) {
        (Some(failure), _) if failure.is_connect() => Some("connect"),
        (Some(failure), _) if failure.is_timeout() => Some("timeout"),
        (Some(_), _) => Some("interrupted"),
        (None, Some(status)) if !status.is_success() => Some(status.as_str()),
        (None, _) => None,
    };
    tracing::record_all!(
        span,
        http.response.status_code = status.map(|status| i64::from(status.as_u16())),
        pingone.correlation_id = response.and_then(RawResponse::correlation_id),
        error.type = error,
        otel.status_code = error.map(|_| "ERROR"),
    );
}
