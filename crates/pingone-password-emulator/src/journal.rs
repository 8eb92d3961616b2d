//! The requests that arrived, and what came of each.

use std::{borrow::Cow, collections::VecDeque};

use axum::{body::Bytes, http::request::Parts};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    faults::{Fault, TokenFault},
    operation::Operation,
};

/// A request as it arrived, whatever came of it.
///
/// Bytes that aren't an HTTP request never get this far.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The position in the order of arrival: 1 is the first request since the start. Numbers aren't used twice.
    pub number: u64,
    /// The time of arrival.
    pub at: DateTime<Utc>,
    /// The `Correlation-Id` of the response.
    pub correlation_id: Uuid,
    /// The operation that method, path and media type ask for, whether or not it was carried out.
    pub operation: Option<Operation>,
    /// Why a request that is almost an operation isn't one, or what is odd about it although it is one.
    pub near_miss: Option<String>,
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

/// What a request is found to be on its arrival.
pub(crate) struct Arrival {
    pub(crate) at: DateTime<Utc>,
    pub(crate) correlation_id: Uuid,
    pub(crate) operation: Option<Operation>,
    pub(crate) near_miss: Option<String>,
}

/// Everything that is learned of a request after its arrival.
#[derive(Clone, Copy, Default)]
pub(crate) struct Completion {
    pub(crate) status: Option<u16>,
    pub(crate) fault: Option<Fault>,
    pub(crate) token_fault: Option<TokenFault>,
    pub(crate) applied: bool,
}

/// The latest requests, in the order of arrival.
pub(crate) struct Journal {
    entries: VecDeque<Entry>,
    /// The number of the next request.
    next: u64,
    /// The number of requests that were dropped to make room.
    dropped: u64,
    /// The size of all entries, in bytes.
    bytes: usize,
    /// The number of requests that are kept.
    limit: usize,
    /// Grows with every change.
    revision: u64,
}

struct Entry {
    request: RecordedRequest,
    bytes: usize,
    /// The journal's revision when the entry last changed.
    revision: u64,
}

impl Journal {
    /// The size of the requests that are kept, in bytes.
    const BYTES_LIMIT: usize = 64 * 1024 * 1024;

    pub(crate) fn new(limit: usize) -> Self {
        Self { entries: VecDeque::new(), next: 1, dropped: 0, bytes: 0, limit: limit.max(1), revision: 0 }
    }

    /// Records a request and returns its number. The oldest requests go if there are too many, or if they are too large.
    pub(crate) fn record(&mut self, parts: &Parts, body: Option<&Bytes>, arrival: Arrival) -> u64 {
        let Arrival { at, correlation_id, operation, near_miss } = arrival;
        let headers = parts.headers.iter();
        let request = RecordedRequest {
            number: self.next,
            at,
            correlation_id,
            operation,
            near_miss,
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers: headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect(),
            body: body.map(|body| body.to_vec()).unwrap_or_default(),
            status: None,
            fault: None,
            token_fault: None,
            applied: false,
        };
        let bytes = size(&request);
        while self.entries.len() >= self.limit || (self.bytes + bytes > Self::BYTES_LIMIT && !self.entries.is_empty()) {
            self.bytes -= self.entries.pop_front().map_or(0, |entry| entry.bytes);
            self.dropped += 1;
        }
        self.next += 1;
        self.revision += 1;
        self.bytes += bytes;
        let number = request.number;
        self.entries.push_back(Entry { request, bytes, revision: self.revision });
        number
    }

    /// Completes a request, unless it has been dropped since.
    pub(crate) fn complete(&mut self, number: u64, completion: Completion) {
        // Numbers are consecutive.
        let first = self.entries.front().map_or(self.next, |entry| entry.request.number);
        let index = number.checked_sub(first).and_then(|index| usize::try_from(index).ok());
        let Some(entry) = index.and_then(|index| self.entries.get_mut(index)) else { return };
        let Completion { status, fault, token_fault, applied } = completion;
        let request = &mut entry.request;
        (request.status, request.fault, request.token_fault) = (status, fault, token_fault);
        request.applied = applied;
        self.revision += 1;
        entry.revision = self.revision;
    }

    /// Forgets every request. Numbers go on.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        (self.bytes, self.dropped) = (0, 0);
        self.revision += 1;
    }

    pub(crate) fn requests(&self) -> impl DoubleEndedIterator<Item = &RecordedRequest> + ExactSizeIterator {
        self.entries.iter().map(|entry| &entry.request)
    }

    /// Returns the requests that arrived or were completed after a revision, in the order of arrival.
    pub(crate) fn changed_since(&self, revision: u64) -> impl DoubleEndedIterator<Item = &RecordedRequest> {
        self.entries.iter().filter(move |entry| entry.revision > revision).map(|entry| &entry.request)
    }

    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns the number of requests that were dropped to make room, since the start or since the journal was cleared.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// Returns the approximate size of a request in memory, in bytes.
fn size(request: &RecordedRequest) -> usize {
    let headers = request.headers.iter().map(|(name, value)| size_of::<(String, Vec<u8>)>() + name.len() + value.len());
    let texts = [Some(&request.method), Some(&request.path), request.query.as_ref(), request.near_miss.as_ref()];
    let texts = texts.into_iter().flatten().map(String::len);
    size_of::<Entry>() + request.body.len() + headers.sum::<usize>() + texts.sum::<usize>()
}
