//! Processes one user: reads the state, writes the journal, sends the unlock.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use pingone_password::model::{PasswordState, User};
use pingone_password::{Client, Error, ErrorKind, Outcome as Assumption, PasswordStatus, Response, UserId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::circuit_breaker::{Cause, Forbidden, Outage};
use super::request_count::{self, counted, has_sent, is_waiting, start_call};
use super::settle;
use super::stop::{Stop, Stopping};
use super::user_progress::{PasswordSuccess, Success, UserProgress};
use crate::bulk::input::Listed;
use crate::bulk::journal::{Finished, JournalError, JournalRecord, JournalWriter, Outcome, now};
use crate::bulk::options::Operation;
use crate::bulk::report::{BulkRow, RowRoom, RowSender};
use crate::lock::Lock;

/// How often a throttled user is started again.
const MAX_THROTTLED_STARTS: u32 = 10;
/// How often the state of a user with an unknown outcome is checked again.
const MAX_STATE_CHECKS: u32 = 3;

/// What all users of a run share.
#[derive(Clone, Debug)]
pub(super) struct Worker {
    pub(super) client: Client,
    pub(super) operation: Operation,
    pub(super) only_locked_out: bool,
    pub(super) lock: Lock,
    pub(super) dry_run: bool,
    pub(super) journal: Option<JournalWriter>,
    pub(super) rows: Option<RowSender>,
    /// Limits the number of users with requests. Further users wait for their records to be on disk meanwhile.
    pub(super) slots: Arc<Semaphore>,
    pub(super) outage: Arc<Outage>,
    pub(super) stopping: watch::Receiver<Stopping>,
}

/// The result for a user.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// None if the run stopped before anything was sent that could change the user.
    pub(super) finished: Option<Finished>,
    pub(super) requests: u32,
    /// A 403, which may concern this user only.
    pub(super) forbidden: Option<Forbidden>,
    /// The response to a request that failed.
    pub(super) failure: Option<String>,
    pub(super) stop: Option<Stop>,
    /// Whether the journal could not take the result.
    pub(super) is_unrecorded: bool,
    /// Kept until the report is handled, so that a run that stops for it sends nothing more.
    pub(super) slot: Option<OwnedSemaphorePermit>,
}

/// Why a user is not done.
pub(super) enum Interruption {
    Error(Error),
    /// The status is newer than this version: it may be another kind of lockout.
    UnrecognizedStatus(Box<Response<PasswordState>>),
    /// The same of the account. Or the server doesn't send a status.
    UnrecognizedAccount(Box<Response<User>>),
    Journal,
    /// The run stops.
    Stopping,
}

impl From<Error> for Interruption {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<JournalError> for Interruption {
    fn from(JournalError: JournalError) -> Self {
        Self::Journal
    }
}

impl Worker {
    /// Processes a user and writes the result to the journal and the output.
    pub(super) async fn process(mut self, listed: Listed) -> Report {
        let Listed { user, username, is_pending } = listed;
        let mut progress = UserProgress::new(user, self.operation, is_pending);
        let Ok(room) = self.reserve_row().await else { return self.not_sent(user) };
        let (result, requests) = counted(self.until_settled(&mut progress)).await;
        let (mut forbidden, mut failure) = (None, None);
        let (mut finished, mut row, mut stop) = match result {
            Ok(success) => settle::success(&mut progress, success),
            Err(Interruption::Error(error)) => {
                forbidden = settle::forbidden(&error);
                failure = Some(settle::response(&error));
                let stop = settle::stop_after(&error, &self.outage);
                settle::error(&progress, &error, stop)
            }
            Err(Interruption::UnrecognizedStatus(response)) => settle::unrecognized_status(&progress, *response),
            Err(Interruption::UnrecognizedAccount(response)) => settle::unrecognized_account(&progress, &response),
            Err(Interruption::Journal) => settle::journal_error(&progress),
            Err(Interruption::Stopping) if progress.was_left_pending => settle::stopped(&progress),
            Err(Interruption::Stopping) => {
                let stop = self.record_not_sent(&progress, requests).await;
                return Report { requests, stop, slot: progress.slot, ..self.not_sent(user) };
            }
        };
        finished.requests = requests;
        row.username = row.username.or(username);
        let mut is_unrecorded = false;
        if let Some(journal) = &self.journal
            && journal.add(&JournalRecord::Finished(Box::new(finished.for_journal()))).await.is_err()
        {
            is_unrecorded = true;
            stop = Some(Stop::Journal);
        }
        if let Some(room) = room {
            let row = BulkRow { finished: finished.clone(), row };
            // Without a reader, a read is useless. An unlock goes on if the journal has its result.
            if room.send(&row).is_err() && (self.operation == Operation::State || self.journal.is_none()) {
                stop = stop.or(Some(Stop::Output));
            }
        }
        Report { finished: Some(finished), requests, forbidden, failure, stop, is_unrecorded, slot: progress.slot }
    }

    /// Reports that nothing was sent for a user.
    fn not_sent(&self, user: UserId) -> Report {
        if let Some(rows) = &self.rows {
            rows.add_not_sent(user);
        }
        Report::default()
    }

    /// Records that no unlock was sent, if the journal says that it was about to be.
    async fn record_not_sent(&self, progress: &UserProgress, requests: u32) -> Option<Stop> {
        // An unlock of an earlier run stays pending.
        if !progress.is_started || progress.may_be_applied_late {
            return None;
        }
        let status_before = progress.status_before.clone();
        let finished = Finished { status_before, requests, ..Finished::new(progress.user, Outcome::NotSent) };
        let written = self.journal.as_ref()?.add(&JournalRecord::Finished(Box::new(finished.for_journal()))).await;
        written.is_err().then_some(Stop::Journal)
    }

    async fn until_settled(&mut self, progress: &mut UserProgress) -> Result<Success, Interruption> {
        let (mut throttled_starts, mut state_checks) = (0, 0);
        loop {
            let error = match self.attempt(progress).await {
                Err(Interruption::Error(error)) => error,
                Err(Interruption::Stopping) => return Err(Interruption::Stopping),
                settled => {
                    request_count::recover();
                    if settled.is_ok() {
                        self.outage.succeed();
                    } else {
                        self.outage.end();
                    }
                    return settled;
                }
            };
            let cause = Cause::of(&error);
            if cause == Cause::Outage {
                if error.needs_sign_in() {
                    self.outage.await_sign_in();
                }
                request_count::enter(&self.outage);
                // The state can be read, so the failure may be this user's own.
                let is_own = progress.is_pending && error.status().is_some() && error.state_check_error().is_none();
                if is_own && self.outage.may_release() || !self.wait_for_server(&error).await {
                    return Err(error.into());
                }
                continue;
            }
            request_count::recover();
            self.outage.end();
            // Without a status, the deadline passed before a permit came: nothing was sent.
            throttled_starts += u32::from(error.status().is_some());
            let starts_again = if cause == Cause::Throttled {
                throttled_starts < MAX_THROTTLED_STARTS
                    && !error.retry_after().is_some_and(|wait| self.outage.would_be_too_long(wait))
            } else {
                state_checks += 1;
                progress.is_pending && state_check_may_help(&error) && state_checks <= MAX_STATE_CHECKS
            };
            if !starts_again {
                return Err(error.into());
            }
            if *self.stopping.borrow() != Stopping::No {
                return Err(Interruption::Stopping);
            }
        }
    }

    /// Waits until the user may try again in an outage. Returns false if the patience has run out or the run stops.
    async fn wait_for_server(&mut self, error: &Error) -> bool {
        if self.outage.is_too_long() || *self.stopping.borrow() != Stopping::No {
            return false;
        }
        // Requests wait in the rate limiter, but without an access token there is none.
        if error.is_access_token() {
            tokio::select! {
                biased;
                _ = self.stopping.wait_for(|stopping| *stopping != Stopping::No) => return false,
                () = self.outage.wait_to_retry() => {}
            }
        }
        true
    }

    /// Makes a call, and cancels it when the run stops: while none of its requests is in flight, or at once if the run waits
    /// for nothing.
    pub(super) async fn unless_stopping<T>(&self, call: impl Future<Output = T>) -> Result<T, Interruption> {
        start_call();
        let mut stopping = self.stopping.clone();
        let mut call = pin!(call);
        loop {
            let now = *stopping.borrow_and_update();
            let cancels = || match now {
                Stopping::No => false,
                // An outage may last longer than anyone wants to wait.
                Stopping::Gracefully => !has_sent() || is_waiting() && self.outage.lasts_for().is_some(),
                Stopping::Now => true,
            };
            if cancels() {
                return Err(Interruption::Stopping);
            }
            tokio::select! {
                biased;
                result = &mut call => {
                    request_count::finish_request();
                    return Ok(result);
                }
                // Polled right after the call, because only the call changes the count.
                () = poll_fn(|_| if cancels() { Poll::Ready(()) } else { Poll::Pending }) => {}
                Ok(()) = stopping.changed() => {}
            }
        }
    }

    /// Waits until the output has room for the user's row, if it has rows.
    async fn reserve_row(&mut self) -> Result<Option<RowRoom>, Interruption> {
        let Some(rows) = &self.rows else { return Ok(None) };
        tokio::select! {
            biased;
            room = rows.reserve() => Ok(Some(room)),
            _ = self.stopping.wait_for(|stopping| *stopping != Stopping::No) => Err(Interruption::Stopping),
        }
    }

    /// Waits until the user may send requests, and keeps that right until the user is done.
    pub(super) async fn take_slot(&self, progress: &mut UserProgress) -> Result<(), Interruption> {
        if progress.slot.is_some() {
            return Ok(());
        }
        let mut stopping = self.stopping.clone();
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping != Stopping::No) => Err(Interruption::Stopping),
            slot = Arc::clone(&self.slots).acquire_owned() => {
                // The semaphore is never closed.
                progress.slot = slot.ok();
                Ok(())
            }
        }
    }

    /// Unlocks what is to be unlocked: of both locks, the password's first, because its lockout may show in the account.
    async fn attempt(&self, progress: &mut UserProgress) -> Result<Success, Interruption> {
        if self.operation == Operation::State || self.lock == Lock::Password {
            let success = self.attempt_password(progress).await?;
            return Ok(Success::Password(Box::new(success)));
        }
        if self.lock == Lock::Any && progress.of_password.is_none() {
            let success = self.attempt_password(progress).await?;
            progress.start_with_account(success);
        }
        self.attempt_account(progress).await.map(|success| Success::Account(Box::new(success)))
    }

    async fn attempt_password(&self, progress: &mut UserProgress) -> Result<PasswordSuccess, Interruption> {
        let UserProgress { user, .. } = *progress;
        let is_read = self.dry_run || self.operation == Operation::State;
        if is_read || progress.is_pending || self.only_locked_out && progress.status_before.is_none() {
            self.take_slot(progress).await?;
            let read = self.client.read_password_state(user).with_response();
            let response = self.unless_stopping(read.into_future()).await??;
            if self.operation == Operation::State {
                return Ok(PasswordSuccess::Read(response));
            }
            let status_matters = self.only_locked_out || progress.is_pending;
            let status = &response.value().status;
            if status_matters && matches!(status, PasswordStatus::Unrecognized(_)) {
                return Err(Interruption::UnrecognizedStatus(Box::new(response)));
            }
            let is_locked_out = *status == PasswordStatus::PasswordLockedOut;
            if progress.is_pending && !is_locked_out {
                return Ok(PasswordSuccess::Confirmed(response));
            }
            progress.status_before = Some(status.to_string());
            if self.only_locked_out && !is_locked_out {
                return Ok(PasswordSuccess::Skipped(response));
            }
            if self.dry_run {
                return Ok(PasswordSuccess::WouldUnlock(response));
            }
            progress.is_pending = false;
        }
        self.start(progress).await?;
        let unlock = self.client.unlock_password(user).with_response();
        self.write(progress, unlock.into_future()).await.map(PasswordSuccess::Unlocked)
    }

    /// Records that an unlock is about to be sent, and waits for the right to send it.
    pub(super) async fn start(&self, progress: &mut UserProgress) -> Result<(), Interruption> {
        if let (false, Some(journal)) = (progress.is_started, &self.journal) {
            // A user with this record and no later one is checked before another unlock is sent.
            journal.add_durably(&JournalRecord::Started { user: progress.user.to_string(), at: now() }).await?;
            progress.is_started = true;
        }
        self.take_slot(progress).await
    }

    /// Sends an unlock, and records whether its outcome is unknown.
    pub(super) async fn write<T>(
        &self,
        progress: &mut UserProgress,
        unlock: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Interruption> {
        match self.unless_stopping(unlock).await {
            Ok(Ok(unlocked)) => Ok(unlocked),
            Ok(Err(error)) => {
                if error.outcome() == Assumption::Unknown {
                    progress.leave_pending();
                }
                Err(error.into())
            }
            Err(interruption) => {
                if has_sent() {
                    progress.leave_pending();
                }
                Err(interruption)
            }
        }
    }
}

/// Returns whether another state check may settle the outcome: the last error was temporary and says nothing about the
/// user.
fn state_check_may_help(error: &Error) -> bool {
    let (last, is_state_check) = match error.state_check_error() {
        Some(check) => (check, true),
        None => (error, error.outcome() == Assumption::NotApplied),
    };
    match last.kind() {
        ErrorKind::ConnectionLost | ErrorKind::Server | ErrorKind::Timeout => true,
        // An incomplete response to a state check. As the response to an unlock, it is not the API's.
        ErrorKind::InvalidResponse => is_state_check,
        _ => false,
    }
}
