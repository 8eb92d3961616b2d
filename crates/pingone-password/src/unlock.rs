//! The unlock, which is not sent again before a look at what became of it.

use std::future::IntoFuture;
use std::pin::pin;

use pingone_password_client::Request;

use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, Outcome, Result};
use crate::model::{PasswordState, PasswordStatus};
use crate::request::BoxFuture;
use crate::response::Response;
use crate::retry::{Attempts, OnUnknownOutcome, Repeat};
use crate::send::{self, Documented};
use crate::{UserId, requests};

/// Unlocks a user's password. Made by [`Client::unlock_password`], sent by `.await`.
#[derive(Clone, Debug)]
#[must_use = "a request is sent by `.await`"]
pub struct UnlockPassword {
    client: Client,
    user_id: UserId,
}

impl UnlockPassword {
    pub(crate) fn new(client: Client, user_id: UserId) -> Self {
        Self { client, user_id }
    }

    /// Sends the request and returns the state with the HTTP response around it.
    ///
    /// # Errors
    ///
    /// The same as those of `.await`.
    #[must_use = "a request is sent by `.await`"]
    pub fn with_response(self) -> BoxFuture<Result<Response<Option<PasswordState>>>> {
        Box::pin(self.send())
    }

    async fn send(self) -> Result<Response<Option<PasswordState>>> {
        let call = Call::of(requests::UnlockPassword::OPERATION, self.user_id);
        let on_unknown_outcome = self.client.inner.retry.unlock();
        let repeat = match on_unknown_outcome {
            OnUnknownOutcome::Fail => call.repeat,
            OnUnknownOutcome::CheckFirst | OnUnknownOutcome::Retry => Repeat::IfUnknown,
        };
        let mut attempts = Attempts::new(&self.client.inner, &call);
        // The last request of which nobody knows, until a look finds the user locked out.
        let mut unknown = None;
        let sending = pin!(async {
            loop {
                let looked = match on_unknown_outcome {
                    OnUnknownOutcome::CheckFirst => self.look(&mut unknown, &mut attempts).await,
                    _ => Ok(None),
                };
                let error = match looked {
                    Ok(Some(unlocked)) => return Ok(unlocked),
                    Ok(None) => {
                        match send::once(&self.client, &call, &Documented(requests::UnlockPassword), &mut attempts)
                            .await
                        {
                            Ok(response) => return Ok(response),
                            Err(error) => {
                                if error.outcome() == Outcome::Unknown {
                                    unknown = Some(error.clone());
                                }
                                error
                            }
                        }
                    }
                    Err(error) => error,
                };
                attempts.wait_after(error, repeat).await?;
            }
        });
        call.observe(sending).await
    }

    /// Looks whether an earlier request of this call has unlocked the user, where nobody said so.
    async fn look(
        &self,
        open: &mut Option<Error>,
        attempts: &mut Attempts<'_>,
    ) -> Result<Option<Response<Option<PasswordState>>>> {
        let Some(unknown) = &*open else { return Ok(None) };
        let call = Call::of(requests::ReadPasswordState::OPERATION, self.user_id);
        let look = send::once(&self.client, &call, &Documented(requests::ReadPasswordState::default()), attempts).await;
        let look = look.map_err(|error| unknown.clone().with_state_check_error(error))?;
        match look.value().status {
            PasswordStatus::PasswordLockedOut => {
                *open = None;
                Ok(None)
            }
            // A status from after this version may be another kind of lockout: it says nothing of the unlock.
            PasswordStatus::Unrecognized(_) => {
                Err(unknown.clone().with_state_check_error(Error::unrecognized_status(&call)))
            }
            _ => Ok(Some(Response { confirmed_by_read: true, ..look.map(Some) })),
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
