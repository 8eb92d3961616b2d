//! A response as it was read, before it is decoded.

use std::fmt;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, StatusCode};

use crate::scrub::Scrubber;

/// An HTTP response whose body was read up to a limit.
#[derive(Clone)]
pub struct RawResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
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
    /// Reads a response up to a limit. Also returns why its body broke off, if it did.
    pub(crate) async fn read(mut response: reqwest::Response, body_limit: usize) -> (Self, Option<reqwest::Error>) {
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        // Most bodies arrive in one chunk, which isn't copied.
        let mut body = Bytes::new();
        let (end, broken) = loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > body_limit => break (BodyEnd::TooLarge, None),
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
        (Self { status, headers, body, end }, broken)
    }

    /// Removes secrets from the headers and the body.
    pub(crate) fn scrub(&mut self, scrubber: &Scrubber) {
        scrubber.headers(&mut self.headers);
        scrubber.body(&mut self.body);
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the ID that identifies the request in PingOne's logs.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.headers.get(CORRELATION_ID)?.to_str().ok()
    }

    /// Returns the body, as far as it was read.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns whether the body was larger than the limit.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.end == BodyEnd::TooLarge
    }

    /// Returns whether the whole body was read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.end == BodyEnd::Complete
    }
}

/// Doesn't show headers and the body, which may contain secrets.
impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, body, end, .. } = self;
        f.debug_struct("RawResponse")
            .field("status", status)
            .field("body_length", &body.len())
            .field("end", end)
            .finish_non_exhaustive()
    }
}
