//! What the server answered with success.

use std::time::SystemTime;

use http::header::CONTENT_TYPE;
use pingone_password_client as generated;
use serde_json::Value;

use crate::error::{correlation_id, date};
use crate::media_type;

/// What an operation came to, and the answer that says so.
#[derive(Clone, Debug)]
pub struct Answered<T> {
    pub(crate) output: T,
    pub(crate) answer: Answer,
    pub(crate) requests: u32,
}

impl<T> Answered<T> {
    /// What the operation came to.
    #[must_use]
    pub fn output(&self) -> &T {
        &self.output
    }

    /// What the operation came to, taken out.
    #[must_use]
    pub fn into_output(self) -> T {
        self.output
    }

    /// The answer that says so.
    #[must_use]
    pub fn answer(&self) -> &Answer {
        &self.answer
    }

    /// How many requests it took.
    #[must_use]
    pub fn requests(&self) -> u32 {
        self.requests
    }
}

/// An answer of success, as it came.
#[derive(Clone, Debug)]
pub struct Answer(pub(crate) generated::Answer);

impl Answer {
    /// The HTTP status, 2xx.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// What identifies the request in the vendor's logs.
    #[must_use]
    pub fn correlation_id(&self) -> Option<String> {
        correlation_id(&self.0)
    }

    /// When the server answered, by its own clock.
    #[must_use]
    pub fn date(&self) -> Option<SystemTime> {
        date(&self.0)
    }

    /// The body, as far as the limit allowed.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.0.body()
    }

    /// Whether the body came to its end: it didn't break off, and was not longer than the client's limit.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.0.is_whole()
    }

    /// The body as JSON, where it is.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        let content_type = self.0.headers().get(CONTENT_TYPE)?.to_str().ok()?;
        media_type::is_json(content_type).then(|| serde_json::from_slice(self.0.body()).ok())?
    }
}
