//! What an attempt sends, and how its response is read.

use pingone_password_client::{self as generated, RawResponse, Request};

use super::Sender;
use crate::call::Call;
use crate::error::{Defect, Unanswered};

/// A request that can be sent more than once, and the decoding of its response.
pub(super) trait Exchange: Sync {
    /// The result of the operation.
    type Output: Send;
    /// The decoded body of a response.
    type Body: Send;
    /// The read that shows whether the operation was applied.
    type StateCheck: Request;

    /// Returns the read that shows whether the operation was applied, if there is one.
    fn state_check(&self) -> Option<Self::StateCheck>;

    /// Sends the request once. Returns the body, if it was decoded, or why there was no response, or only a part of it.
    fn exchange<'a>(
        &'a self,
        sender: &'a Sender,
        call: &'a Call,
        api: &'a generated::Client,
    ) -> impl Future<Output = Result<Option<Self::Body>, Unanswered>> + Send + 'a;

    /// Returns the result of the operation from a response that is believed, and its body, if that was decoded.
    fn output(response: &RawResponse, body: Option<Self::Body>) -> Result<Self::Output, Defect>;
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

    fn output(response: &RawResponse, body: Option<R::Body>) -> Result<R::Output, Defect> {
        // Nothing is documented about the body, or there is none.
        if size_of::<R::Body>() == 0 || response.body().is_empty() {
            return R::output(None).ok_or(Defect::Empty);
        }
        // The document doesn't list each status that is believed.
        let body = body.or_else(|| serde_json::from_slice(response.body()).ok()).ok_or(Defect::OtherShape)?;
        R::output(Some(body)).ok_or(Defect::OtherShape)
    }
}
