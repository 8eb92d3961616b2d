//! The account's lock of one user, which is another one than the password's.

use pingone_password::model::{User, UserAccountStatus};
use pingone_password::{Response, requests};

use super::user_progress::{AccountSuccess, UserProgress};
use super::worker::{Interruption, Worker};
use crate::output::account_status;

impl Worker {
    /// Reads the user if the state matters, and unlocks the account.
    pub(super) async fn attempt_account(&self, progress: &mut UserProgress) -> Result<AccountSuccess, Interruption> {
        let user_id = progress.user;
        let status_matters = self.only_locked_out || progress.is_pending;
        if self.dry_run || progress.is_pending || self.only_locked_out && progress.account_status_before.is_none() {
            self.take_slot(progress).await?;
            let read = self.client.send(requests::ReadUser::new(user_id)).with_response();
            let response = self.unless_stopping(read.into_future()).await??;
            let is_locked = match account_status(response.value()) {
                Some(UserAccountStatus::Ok) => false,
                Some(UserAccountStatus::Locked) => true,
                _ if status_matters => return Err(Interruption::UnrecognizedAccount(Box::new(response))),
                _ => true,
            };
            if progress.is_pending && !is_locked {
                return Ok(AccountSuccess::Confirmed(response));
            }
            progress.account_status_before = account_status(response.value()).map(|status| status.as_str().to_owned());
            if self.only_locked_out && !is_locked {
                return Ok(AccountSuccess::Skipped(response));
            }
            if self.dry_run {
                return Ok(AccountSuccess::WouldUnlock(response));
            }
            progress.is_pending = false;
        }
        self.start(progress).await?;
        let unlock = self.client.unlock_account(user_id).with_response();
        let unlocked: Response<Option<User>> = self.write(progress, unlock.into_future()).await?;
        Ok(AccountSuccess::Unlocked(unlocked))
    }
}
