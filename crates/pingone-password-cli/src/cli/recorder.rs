//! Records the unlocks of a few users in a journal, if there is one.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use pingone_password::{AcquireFuture, Error, Outcome as Assumption, RateLimiter, UserId};

use super::examine::Examined;
use crate::bulk::journal::{Finished, Header, Journal, JournalError, JournalRecord, Outcome, Trail, is_sent, now};
use crate::exit::Exit;
use crate::lock::Lock;
use crate::output::{Row, Status, account_status};
use crate::terminal;

/// Counts requests, by the permits that a client acquires.
#[derive(Clone, Debug, Default)]
pub(super) struct RequestCounter(Arc<AtomicU32>);

impl RequestCounter {
    fn take(&self) -> u32 {
        self.0.swap(0, Ordering::Relaxed)
    }
}

impl RateLimiter for RequestCounter {
    fn acquire(&self) -> AcquireFuture<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(std::future::ready(()))
    }
}

/// Records a run. Without a journal, it does nothing.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    counter: RequestCounter,
    planned: Option<(Trail, Header)>,
    journal: Option<Journal>,
    unfinished: RefCell<Vec<Entry>>,
}

/// A user without a result.
#[derive(Debug)]
struct Entry {
    user: UserId,
    requests: u32,
    is_started: bool,
}

impl Recorder {
    /// Plans to record a run of these users. `counter` counts their requests from here on.
    pub(super) fn new(trail: Trail, header: Header, users: &[UserId], counter: RequestCounter) -> Self {
        counter.take();
        let entries = users.iter().map(|user| Entry { user: *user, requests: 0, is_started: false });
        Self { counter, planned: Some((trail, header)), journal: None, unfinished: RefCell::new(entries.collect()) }
    }

    /// Adds the requests since the last call to those for a user.
    pub(super) fn count(&self, user: UserId) {
        let requests = self.counter.take();
        self.update(user, |entry| entry.requests += requests);
    }

    /// Writes the header and the users, with their names. Reports an error, after which nothing may be sent.
    pub(super) async fn begin(&mut self, users: &[(UserId, Option<&str>)]) -> Result<(), Exit> {
        let Some((trail, header)) = self.planned.take() else { return Ok(()) };
        match trail.begin(Header { started_at: now(), ..header }, users).await {
            Ok(journal) => {
                self.journal = Some(journal);
                Ok(())
            }
            Err(error) => {
                terminal::error(format!("{error:#}; nothing was sent"));
                Err(Exit::Usage)
            }
        }
    }

    /// Records that an unlock is about to be sent. The record is on disk when this returns.
    pub(super) async fn start(&self, user: UserId) -> Result<(), JournalError> {
        let Some(journal) = &self.journal else { return Ok(()) };
        let is_started = self.update(user, |entry| entry.is_started).unwrap_or_default();
        if !is_started {
            journal.writer().add_durably(&JournalRecord::Started { user: user.to_string(), at: now() }).await?;
            self.update(user, |entry| entry.is_started = true);
        }
        Ok(())
    }

    /// Records a result.
    pub(super) async fn finish(
        &self,
        user: UserId,
        lock: Lock,
        examined: Option<&Examined>,
        result: &Result<Row, Error>,
    ) {
        if self.journal.is_some() {
            self.count(user);
            self.add(user, finished(user, lock, examined, result)).await;
        }
    }

    /// Records the users without a result, and waits until all is on disk.
    pub(super) async fn close(mut self) -> Exit {
        let rest: Vec<_> = self.unfinished.borrow().iter().map(|entry| (entry.user, entry.is_started)).collect();
        for (user, is_started) in rest.into_iter().filter(|_| self.journal.is_some()) {
            let finished = if is_started {
                self.count(user);
                Finished { code: Some("INTERRUPTED".to_owned()), ..Finished::new(user, Outcome::Unknown) }
            } else {
                Finished::new(user, Outcome::NotSent)
            };
            self.add(user, finished).await;
        }
        let Some(journal) = self.journal.take() else { return Exit::Done };
        match journal.close().await {
            Ok(()) => Exit::Done,
            Err(error) => {
                terminal::error(format!("{error:#}"));
                Exit::Failed
            }
        }
    }

    async fn add(&self, user: UserId, finished: Finished) {
        let Some(journal) = &self.journal else { return };
        let requests = self.update(user, |entry| entry.requests).unwrap_or_default();
        self.unfinished.borrow_mut().retain(|entry| entry.user != user);
        let outcome = finished.outcome;
        let record = JournalRecord::Finished(Box::new(Finished { requests, ..finished }.for_journal()));
        if journal.writer().add(&record).await.is_err() && matches!(outcome, Outcome::Done | Outcome::Unknown) {
            terminal::note(format!("user {user}: {}, but not recorded in the journal", outcome.as_str()));
        }
    }

    fn update<T>(&self, user: UserId, change: impl FnOnce(&mut Entry) -> T) -> Option<T> {
        self.unfinished.borrow_mut().iter_mut().find(|entry| entry.user == user).map(change)
    }
}

/// Describes a result as a bulk run does.
fn finished(user: UserId, lock: Lock, examined: Option<&Examined>, result: &Result<Row, Error>) -> Finished {
    let mut finished = match result {
        Ok(row) => {
            let is_unlocked = row.result == Status::Unlocked;
            let after = |status: &Option<String>, is_unlocked: bool| status.clone().filter(|_| is_unlocked);
            Finished {
                status_after: after(&row.status, is_unlocked && lock != Lock::Account),
                account_status_after: after(&row.account_status, is_unlocked && lock != Lock::Password),
                code: row.code.clone(),
                correlation_id: row.correlation_id.clone(),
                ..Finished::new(user, outcome(row.result))
            }
        }
        Err(error) => {
            let outcome = match error.outcome() {
                Assumption::Unknown => Outcome::Unknown,
                _ if is_sent(error) => Outcome::Failed,
                Assumption::NotApplied => Outcome::NotSent,
            };
            Finished::failed(user, outcome, error)
        }
    };
    if let Some(examined) = examined {
        finished.status_before = Some(examined.state.value().status.to_string());
        let account = examined.user.as_ref().ok().and_then(account_status);
        finished.account_status_before = account.map(|status| status.as_str().to_owned());
    }
    finished
}

fn outcome(result: Status) -> Outcome {
    match result {
        Status::Unlocked => Outcome::Done,
        Status::Read | Status::NotLocked | Status::External | Status::NoPassword => Outcome::Skipped,
        Status::Failed => Outcome::Failed,
        Status::Unknown => Outcome::Unknown,
        Status::NotSent => Outcome::NotSent,
    }
}
