//! The unlock, which is not sent again before a look at what became of it.

use std::future::IntoFuture;
use std::pin::pin;

use pingone_password_client::Request;

use crate::answer::Answered;
use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, Outcome, Result};
use crate::model::{PasswordState, PasswordStatus};
use crate::request::BoxFuture;
use crate::retry::{AfterUnknown, Attempts, Repeat};
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

    async fn send(self) -> Result<Unlocked> {
        let call = Call::of(requests::UnlockPassword::OPERATION, self.user_id);
        let after_unknown = self.client.inner.retry.unlock();
        let repeat = match after_unknown {
            AfterUnknown::NeverRepeat => call.repeat,
            AfterUnknown::LookFirst | AfterUnknown::AlwaysRepeat => Repeat::IfUnknown,
        };
        let mut attempts = Attempts::new(&self.client.inner, &call);
        // The last request of which nobody knows, until a look finds the user locked out.
        let mut unknown = None;
        let sending = pin!(async {
            loop {
                let looked = match after_unknown {
                    AfterUnknown::LookFirst => self.look(&mut unknown, &mut attempts).await,
                    _ => Ok(None),
                };
                let error = match looked {
                    Ok(Some(unlocked)) => return Ok(unlocked),
                    Ok(None) => {
                        match send::once(&self.client, &call, &Documented(requests::UnlockPassword), &mut attempts)
                            .await
                        {
                            Ok(answered) => return Ok(Unlocked::said(answered)),
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
    async fn look(&self, open: &mut Option<Error>, attempts: &mut Attempts<'_>) -> Result<Option<Unlocked>> {
        let Some(unknown) = &*open else { return Ok(None) };
        let call = Call::of(requests::ReadPasswordState::OPERATION, self.user_id);
        let look = send::once(&self.client, &call, &Documented(requests::ReadPasswordState::default()), attempts).await;
        let look = look.map_err(|error| unknown.clone().with_failed_look(error))?;
        match look.output().status {
            PasswordStatus::PasswordLockedOut => {
                *open = None;
                Ok(None)
            }
            // A status from after this version may be another kind of lockout: it says nothing of the unlock.
            PasswordStatus::Unrecognized(_) => Err(unknown.clone().with_failed_look(Error::unrecognized_status(&call))),
            _ => Ok(Some(Unlocked::seen(look))),
        }
    }
}

impl IntoFuture for UnlockPassword {
    type Output = Result<Unlocked>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// A password was unlocked: the server said so, or it was [seen](Self::was_seen).
#[derive(Clone, Debug)]
pub struct Unlocked {
    state: Option<PasswordState>,
    correlation_id: Option<String>,
    requests: u32,
    was_seen: bool,
}

impl Unlocked {
    fn said(answered: Answered<Option<PasswordState>>) -> Self {
        let (correlation_id, requests) = (answered.answer().correlation_id(), answered.requests());
        Self { state: answered.into_output(), correlation_id, requests, was_seen: false }
    }

    fn seen(look: Answered<PasswordState>) -> Self {
        let requests = look.requests();
        Self { state: Some(look.into_output()), correlation_id: None, requests, was_seen: true }
    }

    /// The state of the password after the unlock, where the server sent it.
    ///
    /// The vendor's page doesn't promise a body. An unlock that happened is a success, whatever its body holds.
    #[must_use]
    pub fn state(&self) -> Option<&PasswordState> {
        self.state.as_ref()
    }

    /// The state of the password, taken out.
    #[must_use]
    pub fn into_state(self) -> Option<PasswordState> {
        self.state
    }

    /// What identifies the request in the vendor's logs.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.correlation_id.as_deref()
    }

    /// How many requests it took, looks at the state included.
    #[must_use]
    pub fn requests(&self) -> u32 {
        self.requests
    }

    /// Whether it was seen by a look at the state, and not said in answer to the unlock: that answer got lost.
    #[must_use]
    pub fn was_seen(&self) -> bool {
        self.was_seen
    }
}
