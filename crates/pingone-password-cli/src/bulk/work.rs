//! One user: what is read, what is written down, what is sent.

use std::sync::Arc;

use pingone_password::model::PasswordState;
use pingone_password::{Client, Error, ErrorKind, Outcome as Assume, PasswordStatus, Unlocked, UserId};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::Operation;
use super::journal::{Broken, Pen};
use super::network::Network;
use super::pace::counted;
use super::print::Line;
use super::record::{Finished, Outcome, Record, now};
use crate::output;

/// How often a user is begun again whom the server had no room for.
const TURNED_AWAY: u32 = 10;

/// What all users of a run have in common.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub(crate) client: Client,
    pub(crate) operation: Operation,
    pub(crate) only_locked_out: bool,
    pub(crate) dry_run: bool,
    pub(crate) pen: Option<Pen>,
    pub(crate) lines: Option<mpsc::Sender<Box<Line>>>,
    pub(crate) network: Arc<Network>,
    pub(crate) is_stopping: watch::Receiver<bool>,
}

/// What became of a user.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) finished: Finished,
    pub(crate) stop: Option<Stop>,
}

/// Why no further users are taken.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Someone asked for it.
    Interrupted,
    /// The access token is refused, or there is none.
    NotAllowed(String),
    /// Nobody answers.
    Network(String),
    /// The journal can't be written.
    Journal,
    /// Nobody reads standard output any more.
    Output,
    /// The input can't be read any further.
    Input(String),
}

/// What is known of a user under way.
struct Progress {
    user: UserId,
    /// An unlock may have happened, and nobody said so: the state has to be read first.
    is_open: bool,
    /// One that got no answer in time: the server may still be at it, whatever a look says.
    may_come_late: bool,
    is_started: bool,
    status_before: Option<String>,
}

/// What the server said in the end.
enum Success {
    Read(PasswordState),
    Would(PasswordState),
    Skipped(PasswordState),
    Seen(PasswordState),
    Unlocked(Unlocked),
}

enum Trouble {
    Client(Error),
    Journal,
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Client(error)
    }
}

impl From<Broken> for Trouble {
    fn from(Broken: Broken) -> Self {
        Self::Journal
    }
}

impl Work {
    /// Does what there is to do for a user, and writes it down.
    pub(crate) async fn user(mut self, user: UserId, is_open: bool) -> Report {
        let mut progress = Progress { user, is_open, may_come_late: false, is_started: false, status_before: None };
        let (result, requests) = counted(self.until_settled(&mut progress)).await;
        let (mut finished, output, mut stop) = match result {
            Ok(success) => of_success(&progress, success),
            Err(Trouble::Client(error)) => of_error(&progress, &error),
            Err(Trouble::Journal) => of_broken_journal(&progress),
        };
        finished.requests = requests;
        if let Some(pen) = &self.pen
            && pen.add(&Record::Finished(Box::new(finished.clone()))).await.is_err()
        {
            stop = Some(Stop::Journal);
        }
        if let Some(lines) = &self.lines {
            let line = Line { finished: finished.clone(), output };
            // A read that nobody reads is no use; an unlock is.
            if lines.send(Box::new(line)).await.is_err() && self.operation == Operation::State {
                stop = stop.or(Some(Stop::Output));
            }
        }
        Report { finished, stop }
    }

    async fn until_settled(&mut self, progress: &mut Progress) -> Result<Success, Trouble> {
        let mut turned_away = 0;
        if let Some(next_try) = self.network.next_try() {
            self.wait_until(next_try).await;
        }
        loop {
            let error = match self.once(progress).await {
                Err(Trouble::Client(error)) => error,
                settled => {
                    self.network.found();
                    return settled;
                }
            };
            if Network::is_lost(&error) {
                match self.network.lost() {
                    Some(next_try) if self.wait_until(next_try).await => continue,
                    _ => return Err(error.into()),
                }
            }
            if error.status().is_some() {
                self.network.found();
            }
            turned_away += 1;
            let is_turned_away = error.kind() == ErrorKind::RateLimited && turned_away < TURNED_AWAY;
            if !is_turned_away || *self.is_stopping.borrow() {
                return Err(error.into());
            }
        }
    }

    /// Waits, and says whether to go on: not if the run stops in the meantime.
    async fn wait_until(&mut self, until: Instant) -> bool {
        tokio::select! {
            () = sleep_until(until) => true,
            _ = self.is_stopping.wait_for(|is_stopping| *is_stopping) => false,
        }
    }

    async fn once(&self, progress: &mut Progress) -> Result<Success, Trouble> {
        let Progress { user, .. } = *progress;
        let is_for_reading = self.dry_run || self.operation == Operation::State;
        if is_for_reading || progress.is_open || self.only_locked_out && progress.status_before.is_none() {
            let state = self.client.read_password_state(user).await?;
            let is_locked_out = state.status == PasswordStatus::PasswordLockedOut;
            if self.operation == Operation::State {
                return Ok(Success::Read(state));
            }
            if progress.is_open && !is_locked_out && !self.dry_run {
                return Ok(Success::Seen(state));
            }
            progress.status_before = Some(state.status.to_string());
            if self.only_locked_out && !is_locked_out {
                return Ok(Success::Skipped(state));
            }
            if self.dry_run {
                return Ok(Success::Would(state));
            }
            progress.is_open = false;
        }
        if let (false, Some(pen)) = (progress.is_started, &self.pen) {
            // Whoever finds this record without another one behind it has to look before sending an unlock.
            pen.add_durably(&Record::Started { user: user.to_string(), at: now() }).await?;
            progress.is_started = true;
        }
        match self.client.unlock_password(user).await {
            Ok(unlocked) => Ok(Success::Unlocked(unlocked)),
            Err(error) => {
                progress.is_open = error.outcome() == Assume::Unknown;
                progress.may_come_late |= progress.is_open && error.is_timeout();
                Err(error.into())
            }
        }
    }
}

type Settled = (Finished, output::Record, Option<Stop>);

fn of_success(progress: &Progress, success: Success) -> Settled {
    let Progress { user, status_before, .. } = progress;
    let status = |state: &PasswordState| Some(state.status.to_string());
    let mut finished = Finished::new(*user, Outcome::Done);
    finished.status_before.clone_from(status_before);
    let output = match success {
        Success::Read(state) => {
            finished.status_before = status(&state);
            output::Record::read(*user, state)
        }
        Success::Would(state) => {
            finished.outcome = Outcome::WouldUnlock;
            output::Record::read(*user, state)
        }
        Success::Skipped(state) => {
            finished.outcome = Outcome::Skipped;
            output::Record::read(*user, state)
        }
        Success::Seen(state) => {
            finished.status_after = status(&state);
            output::Record { result: output::Result::Unlocked, ..output::Record::read(*user, state) }
        }
        Success::Unlocked(unlocked) => {
            finished.status_after = unlocked.state().and_then(status);
            finished.correlation_id = unlocked.correlation_id().map(str::to_owned);
            output::Record::unlocked(*user, unlocked)
        }
    };
    (finished, output, None)
}

fn of_error(progress: &Progress, error: &Error) -> Settled {
    let Progress { user, status_before, .. } = progress;
    let is_unknown = progress.is_open || progress.may_come_late;
    let outcome = if is_unknown { Outcome::Unknown } else { Outcome::Failed };
    let mut finished = Finished::new(*user, outcome);
    finished.status_before.clone_from(status_before);
    finished.code = Some(code(error));
    finished.http_status = error.status();
    finished.correlation_id = error.correlation_id().map(str::to_owned);
    finished.error = Some(error.to_string());
    let result = if is_unknown { output::Result::Unknown } else { output::Result::Failed };
    let output = output::Record { result, ..output::Record::failed(*user, error) };
    (finished, output, stop_after(error))
}

fn of_broken_journal(progress: &Progress) -> Settled {
    let outcome = if progress.is_open { Outcome::Unknown } else { Outcome::Failed };
    let error = format!("user {}: the journal can't be written, so nothing was sent", progress.user);
    let finished =
        Finished { code: Some("JOURNAL".to_owned()), error: Some(error), ..Finished::new(progress.user, outcome) };
    let output = output::Record::new(progress.user, output::Result::Failed);
    (finished, output, Some(Stop::Journal))
}

/// Why the next user would fare no better.
fn stop_after(error: &Error) -> Option<Stop> {
    let why = |error: &Error| format!("{error}\n{}", error.advice());
    if Network::is_lost(error) && !error.is_access_token() {
        return Some(Stop::Network(why(error)));
    }
    if error.is_unauthenticated() || error.is_forbidden() || error.is_access_token() {
        return Some(Stop::NotAllowed(why(error)));
    }
    match error.failed_look() {
        Some(look) if look.is_unauthenticated() || look.is_access_token() && !Network::is_lost(look) => {
            Some(Stop::NotAllowed(why(look)))
        }
        _ => None,
    }
}

/// The vendor's code, or else ours.
fn code(error: &Error) -> String {
    match (error.code(), error.kind()) {
        (Some(code), _) => code.to_owned(),
        (None, ErrorKind::AccessToken) => "NO_ACCESS_TOKEN".to_owned(),
        (None, ErrorKind::Connect) => "NO_CONNECTION".to_owned(),
        (None, ErrorKind::Timeout) => "NO_ANSWER".to_owned(),
        (None, ErrorKind::Interrupted) => "CONNECTION_LOST".to_owned(),
        (None, ErrorKind::RateLimited) => "REQUEST_LIMITED".to_owned(),
        (None, ErrorKind::TooLong) => "ANSWER_TOO_LONG".to_owned(),
        (None, kind) => match error.status() {
            Some(status) => format!("HTTP_{status}"),
            None => format!("{kind:?}").to_uppercase(),
        },
    }
}
