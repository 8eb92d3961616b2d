//! Responses that are written to the socket byte by byte, where an HTTP library would be too well-behaved.

use std::time::Duration;

use axum::response::{IntoResponse, Response};

/// A response that is written to the socket as it is. The connection is of no use afterwards.
#[derive(Clone)]
pub(crate) struct RawResponse {
    pub(crate) bytes: Vec<u8>,
    pub(crate) then: Then,
}

/// What follows the bytes of a [`RawResponse`].
#[derive(Clone, Copy)]
pub(crate) enum Then {
    /// Closes the connection (FIN), so that the bytes arrive.
    Close,
    /// Resets the connection (RST).
    Reset,
    /// Sends nothing more, and keeps the connection open until the client closes it.
    Stall,
    /// Sends [`ENDLESS_CHUNK`] bytes of spaces every [`ENDLESS_PAUSE`], chunked, without end.
    Endless,
}

/// The size of a chunk of an endless response, in bytes.
pub(crate) const ENDLESS_CHUNK: usize = 64 * 1024;
/// The pause between two chunks of an endless response: slow enough for a client that watches the clock.
pub(crate) const ENDLESS_PAUSE: Duration = Duration::from_millis(10);

impl RawResponse {
    /// Creates a response without a single byte.
    pub(crate) fn empty(then: Then) -> Self {
        Self { bytes: Vec::new(), then }
    }
}

/// Carries the bytes to the connection in the extensions of an otherwise empty response.
impl IntoResponse for RawResponse {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}
