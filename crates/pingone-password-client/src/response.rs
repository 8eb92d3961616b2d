//! A response as it was read, before it is decoded.

use std::fmt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, StatusCode};
use progenitor_client::{Error, ResponseValue};
use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;

use crate::json::FromJson;
use crate::scrub::Scrubber;

/// An HTTP response whose body was read up to a limit.
#[derive(Clone)]
pub struct RawResponse {
    status: StatusCode,
    headers: Arc<HeaderMap>,
    body: Bytes,
    end: BodyEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BodyEnd {
    Complete,
    TooLarge,
    Broken,
}

/// Some servers send it before the JSON.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

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
        (Self { status, headers: Arc::new(headers), body, end }, broken)
    }

    /// Creates a response without a server.
    #[cfg(feature = "test-util")]
    #[must_use]
    pub fn of_test(response: http::Response<Vec<u8>>) -> Self {
        let (parts, body) = response.into_parts();
        Self { status: parts.status, headers: Arc::new(parts.headers), body: body.into(), end: BodyEnd::Complete }
    }

    /// Makes the body break off.
    #[cfg(feature = "test-util")]
    #[must_use]
    pub fn broken_off(self) -> Self {
        Self { end: BodyEnd::Broken, ..self }
    }

    /// Makes the body larger than the limit.
    #[cfg(feature = "test-util")]
    #[must_use]
    pub fn too_large(self) -> Self {
        Self { end: BodyEnd::TooLarge, ..self }
    }

    /// Decodes the body.
    ///
    /// # Errors
    ///
    /// If the body is not JSON of this type.
    pub fn json<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        // Text that is valid as a whole isn't checked again, string by string.
        match self.text() {
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_slice(self.without_mark()),
        }
    }

    /// Decodes the body of a documented response. All texts of a model are read, so that one that isn't UTF-8 is an error.
    pub(crate) fn model<T: FromJson>(&self) -> serde_json::Result<T> {
        match self.text() {
            Ok(text) => T::from_document(text),
            // Fails in the same place as the model would, without code of its own for each model.
            Err(error) => Err(self.json::<Value>().err().unwrap_or_else(|| serde_json::Error::custom(error))),
        }
    }

    fn text(&self) -> Result<&str, std::str::Utf8Error> {
        std::str::from_utf8(self.without_mark())
    }

    fn without_mark(&self) -> &[u8] {
        self.body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&self.body)
    }

    /// Decodes the body of a documented response.
    #[expect(clippy::result_large_err, reason = "the error is progenitor's")]
    pub(crate) fn decode<T: FromJson, E>(&self) -> Result<ResponseValue<T>, Error<E>> {
        match self.model() {
            Ok(value) => Ok(self.with_value(value)),
            Err(error) => Err(Error::InvalidResponsePayload(self.body.clone(), error)),
        }
    }

    /// Returns a response with this value. It has no headers, so that they aren't copied for callers that don't read them.
    pub(crate) fn with_value<T>(&self, value: T) -> ResponseValue<T> {
        ResponseValue::new(value, self.status, HeaderMap::new())
    }

    /// Removes secrets from the headers and the body.
    pub(crate) fn scrub(&mut self, scrubber: &Scrubber) {
        scrubber.headers(Arc::make_mut(&mut self.headers));
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

/// For a response that the OpenAPI document doesn't describe.
impl From<RawResponse> for reqwest::Response {
    fn from(response: RawResponse) -> Self {
        let RawResponse { status, headers, body, .. } = response;
        let mut response = http::Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = Arc::unwrap_or_clone(headers);
        response.into()
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
