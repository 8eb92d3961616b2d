//! One user: what is read, what is written down, what is sent.

mod settled;

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use pingone_password::model::PasswordState;
use pingone_password::{Client, Error, ErrorKind, Outcome as Assume, PasswordStatus, Response, UserId};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::Operation;
use super::journal::{Broken, Pen};
use super::network::Network;
use super::pace::{counted, unrefused};
use super::print::Line;
use super::record::{Finished, JournalRecord, Outcome, now};
use super::refusals::Refusal;
use crate::output;
use settled::{of_broken_journal, of_error, of_stopping, of_success, of_unrecognized, refusal_of};

/// How often a user is begun again whom the server had no room for.
const TURNED_AWAY: u32 = 10;
/// How often a user is looked at once more of whom nobody knows whether the unlock happened.
const LOOKED_AGAIN: u32 = 3;

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
    pub(crate) stopping: watch::Receiver<Stopping>,
}

/// Whether the run comes to its end before all users are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopping {
    /// It does not.
    No,
    /// Requests that are out are waited for, and no more are sent.
    Gently,
    /// Nothing is waited for.
    AtOnce,
}

/// What became of a user.
#[derive(Debug)]
pub(crate) struct Report {
    /// None where the run ended before anything was sent that could change the user.
    pub(crate) finished: Option<Finished>,
    pub(crate) requests: u32,
    /// A 403: it may concern this user only, or every one.
    pub(crate) refusal: Option<Refusal>,
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
    /// The list of the users can't be read any further.
    Users(io::Error),
}

/// What is known of a user under way.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct UserProgress {
    user: UserId,
    /// An unlock may have happened, and nobody said so: the state has to be read first.
    is_open: bool,
    /// There ever was such an unlock. A look does not close this: a gateway that gave up, or a connection that broke, says
    /// nothing of the server behind it, which may carry the unlock out after the look.
    may_come_late: bool,
    /// There was one in this run.
    is_left_open: bool,
    is_started: bool,
    status_before: Option<String>,
}

impl UserProgress {
    fn new(user: UserId, is_open: bool) -> Self {
        let (is_left_open, is_started, status_before) = (false, false, None);
        Self { user, is_open, may_come_late: is_open, is_left_open, is_started, status_before }
    }

    /// An unlock was sent, and nobody said what became of it.
    fn leave_open(&mut self) {
        self.is_open = true;
        self.may_come_late = true;
        self.is_left_open = true;
    }

    /// What a failure comes to.
    fn failed(&self) -> (Outcome, output::Became) {
        if self.may_come_late {
            (Outcome::Unknown, output::Became::Unknown)
        } else {
            (Outcome::Failed, output::Became::Failed)
        }
    }
}

/// What the server said in the end.
enum Success {
    Read(Response<PasswordState>),
    Would(Response<PasswordState>),
    Skipped(Response<PasswordState>),
    Seen(Response<PasswordState>),
    Unlocked(Response<Option<PasswordState>>),
}

enum Trouble {
    Client(Error),
    /// A look found a status from after this version: it may be another kind of lockout, or none.
    Unrecognized(Box<Response<PasswordState>>),
    Journal,
    /// The run stops.
    Stopping,
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
        let mut progress = UserProgress::new(user, is_open);
        let (result, requests) = counted(self.until_settled(&mut progress)).await;
        let mut refusal = None;
        let (mut finished, output, mut stop) = match result {
            Ok(success) => of_success(&progress, success),
            Err(Trouble::Client(error)) => {
                refusal = refusal_of(&error);
                of_error(&progress, &error)
            }
            Err(Trouble::Unrecognized(look)) => of_unrecognized(&progress, *look),
            Err(Trouble::Journal) => of_broken_journal(&progress),
            Err(Trouble::Stopping) if progress.is_left_open => of_stopping(&progress),
            Err(Trouble::Stopping) => {
                let stop = self.take_back(&progress, requests).await;
                return Report { finished: None, requests, refusal, stop };
            }
        };
        finished.requests = requests;
        if let Some(pen) = &self.pen
            && pen.add(&JournalRecord::Finished(Box::new(finished.clone()))).await.is_err()
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
        Report { finished: Some(finished), requests, refusal, stop }
    }

    /// Writes down that nothing was sent that could change the user, where the journal says that it is about to be.
    async fn take_back(&self, progress: &UserProgress, requests: u32) -> Option<Stop> {
        // What an earlier run has left open stays open.
        if !progress.is_started || progress.may_come_late {
            return None;
        }
        let (status_before, code) = (progress.status_before.clone(), Some("NOT_SENT".to_owned()));
        let finished = Finished { status_before, code, requests, ..Finished::new(progress.user, Outcome::Failed) };
        let written = self.pen.as_ref()?.add(&JournalRecord::Finished(Box::new(finished))).await;
        written.is_err().then_some(Stop::Journal)
    }

    async fn until_settled(&mut self, progress: &mut UserProgress) -> Result<Success, Trouble> {
        let (mut turned_away, mut looked_again) = (0, 0);
        if let Some(next_try) = self.network.next_try()
            && !self.wait_until(next_try).await
        {
            return Err(Trouble::Stopping);
        }
        loop {
            let error = match self.once(progress).await {
                Err(Trouble::Client(error)) => error,
                Err(Trouble::Stopping) => return Err(Trouble::Stopping),
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
            // Where its time was up before its turn came, nothing was sent, and nobody turned it away.
            turned_away += u32::from(error.status().is_some());
            let begins_again = if is_turned_away(&error) {
                turned_away < TURNED_AWAY
            } else {
                looked_again += 1;
                progress.is_open && a_look_may_tell_after(&error) && looked_again <= LOOKED_AGAIN
            };
            if !begins_again {
                return Err(error.into());
            }
            if *self.stopping.borrow() != Stopping::No {
                return Err(Trouble::Stopping);
            }
        }
    }

    /// Waits, and says whether to go on: not if the run stops in the meantime.
    async fn wait_until(&mut self, until: Instant) -> bool {
        tokio::select! {
            biased;
            _ = self.stopping.wait_for(|stopping| *stopping != Stopping::No) => false,
            () = sleep_until(until) => true,
        }
    }

    /// Makes a call, and gives it up when the run stops: while it has no request out that the server may be at, or else only
    /// where nothing is waited for any more.
    async fn unless_stopping<T>(&self, call: impl Future<Output = T>) -> Result<T, Trouble> {
        let before = unrefused();
        let mut stopping = self.stopping.clone();
        let mut call = pin!(call);
        loop {
            let now = *stopping.borrow_and_update();
            let gives_up = || match now {
                Stopping::No => false,
                Stopping::Gently => unrefused() == before,
                Stopping::AtOnce => true,
            };
            if gives_up() {
                return Err(Trouble::Stopping);
            }
            tokio::select! {
                biased;
                result = &mut call => return Ok(result),
                // Right after the call, because only the call makes a difference to it.
                () = poll_fn(|_| if gives_up() { Poll::Ready(()) } else { Poll::Pending }) => {}
                Ok(()) = stopping.changed() => {}
            }
        }
    }

    async fn once(&self, progress: &mut UserProgress) -> Result<Success, Trouble> {
        let UserProgress { user, .. } = *progress;
        let is_for_reading = self.dry_run || self.operation == Operation::State;
        if is_for_reading || progress.is_open || self.only_locked_out && progress.status_before.is_none() {
            let look = self.client.read_password_state(user).with_response();
            let look = self.unless_stopping(look).await??;
            if self.operation == Operation::State {
                return Ok(Success::Read(look));
            }
            let decides = self.only_locked_out || progress.is_open;
            let status = &look.value().status;
            if decides && matches!(status, PasswordStatus::Unrecognized(_)) {
                return Err(Trouble::Unrecognized(Box::new(look)));
            }
            let is_locked_out = *status == PasswordStatus::PasswordLockedOut;
            if progress.is_open && !is_locked_out {
                return Ok(Success::Seen(look));
            }
            progress.status_before = Some(status.to_string());
            if self.only_locked_out && !is_locked_out {
                return Ok(Success::Skipped(look));
            }
            if self.dry_run {
                return Ok(Success::Would(look));
            }
            progress.is_open = false;
        }
        if let (false, Some(pen)) = (progress.is_started, &self.pen) {
            // Whoever finds this record without another one behind it has to look before sending an unlock.
            pen.add_durably(&JournalRecord::Started { user: user.to_string(), at: now() }).await?;
            progress.is_started = true;
        }
        let before = unrefused();
        match self.unless_stopping(self.client.unlock_password(user).with_response()).await {
            Ok(Ok(unlocked)) => Ok(Success::Unlocked(unlocked)),
            Ok(Err(error)) => {
                if error.outcome() == Assume::Unknown {
                    progress.leave_open();
                }
                Err(error.into())
            }
            Err(trouble) => {
                if unrefused() > before {
                    progress.leave_open();
                }
                Err(trouble)
            }
        }
    }
}

/// Whether the server had no room for the user: nothing has happened, or a look is due.
fn is_turned_away(error: &Error) -> bool {
    error.is_rate_limited() || error.is_throttled() || error.state_check_error().is_some_and(is_turned_away)
}

/// Whether the next look may tell what became of an unlock: what went wrong says nothing of the user, and may have passed.
fn a_look_may_tell_after(error: &Error) -> bool {
    let (last, is_look) = match error.state_check_error() {
        Some(look) => (look, true),
        None => (error, error.outcome() == Assume::NotApplied),
    };
    match last.kind() {
        ErrorKind::ConnectionLost | ErrorKind::Server | ErrorKind::Timeout => true,
        // In answer to a look, one that was cut short. In answer to an unlock, it is not the API that answers.
        ErrorKind::InvalidResponse => is_look,
        _ => false,
    }
}
