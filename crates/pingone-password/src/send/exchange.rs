//! What an attempt sends, and how its response is read.

use pingone_password_client::{self as generated, RawResponse, Request};

use super::Sender;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::response::Response;

/// A request that can be sent more than once, and the decoding of its response.
pub(super) trait Exchange: Sync {
    /// The decoded body of a success.
    type Body: Send;
    /// The result of the operation.
    type Output;

    /// Sends the request once, and decodes the body of the response if there is one.
    fn exchange<'a>(
        &'a self,
        sender: &'a Sender,
        call: &'a Call,
        api: &'a generated::Client,
    ) -> impl Future<Output = Exchanged<Self::Body>> + Send + 'a;

    /// Turns a success into the result of the operation.
    fn conclude(call: &Call, success: Success<Self::Body>) -> Result<Response<Self::Output>>;
}

/// The decoded body, and why there was no response or only a part of it.
pub(super) type Exchanged<T> = (Option<T>, Option<reqwest::Error>);

/// A response with a 2xx status.
pub(super) struct Success<T> {
    pub(super) body: Option<T>,
    pub(super) raw: RawResponse,
    /// Why the response broke off, if it did.
    pub(super) broken: Option<reqwest::Error>,
    pub(super) request_count: u32,
}

/// An operation of the OpenAPI document.
pub(super) struct Documented<R>(pub(super) R);

impl<R: Request> Exchange for Documented<R> {
    type Body = R::Body;
    type Output = R::Output;

    async fn exchange<'a>(&'a self, sender: &'a Sender, _: &'a Call, api: &'a generated::Client) -> Exchanged<R::Body> {
        use generated::Error::{CommunicationError, InvalidUpgrade, ResponseBodyError};

        match self.0.send(api, &sender.environment_id).await {
            Ok(body) => (body, None),
            Err(CommunicationError(error) | InvalidUpgrade(error) | ResponseBodyError(error)) => (None, Some(error)),
            // The other errors are made from a response, which the attempt has kept.
            Err(_) => (None, None),
        }
    }

    fn conclude(call: &Call, success: Success<R::Body>) -> Result<Response<Self::Output>> {
        let Success { body, raw, broken, request_count } = success;
        // The generated client decodes only the documented status, and the server may use another 2xx.
        let body = body.or_else(|| serde_json::from_slice(raw.body()).ok());
        match R::output(body) {
            Some(value) => Ok(Response::new(value, raw, request_count)),
            None => Err(Error::undecodable(call, &raw, broken)),
        }
    }
}
