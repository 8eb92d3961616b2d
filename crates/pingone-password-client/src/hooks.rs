//! What every attempt at a request shares: the token goes in, the answer is kept within a limit.

use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo};

use crate::generated::Client;

/// One attempt at a request, whichever operation it is.
///
/// progenitor's error for an answer that can't be decoded has neither its status nor its headers. So the answer is kept
/// here, where it can be looked up whatever becomes of the request.
#[derive(Clone, Debug)]
pub struct Attempt {
    authorization: HeaderValue,
    body_limit: usize,
    answer: Arc<OnceLock<Answer>>,
}

impl Attempt {
    /// An attempt with this `Authorization` header, which takes no more than `body_limit` bytes of an answer's body.
    #[must_use]
    pub fn new(authorization: HeaderValue, body_limit: usize) -> Self {
        Self { authorization, body_limit, answer: Arc::default() }
    }

    /// What the server answered, if it did.
    #[must_use]
    pub fn answer(&self) -> Option<&Answer> {
        self.answer.get()
    }

    /// Puts the token on a request.
    pub fn authorize(&self, request: &mut reqwest::Request) {
        request.headers_mut().insert(AUTHORIZATION, self.authorization.clone());
    }

    /// Sends a request, and keeps what is answered.
    ///
    /// # Errors
    ///
    /// Where no answer came, or its body broke off.
    pub async fn execute(&self, client: &reqwest::Client, request: reqwest::Request) -> reqwest::Result<()> {
        let mut response = client.execute(request).await?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut body = BytesMut::new();
        let end = loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > self.body_limit => break Ok(BodyEnd::TooLong),
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break Ok(BodyEnd::Whole),
                Err(error) => break Err(error),
            }
        };
        let (end, result) = match end {
            Ok(end) => (end, Ok(())),
            Err(error) => (BodyEnd::Broken, Err(error)),
        };
        let answer = Answer { status, headers, body: body.freeze(), end };
        // An attempt is one request; if it is used again, the first answer stays.
        let _ = self.answer.set(answer);
        result
    }
}

/// What the server answered.
#[derive(Clone)]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    end: BodyEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BodyEnd {
    Whole,
    TooLong,
    Broken,
}

impl Answer {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body, as far as it came.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Whether the body was longer than the limit.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        self.end == BodyEnd::TooLong
    }

    /// Whether the body came to its end.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.end == BodyEnd::Whole
    }
}

/// Headers and bodies may hold what is nobody's business.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, body, end, .. } = self;
        f.debug_struct("Answer").field("status", status).field("body_length", &body.len()).field("end", end).finish()
    }
}

impl ClientHooks<Attempt> for Client {
    async fn pre<E>(&self, request: &mut reqwest::Request, _: &OperationInfo) -> Result<(), Error<E>> {
        self.inner().authorize(request);
        Ok(())
    }

    async fn exec(&self, request: reqwest::Request, _: &OperationInfo) -> reqwest::Result<reqwest::Response> {
        self.inner().execute(self.client(), request).await?;
        let mut response = http::Response::new(Bytes::new());
        if let Some(answer) = self.inner().answer() {
            *response.body_mut() = answer.body.clone();
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers.clone();
        }
        Ok(response.into())
    }
}
