//! A response as a server sends it.

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use pingone_password_client::RawResponse;
use serde_json::Value;

use crate::error::{Error, Problem, Result};

/// An HTTP response that no server sent, for a [`TestCall`](super::TestCall).
///
/// ```
/// use pingone_password::testing::TestResponse;
///
/// let locked_out = TestResponse::json(200, serde_json::json!({ "status": "PASSWORD_LOCKED_OUT" }))
///     .header("Correlation-Id", "9a1f3e6c-1c2b-4d5e-8f90-1a2b3c4d5e6f");
/// # let _ = locked_out;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TestResponse {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    end: End,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Complete,
    BrokenOff,
    TooLarge,
}

impl TestResponse {
    /// Creates a response without headers and with an empty body.
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), end: End::Complete }
    }

    /// Creates a response with JSON as its body, and `Content-Type: application/json`.
    pub fn json(status: u16, body: impl Into<Value>) -> Self {
        let body = body.into().to_string();
        Self::new(status).header(CONTENT_TYPE.as_str(), "application/json").body(body)
    }

    /// Creates PingOne's response to a request that it rejects, such as 404 with the code `NOT_FOUND`.
    pub fn error(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::json(status, serde_json::json!({ "code": code.into(), "message": message.into() }))
    }

    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body, such as a gateway's HTML.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Makes the connection break in the middle of the body.
    pub fn broken_off(self) -> Self {
        Self { end: End::BrokenOff, ..self }
    }

    /// Makes the body larger than the client's [response limit](crate::ClientBuilder::response_limit).
    pub fn too_large(self) -> Self {
        Self { end: End::TooLarge, ..self }
    }

    pub(super) fn into_raw(self) -> Result<RawResponse> {
        let Self { status, headers, body, end } = self;
        let invalid = |part| Error::configuration(vec![Problem::TestResponse(part)]);
        let mut response = http::Response::new(body);
        *response.status_mut() = http::StatusCode::from_u16(status).map_err(|_| invalid("status"))?;
        for (name, value) in headers {
            let name = HeaderName::try_from(name).map_err(|_| invalid("header name"))?;
            let value = HeaderValue::try_from(value).map_err(|_| invalid("header value"))?;
            response.headers_mut().append(name, value);
        }
        let response = RawResponse::of_test(response);
        Ok(match end {
            End::Complete => response,
            End::BrokenOff => response.broken_off(),
            End::TooLarge => response.too_large(),
        })
    }
}
