//! The requests that arrived, and what came of each.

use std::borrow::Cow;

use axum::{body::Bytes, http::request::Parts};

use crate::faults::{Fault, TokenFault};

/// A request as it arrived, whatever came of it.
///
/// Bytes that aren't an HTTP request never get this far.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method as sent.
    pub method: String,
    /// The path as sent, neither decoded nor normalized.
    pub path: String,
    /// The part after the `?`, as sent; `None` without a `?`.
    pub query: Option<String>,
    /// The headers: names in lower case, values as sent. Names are in the order of arrival, and a repeated name follows its
    /// first occurrence.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body. Empty also if it was longer than 1 MiB (rejected with 413) or incomplete.
    pub body: Vec<u8>,
    /// The status of the response. `None` until there is one, and for good if the client disconnected first or a fault
    /// suppressed it.
    pub status: Option<u16>,
    /// The fault injected into this request.
    pub fault: Option<Fault>,
    /// The fault injected into this request for an access token.
    pub token_fault: Option<TokenFault>,
    /// Whether the server applied a write for this request, no matter what the client learned of it.
    pub applied: bool,
}

impl RecordedRequest {
    /// Returns every value of a header as text. The case of the name doesn't matter.
    #[must_use]
    pub fn header(&self, name: &str) -> Vec<Cow<'_, str>> {
        let headers = self.headers.iter();
        headers
            .filter(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| String::from_utf8_lossy(value))
            .collect()
    }
}

/// Everything that is learned of a request after its arrival.
#[derive(Clone, Copy, Default)]
pub(crate) struct Completion {
    pub(crate) status: Option<u16>,
    pub(crate) fault: Option<Fault>,
    pub(crate) token_fault: Option<TokenFault>,
    pub(crate) applied: bool,
}

/// The requests so far, in the order of arrival.
#[derive(Default)]
pub(crate) struct Journal {
    requests: Vec<RecordedRequest>,
}

impl Journal {
    /// Records a request and returns the number that completes it.
    pub(crate) fn record(&mut self, parts: &Parts, body: Option<&Bytes>) -> usize {
        let headers = parts.headers.iter();
        self.requests.push(RecordedRequest {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers: headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect(),
            body: body.map(|body| body.to_vec()).unwrap_or_default(),
            status: None,
            fault: None,
            token_fault: None,
            applied: false,
        });
        self.requests.len() - 1
    }

    pub(crate) fn complete(&mut self, number: usize, completion: Completion) {
        if let Some(request) = self.requests.get_mut(number) {
            let Completion { status, fault, token_fault, applied } = completion;
            (request.status, request.fault, request.token_fault) = (status, fault, token_fault);
            request.applied = applied;
        }
    }

    pub(crate) fn requests(&self) -> &[RecordedRequest] {
        &self.requests
    }
}
