//! `unlock`: unlocks users' passwords and accounts.

use std::io;

use pingone_password::model::User;
use pingone_password::{Client, Error, PasswordStatus, UserId, requests};

use super::each_user::{Operation, each_user};
use super::examine::{Examined, confirmed};
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

/// Unlocks a few users without reading their state.
///
/// # Errors
///
/// Fails if standard output can't be written.
pub(super) async fn run_unchecked(
    client: &Client,
    users: &[KnownUser],
    lock: Lock,
    format: Format,
) -> io::Result<Exit> {
    let ids: Vec<_> = users.iter().map(|known| known.user_id).collect();
    each_user(operation(lock), &ids, format, async |user| match lock {
        Lock::Account => unlock_account(client, user).await,
        Lock::Password | Lock::Any => unlock_password(client, user).await,
    })
    .await
}

/// Reads a few users, shows them, asks if one was given by name, and unlocks what is locked.
///
/// # Errors
///
/// Fails if standard output can't be written.
pub(super) async fn run(
    client: &Client,
    users: &[KnownUser],
    lock: Lock,
    is_confirmed: bool,
    format: Format,
) -> io::Result<Exit> {
    interrupt::take_over();
    let preparing = async {
        let mut examined = Vec::new();
        for known in users {
            let result = Examined::read(client, known).await;
            let stops = result.as_ref().is_err_and(|error| error.is_access_token() || error.is_unauthenticated());
            if let Ok(user) = &result {
                user.show(client.environment_id());
            }
            examined.push(result);
            if stops {
                break;
            }
        }
        let asks =
            !is_confirmed && users.iter().any(|known| known.user.is_some()) && examined.iter().any(Result::is_ok);
        let question = match users.len() {
            1 => "Unlock this user?".to_owned(),
            number => format!("Unlock these {number} users?"),
        };
        Ok::<_, io::Error>(if asks && !confirmed(&question).await? { None } else { Some(examined) })
    };
    let examined = tokio::select! {
        biased;
        interrupted = interrupt::requested() => {
            interrupted?;
            terminal::error("interrupted; nothing was sent");
            return Ok(Exit::Interrupted);
        }
        examined = preparing => examined?,
    };
    let Some(examined) = examined else {
        terminal::error("not confirmed: nothing was sent");
        return Ok(Exit::Failed);
    };
    let ids: Vec<_> = users.iter().map(|known| known.user_id).collect();
    each_user(operation(lock), &ids, format, async |user| {
        let index = ids.iter().position(|id| *id == user);
        match index.and_then(|index| examined.get(index)) {
            Some(Ok(examined)) => unlock(client, lock, examined).await,
            Some(Err(error)) => Err(error.clone()),
            // The ones before it end the command.
            None => Ok(Row::new(user, Status::NotSent)),
        }
    })
    .await
}

/// Unlocks what is locked.
async fn unlock(client: &Client, lock: Lock, examined: &Examined) -> Result<Row, Error> {
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
        let row = if unlocks_password { unlock_password(client, user_id).await? } else { untouched };
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
    let row = if unlocks_password { unlock_password(client, user_id).await? } else { untouched };
    let user = match (&examined.user, unlocks_password) {
        (Err(error), false) => return Err(error.clone()),
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
    let unlocked = unlock_account(client, user_id).await?;
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

async fn unlock_password(client: &Client, user: UserId) -> Result<Row, Error> {
    let response = client.unlock_password(user).with_response().await?;
    if response.confirmed_by_read() {
        terminal::note(format!(
            "user {user}: the response was lost; a state check confirmed that the password is unlocked"
        ));
    }
    Ok(Row::unlocked(user, response))
}

async fn unlock_account(client: &Client, user_id: UserId) -> Result<Row, Error> {
    let response = client.unlock_account(user_id).with_response().await?;
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
