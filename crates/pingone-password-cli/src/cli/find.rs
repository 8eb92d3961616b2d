//! `find`: lists users page by page, such as those who are locked out.

use std::collections::VecDeque;
use std::io;
use std::pin::pin;
use std::time::Duration;

use pingone_password::model::{PasswordState, User, UserAccountStatus};
use pingone_password::{Client, Error, PasswordStatus, Response, UserId, UserStream};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, interval_at};

use super::find_query::FindQuery;
use crate::bulk::tracked;
use crate::exit::Exit;
use crate::output::{Found, FoundFormat, FoundPrinter, is_account_locked, server_said};
use crate::terminal::{self, counted, grouped, interrupt, note, plain};

const NOTE_INTERVAL: Duration = Duration::from_secs(10);
/// The maximum number of failures that are reported one by one.
const MAX_REPORTED: u64 = 20;
/// After this many failures in a row, the other states can't be read either.
const MAX_FAILURES: u64 = 20;

/// A user before the row is printed. Rows come in the order of the pages.
enum Pending {
    /// Nothing has to be read.
    Known(User),
    /// The password state is being read.
    Reading(User, JoinHandle<Result<Response<PasswordState>, Error>>),
}

type Read = Option<Result<Result<Response<PasswordState>, Error>, JoinError>>;

impl Pending {
    /// Waits until the user is known.
    async fn settle(&mut self) -> Read {
        match self {
            Self::Known(_) => None,
            Self::Reading(_, reading) => Some(reading.await),
        }
    }

    fn into_user(self) -> User {
        match self {
            Self::Known(user) | Self::Reading(user, _) => user,
        }
    }
}

/// Lists users.
pub(super) struct Finder<W> {
    client: Client,
    query: FindQuery,
    /// The number of states that are read at the same time.
    concurrency: usize,
    printer: FoundPrinter<W>,
    counts: Counts,
    exit: Exit,
}

#[derive(Debug, Default)]
struct Counts {
    users: u64,
    listed: u64,
    requests: u64,
    /// Users whose account says that they can't sign on.
    suspected: u64,
    /// Users whose account is locked, but not because of the password.
    other_locks: u64,
    /// Users who may have to be listed.
    failed: u64,
    failures_in_a_row: u64,
}

/// Why the list ends early.
enum Incomplete {
    Interrupted,
    /// The reader of the output is gone.
    Closed,
    /// A page can't be read, or no state.
    Error(Error),
}

impl<W: io::Write> Finder<W> {
    pub(super) fn new(client: Client, query: FindQuery, concurrency: usize, writer: W, format: FoundFormat) -> Self {
        let printer = FoundPrinter::new(writer, format);
        Self { client, query, concurrency, printer, counts: Counts::default(), exit: Exit::Done }
    }

    /// Lists all users, and says on standard error how many there are and whether any may be missing.
    ///
    /// # Errors
    ///
    /// Fails if standard output can't be written.
    pub(super) async fn run(mut self) -> io::Result<Exit> {
        let mut users = self.query.stream(&self.client);
        let ended = self.list(&mut users).await?;
        self.counts.requests += u64::from(users.request_count());
        Ok(self.conclude(ended))
    }

    async fn list(&mut self, users: &mut UserStream) -> io::Result<Result<(), Incomplete>> {
        interrupt::take_over();
        let mut ctrl_c = pin!(interrupt::requested());
        let mut notes = interval_at(Instant::now() + NOTE_INTERVAL, NOTE_INTERVAL);
        let mut pending: VecDeque<Pending> = VecDeque::new();
        let mut end = None;
        while end.is_none() || !pending.is_empty() {
            let takes_more = end.is_none() && pending.len() < self.concurrency;
            tokio::select! {
                biased;
                interrupted = &mut ctrl_c => {
                    interrupted?;
                    return Ok(Err(Incomplete::Interrupted));
                }
                Some(read) = settle_first(&mut pending) => {
                    let Some(user) = pending.pop_front().map(Pending::into_user) else { continue };
                    if let Err(error) = self.settle(user, read)? {
                        return Ok(Err(Incomplete::Error(error)));
                    }
                    if self.printer.is_closed() {
                        return Ok(Err(Incomplete::Closed));
                    }
                }
                next = users.next(), if takes_more => match next {
                    Some(Ok(user)) => pending.extend(self.take(user)),
                    Some(Err(error)) => end = Some(Err(Incomplete::Error(error))),
                    None => end = Some(Ok(())),
                },
                _ = notes.tick() => note(format!("{} so far", self.counts.in_words(&self.query))),
            }
        }
        Ok(end.unwrap_or(Ok(())))
    }

    /// Takes a user of a page, and starts to read the password state if it matters.
    fn take(&mut self, user: User) -> Option<Pending> {
        // The server compares names in a way that isn't documented.
        if !self.query.matches(&user) {
            return None;
        }
        self.counts.users += 1;
        let Some(user_id) = user.id.map(UserId::from) else {
            self.fail("the server sent a user without an ID");
            return None;
        };
        let is_suspected = may_be_locked_out(&user);
        self.counts.suspected += u64::from(is_suspected);
        if self.query.thorough || self.query.locked_out && is_suspected {
            let read = self.client.read_password_state(user_id).with_response();
            return Some(Pending::Reading(user, tokio::spawn(tracked(read.into_future()))));
        }
        (!self.query.locked_out).then_some(Pending::Known(user))
    }

    /// Prints a user, if it belongs to the list. Returns the error if it concerns the other users, too.
    fn settle(&mut self, user: User, read: Read) -> io::Result<Result<(), Error>> {
        let Some(user_id) = user.id.map(UserId::from) else { return Ok(Ok(())) };
        let state = match read {
            None => None,
            Some(Ok(Ok(response))) => {
                self.counts.requests += u64::from(response.request_count());
                self.counts.failures_in_a_row = 0;
                Some(response.into_inner())
            }
            Some(Ok(Err(error))) => {
                self.counts.requests += u64::from(error.request_count());
                if error.is_not_found() {
                    // Deleted since the page was sent.
                    return Ok(Ok(()));
                }
                self.fail(&format!("user {user_id}: can't read the password state: {}", server_said(&error)));
                self.exit = self.exit.and(Exit::of(&error));
                self.counts.failures_in_a_row += 1;
                let concerns_all = error.is_access_token() || error.is_unauthenticated();
                let stops = concerns_all || self.counts.failures_in_a_row >= MAX_FAILURES;
                return Ok(if stops { Err(error) } else { Ok(()) });
            }
            Some(Err(error)) => {
                self.fail(&format!("user {user_id}: the read was aborted: {error}"));
                return Ok(Ok(()));
            }
        };
        if self.query.locked_out {
            match state.as_ref().map(|state| &state.status) {
                Some(PasswordStatus::PasswordLockedOut) => {}
                Some(PasswordStatus::Unrecognized(status)) => {
                    let status = plain(status);
                    self.fail(&format!(
                        "user {user_id}: this version doesn't know the status `{status}`, which may be a lockout"
                    ));
                    return Ok(Ok(()));
                }
                _ => {
                    self.counts.other_locks += u64::from(is_account_locked(&user));
                    return Ok(Ok(()));
                }
            }
        }
        self.counts.listed += 1;
        self.printer.print(&Found::new(user_id, user, state))?;
        Ok(Ok(()))
    }

    /// Reports that a user may be missing from the list.
    fn fail(&mut self, problem: &str) {
        self.counts.failed += 1;
        self.exit = self.exit.and(Exit::Failed);
        if self.counts.failed <= MAX_REPORTED {
            note(problem);
        }
    }

    /// Says how the list ended, and returns the exit code.
    fn conclude(self, ended: Result<(), Incomplete>) -> Exit {
        let Self { query, counts, exit, .. } = self;
        let in_words = format!("{} with {}", counts.in_words(&query), counted(counts.requests, "request"));
        match ended {
            Err(Incomplete::Closed) => return exit,
            Err(Incomplete::Interrupted) => {
                terminal::error(format!("interrupted: the list is incomplete: {in_words}"));
                return Exit::Interrupted;
            }
            Err(Incomplete::Error(error)) => {
                terminal::error(format!(
                    "the list is incomplete: {in_words}\n  server: {}\n  advice: {}",
                    server_said(&error),
                    plain(error.advice())
                ));
                return exit.and(Exit::Failed).and(Exit::of(&error));
            }
            Ok(()) if counts.failed > 0 => {
                let failed = counted(counts.failed, "user");
                terminal::error(format!("the list is incomplete: {in_words}; {failed} could not be checked"));
            }
            Ok(()) if counts.users == 0 => note("no user matches, or none that this role may see"),
            Ok(()) => note(in_words),
        }
        if counts.other_locks > 0 {
            let accounts = counted(counts.other_locks, "account");
            note(format!("{accounts} locked for another reason than the password: see unlock --lock account"));
        }
        if query.locked_out && !query.thorough && counts.users > 0 && counts.suspected == 0 {
            note(
                "no account says that it is locked; if lockouts don't show there, --thorough reads every password state",
            );
        }
        exit
    }
}

impl Counts {
    fn in_words(&self, query: &FindQuery) -> String {
        let Self { users, listed, .. } = self;
        let listed = if query.locked_out { format!("{} locked out of ", grouped(*listed)) } else { String::new() };
        listed + &counted(*users, "user")
    }
}

/// Waits for the first one. Returns `None` if there is none.
async fn settle_first(pending: &mut VecDeque<Pending>) -> Option<Read> {
    Some(pending.front_mut()?.settle().await)
}

/// Returns whether the password may be locked out, as far as a list says: a lockout is taken to show in the account. What the
/// account doesn't say has to be read.
fn may_be_locked_out(user: &User) -> bool {
    let password = user.embedded.as_ref().and_then(|embedded| embedded.password.as_ref());
    let is_said = password.is_some_and(|state| {
        matches!(state.status, PasswordStatus::PasswordLockedOut | PasswordStatus::Unrecognized(_))
    });
    let is_account_fine = user.account.as_ref().is_some_and(|account| {
        account.status == Some(UserAccountStatus::Ok) && account.can_authenticate != Some(false)
    });
    is_said || !is_account_fine
}
