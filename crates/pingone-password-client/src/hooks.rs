//! What every attempt at a request shares: the token goes in, the response is kept within a limit, a span says what happened.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo};
use reqwest::ResponseBuilderExt;
use tracing::field::Empty;
use tracing::{Instrument, Span};

use crate::generated::Client;

/// One attempt at a request, whichever operation it is.
///
/// progenitor's error for a response that can't be decoded has neither its status nor its headers. So the response is kept
/// here, where it can be looked up whatever becomes of the request.
#[derive(Clone, Debug)]
pub struct Attempt {
    authorization: Option<HeaderValue>,
    body_limit: usize,
    timeout: Option<Duration>,
    template: &'static str,
    resend_count: u32,
    response: Arc<OnceLock<RawResponse>>,
}

impl Attempt {
    /// An attempt with this `Authorization` header, which takes no more than `body_limit` bytes of a response's body.
    #[must_use]
    pub fn new(authorization: HeaderValue, body_limit: usize) -> Self {
        Self { authorization: Some(authorization), ..Self::without_token(body_limit) }
    }

    /// An attempt at a request that brings its own authorization.
    #[must_use]
    pub fn without_token(body_limit: usize) -> Self {
        let (authorization, timeout, template, resend_count) = (None, None, "", 0);
        Self { authorization, body_limit, timeout, template, resend_count, response: Arc::default() }
    }

    /// Gives up after this time, from the connection to the last byte of the response.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// What the attempt's span says of it: the path's template, and how many attempts there were before.
    #[must_use]
    pub fn describe(self, template: &'static str, resend_count: u32) -> Self {
        Self { template, resend_count, ..self }
    }

    /// What the server answered, if it did.
    #[must_use]
    pub fn into_response(self) -> Option<RawResponse> {
        match Arc::try_unwrap(self.response) {
            Ok(response) => response.into_inner(),
            Err(shared) => shared.get().cloned(),
        }
    }

    /// Puts the token and the time limit on a request.
    pub fn prepare(&self, request: &mut reqwest::Request) {
        if let Some(authorization) = &self.authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.clone());
        }
        *request.timeout_mut() = self.timeout;
    }

    /// Sends a request, and keeps what is answered.
    ///
    /// # Errors
    ///
    /// Where no response came, or its body broke off.
    pub async fn execute(&self, client: &reqwest::Client, request: reqwest::Request) -> reqwest::Result<RawResponse> {
        let span = self.span(&request);
        let exchange = async {
            let (response, broken) = self.read(client.execute(request).await?).await;
            record_response(&span, &response);
            // An attempt is one request; if it is used again, the first response stays.
            let _ = self.response.set(response.clone());
            broken.map_or(Ok(response), Err)
        };
        let exchange = pin!(exchange);
        let result = if span.is_disabled() { exchange.await } else { exchange.instrument(span.clone()).await };
        if let Err(failure) = &result {
            record_failure(&span, failure);
        }
        result
    }

    /// Reads a response within the limit. Says why its body broke off if it did.
    async fn read(&self, mut response: reqwest::Response) -> (RawResponse, Option<reqwest::Error>) {
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        // Mostly the body comes in one piece, which is kept as it is.
        let mut body = Bytes::new();
        let (end, broken) = loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > self.body_limit => break (BodyEnd::TooLarge, None),
                Ok(Some(chunk)) if body.is_empty() => body = chunk,
                Ok(Some(chunk)) => {
                    let mut longer = BytesMut::from(body);
                    longer.extend_from_slice(&chunk);
                    body = longer.freeze();
                }
                Ok(None) => break (BodyEnd::Complete, None),
                Err(error) => break (BodyEnd::Broken, Some(error)),
            }
        };
        (RawResponse { status, headers, body, end }, broken)
    }

    /// A span with the names that OpenTelemetry gives to HTTP clients. Nothing of it is made when nobody listens.
    ///
    /// <https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span>
    fn span(&self, request: &reqwest::Request) -> Span {
        let span = tracing::info_span!(
            "http.client.request",
            otel.name = Empty,
            otel.kind = "client",
            http.request.method = %request.method(),
            url.template = self.template,
            server.address = request.url().host_str(),
            server.port = request.url().port_or_known_default(),
            http.request.resend_count = Empty,
            http.response.status_code = Empty,
            error.type = Empty,
            pingone.correlation_id = Empty,
        );
        if !span.is_disabled() {
            span.record("otel.name", format!("{} {}", request.method(), self.template));
            if self.resend_count > 0 {
                span.record("http.request.resend_count", self.resend_count);
            }
        }
        span
    }
}

fn record_response(span: &Span, response: &RawResponse) {
    span.record("http.response.status_code", response.status.as_u16());
    if let Some(id) = response.correlation_id() {
        span.record("pingone.correlation_id", id);
    }
    if !response.status.is_success() {
        span.record("error.type", response.status.as_str());
    }
}

fn record_failure(span: &Span, failure: &reqwest::Error) {
    let kind = match failure {
        failure if failure.is_connect() => "connect",
        failure if failure.is_timeout() => "timeout",
        _ => "interrupted",
    };
    span.record("error.type", kind);
}

/// What the server answered.
#[derive(Clone)]
pub struct RawResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    end: BodyEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BodyEnd {
    Complete,
    TooLarge,
    Broken,
}

const CORRELATION_ID: HeaderName = HeaderName::from_static("correlation-id");

impl RawResponse {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// What identifies the request in the vendor's logs.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.headers.get(CORRELATION_ID)?.to_str().ok()
    }

    /// The body, as far as it came.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Whether the body was longer than the limit.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.end == BodyEnd::TooLarge
    }

    /// Whether the body came to its end.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.end == BodyEnd::Complete
    }
}

/// Headers and bodies may hold what is nobody's business.
impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, body, end, .. } = self;
        f.debug_struct("RawResponse")
            .field("status", status)
            .field("body_length", &body.len())
            .field("end", end)
            .finish()
    }
}

impl ClientHooks<Attempt> for Client {
    async fn pre<E>(&self, request: &mut reqwest::Request, _: &OperationInfo) -> Result<(), Error<E>> {
        self.inner().prepare(request);
        Ok(())
    }

    async fn exec(&self, request: reqwest::Request, _: &OperationInfo) -> reqwest::Result<reqwest::Response> {
        let url = request.url().clone();
        let RawResponse { status, headers, body, .. } = self.inner().execute(self.client(), request).await?;
        // With its URL, because reqwest would parse one of its own.
        let mut response = http::Response::builder().url(url).body(body).unwrap_or_default();
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response.into())
    }
}
