//! The unlock, which is retried only after a state check.

use std::future::IntoFuture;
use std::pin::pin;
use std::sync::Arc;

use super::exchange::Documented;
use super::retry::OnUnknownOutcome;
use super::schedule::Schedule;
use super::{BoxFuture, Sender, attempt, in_span};
use crate::call::Call;
use crate::error::{Error, Outcome, Result};
use crate::model::{PasswordState, PasswordStatus};
use crate::response::Response;
use crate::{UserId, requests};

/// A request to unlock a user's password, built by [`Client::unlock_password`](crate::Client::unlock_password).
///
/// `.await` sends it and returns the [`PasswordState`] after the unlock, if the server sent one.
#[derive(Clone, Debug)]
#[must_use = "a request is sent by `.await`"]
pub struct UnlockPassword {
    sender: Arc<Sender>,
    user_id: UserId,
}

impl UnlockPassword {
    pub(crate) fn new(sender: Arc<Sender>, user_id: UserId) -> Self {
        Self { sender, user_id }
    }

    /// Sends the request and returns the password state with its HTTP response.
    ///
    /// # Errors
    ///
    /// The same as those of `.await`.
    #[must_use = "a request is sent by `.await`"]
    pub fn with_response(self) -> BoxFuture<Result<Response<Option<PasswordState>>>> {
        Box::pin(self.send())
    }

    async fn send(self) -> Result<Response<Option<PasswordState>>> {
        let request = requests::UnlockPassword::new(self.user_id);
        let call = Call::of(&request);
        let exchange = Documented(request);
        let on_unknown_outcome = self.sender.retry.unknown_outcome();
        let retries_unknown = match on_unknown_outcome {
            OnUnknownOutcome::Fail => call.is_idempotent,
            OnUnknownOutcome::CheckFirst | OnUnknownOutcome::Retry => true,
        };
        let mut schedule = Schedule::new(&call, &self.sender.retry, &self.sender.sleep);
        // The last request with an unknown outcome, until a state check finds the user locked out.
        let mut unsettled = None;
        let sending = async {
            loop {
                let checked = match on_unknown_outcome {
                    OnUnknownOutcome::CheckFirst => self.check_state(&mut unsettled, &mut schedule).await,
                    _ => Ok(None),
                };
                let error = match checked {
                    Ok(Some(unlocked)) => return Ok(unlocked),
                    Ok(None) => match attempt(&self.sender, &call, &exchange, &mut schedule).await {
                        Ok(unlocked) => return Ok(unlocked),
                        Err(error) => {
                            if error.outcome() == Outcome::Unknown {
                                unsettled = Some(error.clone());
                            }
                            error
                        }
                    },
                    Err(error) => error,
                };
                schedule.wait_after(error, retries_unknown).await?;
            }
        };
        in_span(&self.sender, &call, pin!(sending)).await
    }

    /// Reads the password state if the outcome of an earlier request is unknown. Returns the response if the user is no longer
    /// locked out.
    async fn check_state(
        &self,
        unsettled: &mut Option<Error>,
        schedule: &mut Schedule<'_>,
    ) -> Result<Option<Response<Option<PasswordState>>>> {
        let Some(unknown) = &*unsettled else { return Ok(None) };
        let request = requests::ReadPasswordState::new(self.user_id);
        let call = Call::of(&request);
        let state = attempt(&self.sender, &call, &Documented(request), schedule).await;
        let state = state.map_err(|error| unknown.clone().with_state_check_error(error))?;
        match state.value().status {
            PasswordStatus::PasswordLockedOut => {
                *unsettled = None;
                Ok(None)
            }
            // A status from after this version may be another kind of lockout: it doesn't settle the outcome.
            PasswordStatus::Unrecognized(_) => {
                Err(unknown.clone().with_state_check_error(Error::unrecognized_status(&call)))
            }
            _ => Ok(Some(Response { confirmed_by_read: true, ..state.map(Some) })),
        }
    }
}

impl IntoFuture for UnlockPassword {
    type Output = Result<Option<PasswordState>>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.with_response().await.map(Response::into_inner) })
    }
}
