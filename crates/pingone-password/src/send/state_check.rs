//! The state check: reads whether an operation with an unknown outcome was applied.

use pingone_password_client::{Inspect, RawResponse, Request};
use serde_json::Value;

use super::Sender;
use super::attempt::{Attempted, attempt};
use super::credibility::at;
use super::exchange::Documented;
use super::schedule::Schedule;
use crate::call::Call;
use crate::error::{Defect, Error, Result};
use crate::operations::StateCheck;

/// A request with an unknown outcome.
pub(super) struct Unsettled {
    error: Error,
    /// Whether a state check has found that the operation was not applied.
    was_checked: bool,
    /// Whether the request was most likely not applied, so that it may be retried even if the state can't be read.
    is_doubtful: bool,
}

/// What a state check found.
pub(super) enum Checked {
    /// The operation was applied, as this response shows.
    Applied(RawResponse),
    /// The operation was not applied, and may be retried.
    NotApplied,
    /// The access token was rejected, and there is a fresh one.
    FreshToken,
}

impl Unsettled {
    pub(super) fn new(error: Error) -> Self {
        Self { error, was_checked: false, is_doubtful: false }
    }

    /// The request was rejected with 401, and there is a fresh token.
    pub(super) fn after_rejected_token(error: Error, may_be_applied: bool) -> Self {
        let error = if may_be_applied { error.with_unknown_outcome() } else { error };
        Self { error, was_checked: false, is_doubtful: !may_be_applied }
    }

    /// Sends the read that shows whether the operation was applied.
    ///
    /// # Errors
    ///
    /// The error of the request, if the state can't be read, or doesn't settle the outcome.
    pub(super) async fn check<R: Request>(
        &mut self,
        sender: &Sender,
        request: R,
        check: &StateCheck,
        schedule: &mut Schedule<'_>,
    ) -> Result<Checked> {
        let read = Call::of(&request);
        tracing::debug!(error = %self.error, "checking the state");
        let failed = |error| self.error.clone().with_state_check_error(error);
        let state = match attempt(sender, &read, &Documented(request), schedule).await {
            Attempted::Done(state) => state.raw,
            Attempted::FreshToken(_) => return Ok(Checked::FreshToken),
            // The fresh token is rejected as well.
            Attempted::Failed(error) if self.is_doubtful && error.is_unauthenticated() => {
                return Err(self.error.clone().with_advice_of(&error));
            }
            Attempted::Failed(_) if self.is_doubtful => return Ok(Checked::NotApplied),
            Attempted::Failed(error) => return Err(failed(error)),
        };
        let state_json: Value = state.json().unwrap_or_default();
        let value = at(&state_json, check.property).and_then(Inspect::text);
        if value != Some(check.not_applied) {
            return match value {
                Some(value) if check.known.contains(&value) => {
                    tracing::debug!(state = value, "the operation was applied");
                    Ok(Checked::Applied(state))
                }
                // A value from after this version may be another kind of lockout, and without one, nothing is known.
                _ => Err(failed(Error::defective(&read, &state, Defect::UnknownStatus, None))),
            };
        }
        tracing::debug!(state = check.not_applied, "the operation was not applied");
        if !self.error.defect().is_some_and(Defect::may_be_genuine) {
            return Ok(Checked::NotApplied);
        }
        // The server said that it applied the operation. It may take some time until a read shows it, so the state is read once
        // more. A retry would be wrong in any case.
        let is_first = !std::mem::replace(&mut self.was_checked, true);
        Err(self.error.clone().with_still_locked_out(is_first))
    }
}
