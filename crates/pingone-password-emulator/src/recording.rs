//! What surrounds the routes: every answer gets a correlation id, and every request is recorded.

use std::{borrow::Cow, sync::Arc};

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{FromRequest, Request, State},
    http::{HeaderValue, request::Parts},
    middleware::Next,
    response::Response,
};
use uuid::Uuid;

use crate::{body::ApiError, store::Shared};

/// The longest request body that is taken.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;

/// The id of one request: the header `Correlation-Id`, and the `id` of an error.
#[derive(Clone, Copy)]
pub(crate) struct CorrelationId(pub(crate) Uuid);

pub(crate) async fn correlate(mut request: Request, next: Next) -> Response {
    let id = Uuid::new_v4();
    request.extensions_mut().insert(CorrelationId(id));
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("Correlation-Id", value);
    }
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
    let response = match body {
        Ok(body) => next.run(Request::from_parts(parts, Body::from(body))).await,
        Err(rejection) => ApiError::unreadable_body(rejection.status()).into_response(correlation_id),
    };
    if let Some(index) = index
        && let Some(recorded) = shared.store().requests.get_mut(index)
    {
        recorded.status = Some(response.status().as_u16());
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
    /// The status of the answer; `None` until there is one, and for good where the client hung up before.
    pub status: Option<u16>,
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
