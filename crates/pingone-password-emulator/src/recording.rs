//! What surrounds the routes: every answer gets a correlation id or a fault, and every request is recorded.

use std::{borrow::Cow, sync::Arc};

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{FromRequest, Request, State},
    http::{HeaderName, HeaderValue, request::Parts},
    middleware::Next,
    response::Response,
};
use tokio::time::sleep;
use uuid::Uuid;

use crate::{
    answers::{Outcome, Strike},
    body::ApiError,
    fault::{Fault, TokenFault},
    store::Shared,
};

/// The longest request body that is taken.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;

/// The id of one request: the header `Correlation-Id`, and the `id` of an error.
#[derive(Clone, Copy)]
pub(crate) struct CorrelationId(pub(crate) Uuid);

pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("correlation-id");

impl CorrelationId {
    pub(crate) fn header_value(self) -> HeaderValue {
        // A UUID is never anything but visible ASCII.
        HeaderValue::try_from(self.0.to_string()).unwrap_or(HeaderValue::from_static(""))
    }
}

/// Gives every answer a correlation id, and puts faults in the place of answers.
pub(crate) async fn correlate(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let id = CorrelationId(Uuid::new_v4());
    request.extensions_mut().insert(id);
    let mut response = next.run(request).await;
    if let Some(Outcome { strike: Some(strike), .. }) = response.extensions_mut().remove() {
        response = strike.answer(id, &shared.redirect_target);
    }
    response.headers_mut().entry(CORRELATION_ID).or_insert_with(|| id.header_value());
    response
}

pub(crate) async fn record(
    State(shared): State<Arc<Shared>>,
    Extension(correlation_id): Extension<CorrelationId>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await;

    let index = shared.recording.then(|| {
        let mut store = shared.store();
        store.requests.push(RecordedRequest::new(&parts, body.as_ref().ok()));
        store.requests.len() - 1
    });
    if let Some(latency) = shared.latency {
        sleep(latency).await;
    }
    let response = match body {
        Ok(body) => next.run(Request::from_parts(parts, Body::from(body))).await,
        Err(rejection) => ApiError::unreadable_body(rejection.status()).into_response(correlation_id),
    };
    if let Some(index) = index
        && let Some(recorded) = shared.store().requests.get_mut(index)
    {
        recorded.finish(&response);
    }
    response
}

/// A request as it arrived, whatever came of it. A request that is no HTTP at all never gets this far.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method as sent.
    pub method: String,
    /// The path as sent: nothing decoded, nothing tidied.
    pub path: String,
    /// What follows the `?`, as sent; `None` without a `?`.
    pub query: Option<String>,
    /// Names in lower case, values as sent. Names stand in the order of arrival, and a name's second value right behind its
    /// first.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body; empty also where it was longer than 1 MiB (answered with 413) or broke off.
    pub body: Vec<u8>,
    /// The status of the answer; `None` until there is one, and for good where the client hung up before or where a fault
    /// left it without.
    pub status: Option<u16>,
    /// The fault that struck this request on a password.
    pub fault: Option<Fault>,
    /// The fault that struck this request for an access token.
    pub token_fault: Option<TokenFault>,
    /// This request made the server carry out an unlock, whatever the client got to know of it.
    pub applied: bool,
}

impl RecordedRequest {
    fn new(parts: &Parts, body: Option<&Bytes>) -> Self {
        let headers = parts.headers.iter();
        Self {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers: headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect(),
            body: body.map(|body| body.to_vec()).unwrap_or_default(),
            status: None,
            fault: None,
            token_fault: None,
            applied: false,
        }
    }

    fn finish(&mut self, response: &Response) {
        self.status = Some(response.status().as_u16());
        let Some(outcome) = response.extensions().get::<Outcome>() else { return };
        self.applied = outcome.applied;
        if let Some(strike) = &outcome.strike {
            self.status = strike.status();
            match strike {
                Strike::Password(fault, _) => self.fault = Some(*fault),
                Strike::Token(fault) => self.token_fault = Some(*fault),
            }
        }
    }

    /// Every value of a header, as text; the name's case does not matter.
    #[must_use]
    pub fn header(&self, name: &str) -> Vec<Cow<'_, str>> {
        let headers = self.headers.iter();
        headers
            .filter(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| String::from_utf8_lossy(value))
            .collect()
    }
}
