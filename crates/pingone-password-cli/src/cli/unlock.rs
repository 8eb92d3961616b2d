//! `unlock`: unlocks users' passwords and accounts.

use std::io;

use pingone_password::model::User;
use pingone_password::{Client, Error, PasswordStatus, UserId, requests};

use super::each_user::{Operation, each_user};
use super::examine::{Examined, confirmed};
use super::recorder::Recorder;
use crate::bulk::journal::JournalError;
use crate::exit::Exit;
use crate::lock::Lock;
use crate::lookup::KnownUser;
use crate::output::{Columns, Format, Row, Status, is_account_locked, server_said};
use crate::terminal::{self, interrupt};

const PASSWORD: Operation =
    Operation { columns: Columns::Unlock, failed: "the password was not unlocked", interrupted: Status::Unknown };
const ACCOUNT: Operation = Operation { failed: "the account was not unlocked", ..PASSWORD };
const ANY: Operation = Operation { failed: "the user was not unlocked", ..PASSWORD };

fn operation(lock: Lock) -> &'static Operation {
    match lock {
        Lock::Password => &PASSWORD,
        Lock::Account => &ACCOUNT,
        Lock::Any => &ANY,
    }
}

/// A few users who are about to be unlocked.
pub(super) struct Unlock<'a> {
    pub(super) client: &'a Client,
    pub(super) users: &'a [KnownUser],
    pub(super) lock: Lock,
    pub(super) format: Format,
    pub(super) recorder: Recorder,
}

/// Why a user is not unlocked.
enum Interruption {
    Error(Error),
    /// The journal can't be written, so nothing was sent.
    Journal,
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

impl Unlock<'_> {
    /// Unlocks the users without reading their state.
    ///
    /// # Errors
    ///
    /// Fails if standard output can't be written.
    pub(super) async fn run_unchecked(mut self) -> io::Result<Exit> {
        let names = names(self.users, &[]);
        if let Err(exit) = unless_interrupted(async { Ok(self.recorder.begin(&names).await) }).await? {
            return Ok(exit);
        }
        let ids = self.ids();
        let exit = each_user(operation(self.lock), &ids, self.format, async |user| {
            let result = match self.lock {
                Lock::Account => self.unlock_account(user).await,
                Lock::Password | Lock::Any => self.unlock_password(user).await,
            };
            self.record(user, None, result).await
        })
        .await;
        self.close(exit).await
    }

    /// Reads the users, shows them, asks if one was given by name, and unlocks what is locked.
    ///
    /// # Errors
    ///
    /// Fails if standard output can't be written.
    pub(super) async fn run(mut self, is_confirmed: bool) -> io::Result<Exit> {
        let examined = match unless_interrupted(self.prepare(is_confirmed)).await? {
            Ok(examined) => examined,
            Err(exit) => return Ok(exit),
        };
        let ids = self.ids();
        let exit = each_user(operation(self.lock), &ids, self.format, async |user| {
            let index = ids.iter().position(|id| *id == user);
            let examined = index.and_then(|index| examined.get(index));
            let result = match examined {
                Some(Ok(examined)) => self.unlock(examined).await,
                Some(Err(error)) => Err(error.clone().into()),
                // The ones before it end the command.
                None => Ok(Row::new(user, Status::NotSent)),
            };
            self.record(user, examined.and_then(|examined| examined.as_ref().ok()), result).await
        })
        .await;
        self.close(exit).await
    }

    /// Reads and shows the users, asks, and begins the journal. Returns an exit code if nothing is to be unlocked.
    async fn prepare(&mut self, is_confirmed: bool) -> io::Result<Result<Vec<Result<Examined, Error>>, Exit>> {
        let mut examined = Vec::new();
        for known in self.users {
            let result = Examined::read(self.client, known).await;
            self.recorder.count(known.user_id);
            let stops = result.as_ref().is_err_and(|error| error.is_access_token() || error.is_unauthenticated());
            if let Ok(user) = &result {
                user.show(self.client.environment_id());
            }
            examined.push(result);
            if stops {
                break;
            }
        }
        let asks =
            !is_confirmed && self.users.iter().any(|known| known.user.is_some()) && examined.iter().any(Result::is_ok);
        let question = match self.users.len() {
            1 => "Unlock this user?".to_owned(),
            number => format!("Unlock these {number} users?"),
        };
        if asks && !confirmed(&question).await? {
            terminal::error("not confirmed: nothing was sent");
            return Ok(Err(Exit::Usage));
        }
        let names = names(self.users, &examined);
        Ok(self.recorder.begin(&names).await.map(|()| examined))
    }

    fn ids(&self) -> Vec<UserId> {
        self.users.iter().map(|known| known.user_id).collect()
    }

    /// Records a result and returns it as a row or an error.
    async fn record(
        &self,
        user: UserId,
        examined: Option<&Examined>,
        result: Result<Row, Interruption>,
    ) -> Result<Row, Error> {
        let result = match result {
            Ok(row) => Ok(row),
            Err(Interruption::Error(error)) => Err(error),
            Err(Interruption::Journal) => {
                Ok(Row { code: Some("JOURNAL".to_owned()), ..Row::new(user, Status::NotSent) })
            }
        };
        self.recorder.finish(user, self.lock, examined, &result).await;
        result
    }

    /// Waits for the journal, also if the output can't be written.
    async fn close(self, exit: io::Result<Exit>) -> io::Result<Exit> {
        let closed = self.recorder.close().await;
        exit.map(|exit| exit.and(closed))
    }

    /// Unlocks what is locked.
    async fn unlock(&self, examined: &Examined) -> Result<Row, Interruption> {
        let Self { client, lock, .. } = *self;
        let user_id = examined.known.user_id;
        let untouched = Row::read(user_id, examined.state.clone());
        let result = match examined.state.value().status {
            PasswordStatus::External => Status::External,
            PasswordStatus::NoPassword => Status::NoPassword,
            _ => Status::NotLocked,
        };
        let untouched = Row { result, ..untouched };
        // A status from after this version may be another kind of lockout.
        let is_unrecognized = matches!(examined.state.value().status, PasswordStatus::Unrecognized(_));
        let unlocks_password = lock != Lock::Account && (examined.is_locked_out() || is_unrecognized);
        if lock == Lock::Password {
            let row = if unlocks_password { self.unlock_password(user_id).await? } else { untouched };
            return Ok(match &examined.user {
                Ok(user) => {
                    if !unlocks_password && is_account_locked(user) {
                        terminal::note(format!(
                            "user {user_id}: the account is locked, not the password: pingone-password unlock --lock account {user_id}"
                        ));
                    }
                    let row = row.with_user(user);
                    // The lockout may have shown in the account, which was read before.
                    if unlocks_password { Row { account_status: None, ..row } } else { row }
                }
                Err(_) => row,
            });
        }
        let row = if unlocks_password { self.unlock_password(user_id).await? } else { untouched };
        let user = match (&examined.user, unlocks_password) {
            (Err(error), false) => return Err(error.clone().into()),
            (Ok(user), false) => user.clone(),
            // The lockout may have shown in the account.
            (_, true) => match client.send(requests::ReadUser::new(user_id)).await {
                Ok(user) => user,
                Err(error) => {
                    terminal::note(format!(
                        "user {user_id}: the password is unlocked, but the account can't be read: {}",
                        server_said(&error)
                    ));
                    return Ok(Row { result: Status::Unknown, ..row });
                }
            },
        };
        if !is_account_locked(&user) {
            let result = if lock == Lock::Account { Status::NotLocked } else { row.result };
            return Ok(Row { result, ..row }.with_user(&user));
        }
        let unlocked = self.unlock_account(user_id).await?;
        let mut row = Row { result: unlocked.result, correlation_id: unlocked.correlation_id, ..row }.with_user(&user);
        row.account_status = unlocked.account_status;
        if row.account_status.as_deref() == Some("LOCKED") {
            let why = if examined.is_locked_out() && lock == Lock::Account {
                format!("the password is locked out, too: pingone-password unlock {user_id}")
            } else {
                row.result = Status::Unknown;
                format!("read it again: pingone-password state {user_id}")
            };
            terminal::note(format!("user {user_id}: the account still says that it is locked; {why}"));
        }
        Ok(row)
    }

    async fn unlock_password(&self, user: UserId) -> Result<Row, Interruption> {
        self.recorder.start(user).await?;
        let response = self.client.unlock_password(user).with_response().await?;
        if response.confirmed_by_read() {
            terminal::note(format!(
                "user {user}: the response was lost; a state check confirmed that the password is unlocked"
            ));
        }
        Ok(Row::unlocked(user, response))
    }

    async fn unlock_account(&self, user_id: UserId) -> Result<Row, Interruption> {
        self.recorder.start(user_id).await?;
        let response = self.client.unlock_account(user_id).with_response().await?;
        let is_of_unlock = !response.confirmed_by_read();
        if !is_of_unlock {
            terminal::note(format!(
                "user {user_id}: the response was lost; a state check confirmed that the account is unlocked"
            ));
        }
        let correlation_id = response.correlation_id().filter(|_| is_of_unlock).map(str::to_owned);
        let row = Row { correlation_id, ..Row::new(user_id, Status::Unlocked) };
        let user: Option<User> = response.into_inner();
        Ok(user.iter().fold(row, Row::with_user))
    }
}

/// Returns the users with their usernames, of those that were found by name or read.
fn names<'a>(users: &'a [KnownUser], examined: &'a [Result<Examined, Error>]) -> Vec<(UserId, Option<&'a str>)> {
    let examined = examined.iter().map(|examined| examined.as_ref().ok()?.user.as_ref().ok());
    let with_name = |(known, read): (&'a KnownUser, Option<&'a User>)| {
        (known.user_id, known.user.as_ref().or(read).and_then(|user| user.username.as_deref()))
    };
    users.iter().zip(examined.chain(std::iter::repeat(None))).map(with_name).collect()
}

/// Does what precedes the first unlock. Ctrl-C ends it.
async fn unless_interrupted<T>(
    preparing: impl Future<Output = io::Result<Result<T, Exit>>>,
) -> io::Result<Result<T, Exit>> {
    interrupt::take_over();
    tokio::select! {
        biased;
        interrupted = interrupt::requested() => {
            interrupted?;
            terminal::error("interrupted; nothing was sent");
            Ok(Err(Exit::Interrupted))
        }
        prepared = preparing => prepared,
    }
}
