//! A successful response.

use std::time::SystemTime;

use pingone_password_client::RawResponse;

use crate::headers;

/// The result of an operation, with the HTTP response that it was read from.
///
/// Returned by `with_response()`. `.await` on its own returns only the value.
#[derive(Clone, Debug)]
pub struct Response<T> {
    pub(crate) value: T,
    pub(crate) raw: RawResponse,
    pub(crate) request_count: u32,
    pub(crate) confirmed_by_read: bool,
}

impl<T> Response<T> {
    pub(crate) fn new(value: T, raw: RawResponse, request_count: u32) -> Self {
        Self { value, raw, request_count, confirmed_by_read: false }
    }

    /// The operation was applied, as the response to a state check shows.
    pub(crate) fn confirmed(value: T, raw: RawResponse, request_count: u32) -> Self {
        Self { value, raw, request_count, confirmed_by_read: true }
    }

    /// The same response, of a call that sent more requests or checked the state.
    #[cfg(feature = "test-util")]
    pub(crate) fn of_call(self, request_count: u32, confirmed_by_read: bool) -> Self {
        Self { request_count, confirmed_by_read, ..self }
    }

    /// Returns the operation's result.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Consumes the response and returns the operation's result.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Returns the HTTP status, which is always 2xx.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.raw.status().as_u16()
    }

    /// Returns the ID that identifies the request in PingOne's logs.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.raw.correlation_id()
    }

    /// Returns the time of the response, by the server's clock.
    #[must_use]
    pub fn date(&self) -> Option<SystemTime> {
        headers::date(self.raw.headers())
    }

    /// Returns the number of requests that the call sent, retries and state checks included. Token requests don't count.
    #[must_use]
    pub fn request_count(&self) -> u32 {
        self.request_count
    }

    /// Returns whether the unlock was confirmed by a state check, because the response to the unlock itself was lost.
    ///
    /// If so, the status, correlation ID, date and body are those of the state check.
    #[must_use]
    pub fn confirmed_by_read(&self) -> bool {
        self.confirmed_by_read
    }

    /// Returns the body, up to the client's [response limit](crate::ClientBuilder::response_limit).
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.raw.body()
    }

    /// Returns whether the whole body was read: the connection stayed open, and the body fit the client's
    /// [response limit](crate::ClientBuilder::response_limit).
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.raw.is_complete()
    }
}
