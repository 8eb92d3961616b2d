//! The unlock of an account, which is retried only after a state check.

use std::future::IntoFuture;
use std::sync::Arc;

use tokio::time::Instant;

use super::retry::OnUnknownOutcome;
use super::{BoxFuture, SendRequest, Sender};
use crate::call::Call;
use crate::error::{Error, Outcome, Result};
use crate::model::{User, UserAccountStatus};
use crate::response::Response;
use crate::{UserId, requests};

/// A request to unlock a user's account, built by [`Client::unlock_account`](crate::Client::unlock_account).
///
/// `.await` sends it and returns the [`User`] after the unlock, if the server sent one.
#[derive(Clone, Debug)]
#[must_use = "a request is sent by `.await`"]
pub struct UnlockAccount {
    sender: Arc<Sender>,
    user_id: UserId,
}

impl UnlockAccount {
    pub(crate) fn new(sender: Arc<Sender>, user_id: UserId) -> Self {
        Self { sender, user_id }
    }

    /// Sends the request and returns the user with the HTTP response.
    ///
    /// # Errors
    ///
    /// The same as those of `.await`.
    #[must_use = "a request is sent by `.await`"]
    pub fn with_response(self) -> BoxFuture<Result<Response<Option<User>>>> {
        Box::pin(self.send())
    }

    async fn send(self) -> Result<Response<Option<User>>> {
        let policy = &self.sender.retry;
        let deadline = Instant::now() + policy.time_limit();
        let mut delays = policy.delays();
        let mut random = policy.random();
        let mut request_count = 0;
        let mut may_be_applied = false;
        loop {
            let unlock = SendRequest::new(Arc::clone(&self.sender), requests::UnlockAccount::new(self.user_id));
            let error = match unlock.with_response().await {
                Ok(unlocked) => return Ok(counted(unlocked, request_count)),
                Err(error) => error,
            };
            request_count += error.request_count();
            may_be_applied |= error.outcome() == Outcome::Unknown;
            let checked = match (error.outcome(), policy.unknown_outcome()) {
                (Outcome::Unknown, OnUnknownOutcome::CheckFirst) => self.check_state(&error, &mut request_count).await,
                (Outcome::Unknown, OnUnknownOutcome::Retry) => Ok(None),
                // The request was retried as often as it may be.
                _ => Err(error.clone()),
            };
            let wait = match checked {
                Ok(Some(unlocked)) => return Ok(unlocked),
                Ok(None) => delays.next().map(|max_delay| max_delay.mul_f64(random.f64())),
                Err(error) => return Err(finished(error, request_count, may_be_applied)),
            };
            match wait.filter(|wait| *wait < deadline.saturating_duration_since(Instant::now())) {
                Some(wait) => self.sender.sleep.wait(wait).await,
                None => return Err(finished(error, request_count, may_be_applied)),
            }
        }
    }

    /// Reads the user after a request whose outcome is unknown. Returns the response if the account is not locked.
    async fn check_state(&self, unknown: &Error, request_count: &mut u32) -> Result<Option<Response<Option<User>>>> {
        let request = requests::ReadUser::new(self.user_id);
        let call = Call::of(&request);
        let user = match SendRequest::new(Arc::clone(&self.sender), request).with_response().await {
            Ok(user) => user,
            Err(error) => {
                *request_count += error.request_count();
                return Err(unknown.clone().with_state_check_error(error));
            }
        };
        match user.value().account.as_ref().and_then(|account| account.status.as_ref()) {
            Some(UserAccountStatus::Ok) => {
                let unlocked = counted(user.map(Some), *request_count);
                Ok(Some(Response { confirmed_by_read: true, ..unlocked }))
            }
            Some(UserAccountStatus::Locked) => {
                *request_count += user.request_count();
                Ok(None)
            }
            // A status from after this version may be another kind of lock, and without one, nothing is known.
            _ => {
                *request_count += user.request_count();
                Err(unknown.clone().with_state_check_error(Error::unrecognized_status(&call)))
            }
        }
    }
}

fn counted<T>(response: Response<T>, earlier: u32) -> Response<T> {
    Response { request_count: response.request_count + earlier, ..response }
}

fn finished(error: Error, request_count: u32, may_be_applied: bool) -> Error {
    let error = error.with_request_count(request_count);
    if may_be_applied { error.with_unknown_outcome() } else { error }
}

impl IntoFuture for UnlockAccount {
    type Output = Result<Option<User>>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.with_response().await.map(Response::into_inner) })
    }
}
