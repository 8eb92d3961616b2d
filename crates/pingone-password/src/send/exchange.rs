//! What an attempt sends, and how its response is read.

use pingone_password_client::{self as generated, Inspect, RawResponse, Request};
use serde::de::DeserializeOwned;

use super::Sender;
use crate::call::Call;
use crate::error::Unanswered;

/// A request that can be sent more than once, and the decoding of its response.
pub(super) trait Exchange: Sync {
    /// The result of the operation.
    type Output: Send;
    /// The decoded body of a response.
    type Body: DeserializeOwned + Inspect + Send;
    /// The read that shows whether the operation was applied.
    type StateCheck: Request;

    /// Whether anything is known about the body of a response.
    const HAS_BODY: bool = size_of::<Self::Body>() > 0;

    /// Returns the read that shows whether the operation was applied, if there is one.
    fn state_check(&self) -> Option<Self::StateCheck>;

    /// Sends the request once. Returns the body, if it was decoded, or why there was no response, or only a part of it.
    fn exchange<'a>(
        &'a self,
        sender: &'a Sender,
        call: &'a Call,
        api: &'a generated::Client,
    ) -> impl Future<Output = Result<Option<Self::Body>, Unanswered>> + Send + 'a;

    /// Decodes the body of a response. Returns none if it isn't of the type.
    fn decode(response: &RawResponse) -> Option<Self::Body>;

    /// Returns the result of the operation from the body of a response that is believed. Returns `None` if the operation
    /// requires a body.
    fn output(body: Option<Self::Body>) -> Option<Self::Output>;
}

/// Decodes the body of a response, if anything is known about it.
pub(super) fn decode<E: Exchange>(response: &RawResponse) -> Option<E::Body> {
    if E::HAS_BODY { E::decode(response) } else { None }
}

/// An operation of the OpenAPI document.
pub(super) struct Documented<R>(pub(super) R);

impl<R: Request> Exchange for Documented<R> {
    type Output = R::Output;
    type Body = R::Body;
    type StateCheck = R::StateCheck;

    fn state_check(&self) -> Option<R::StateCheck> {
        self.0.state_check()
    }

    async fn exchange<'a>(
        &'a self,
        sender: &'a Sender,
        _: &'a Call,
        api: &'a generated::Client,
    ) -> Result<Option<R::Body>, Unanswered> {
        use generated::Error::{CommunicationError, InvalidRequest, InvalidUpgrade, ResponseBodyError};

        match self.0.send(api, &sender.environment_id).await {
            Ok(body) => Ok(body),
            Err(InvalidRequest(_)) => Err(Unanswered::InvalidRequest),
            Err(CommunicationError(error) | InvalidUpgrade(error) | ResponseBodyError(error)) => {
                Err(Unanswered::Transport(error))
            }
            // The other errors are made from a response, which the attempt has kept.
            Err(_) => Ok(None),
        }
    }

    fn decode(response: &RawResponse) -> Option<R::Body> {
        R::decode(response)
    }

    fn output(body: Option<R::Body>) -> Option<R::Output> {
        R::output(body)
    }
}
