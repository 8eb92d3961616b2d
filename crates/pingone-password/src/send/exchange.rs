//! What an attempt sends, and how its response is read.

use pingone_password_client::{self as generated, RawResponse, Request};

use super::Sender;
use super::credibility::{Expected, judge};
use crate::call::Call;
use crate::error::{Defect, Unanswered};
use crate::model::PasswordState;
use crate::response::Response;

/// A request that can be sent more than once, and the decoding of its response.
pub(super) trait Exchange: Sync {
    /// The result of the operation.
    type Output: Send;

    /// Sends the request once. Returns why there was no response, or only a part of it.
    fn exchange<'a>(
        &'a self,
        sender: &'a Sender,
        call: &'a Call,
        api: &'a generated::Client,
    ) -> impl Future<Output = Option<Unanswered>> + Send + 'a;

    /// Reads the result of the operation from a response that claims success.
    fn output(response: &RawResponse, expected: &Expected) -> Result<Self::Output, Defect>;

    /// Reads the result of the operation from the state check that confirmed it.
    fn confirmed(state: Response<PasswordState>) -> Option<Response<Self::Output>>;
}

/// An operation of the OpenAPI document.
pub(super) struct Documented<R>(pub(super) R);

impl<R: Request> Exchange for Documented<R> {
    type Output = R::Output;

    async fn exchange<'a>(&'a self, sender: &'a Sender, _: &'a Call, api: &'a generated::Client) -> Option<Unanswered> {
        use generated::Error::{CommunicationError, InvalidRequest, InvalidUpgrade, ResponseBodyError};

        match self.0.send(api, &sender.environment_id).await {
            Err(InvalidRequest(_)) => Some(Unanswered::InvalidRequest),
            Err(CommunicationError(error) | InvalidUpgrade(error) | ResponseBodyError(error)) => {
                Some(Unanswered::Transport(error))
            }
            // The other errors are made from a response, which the attempt has kept.
            _ => None,
        }
    }

    fn output(response: &RawResponse, expected: &Expected) -> Result<R::Output, Defect> {
        R::output(judge(response, expected)?).ok_or(Defect::Empty)
    }

    fn confirmed(state: Response<PasswordState>) -> Option<Response<R::Output>> {
        let output = R::output(serde_json::from_slice(state.body()).ok())?;
        Some(Response { confirmed_by_read: true, ..state.map(|_| output) })
    }
}
