//! Runs an operation for a few users, one after another.

use std::cell::Cell;
use std::io;
use std::pin::pin;

use pingone_password::{Error, UserId};

use super::result_rows::ResultRows;
use crate::exit::Exit;
use crate::output::{self, Columns, Format, Printer, Row, Status};
use crate::terminal::{self, interrupt};

/// An operation, as far as the output depends on it.
pub(super) struct Operation {
    pub(super) columns: Columns,
    /// The message for an error.
    pub(super) failed: &'static str,
    /// The status of a user whose request was interrupted.
    pub(super) interrupted: Status,
}

/// Runs an operation for each user and prints the results.
///
/// Stops early when a read's output can't be written, when the access token is missing or rejected, and on Ctrl-C. The remaining
/// users are printed as not sent.
///
/// # Errors
///
/// Fails if a read's output can't be written, except for a closed pipe.
pub(super) async fn each_user(
    operation: &Operation,
    users: &[UserId],
    format: Format,
    call: impl AsyncFn(UserId) -> Result<Row, Error>,
) -> io::Result<Exit> {
    let printer = Printer::new(anstream::stdout(), format, operation.columns);
    let mut rows = ResultRows::new(printer, operation.columns == Columns::Unlock);
    match print_each(operation, users, &mut rows, call).await {
        Ok(exit) => Ok(rows.finish(exit)),
        // The reader has seen enough.
        Err(Stopped { exit, error }) if error.kind() == io::ErrorKind::BrokenPipe => Ok(exit),
        Err(Stopped { error, .. }) => Err(error),
    }
}

/// Why a read ends early, and the exit code so far.
struct Stopped {
    exit: Exit,
    error: io::Error,
}

async fn print_each<W: io::Write>(
    operation: &Operation,
    users: &[UserId],
    rows: &mut ResultRows<W>,
    call: impl AsyncFn(UserId) -> Result<Row, Error>,
) -> Result<Exit, Stopped> {
    let stopped = |exit| move |error| Stopped { exit, error };
    let mut exit = Exit::Done;
    interrupt::take_over();
    let mut ctrl_c = pin!(interrupt::requested());
    let mut users = users.iter();
    for &user in users.by_ref() {
        let is_started = Cell::new(false);
        let calling = async {
            is_started.set(true);
            call(user).await
        };
        let result = tokio::select! {
            biased;
            interrupted = &mut ctrl_c => {
                interrupted.map_err(stopped(exit))?;
                let status = if is_started.get() { operation.interrupted } else { Status::NotSent };
                exit = Exit::Interrupted;
                terminal::error(interruption(user, status));
                rows.print(&Row::new(user, status)).map_err(stopped(exit))?;
                break;
            }
            result = calling => result,
        };
        match result {
            Ok(row) => {
                if row.result == Status::Unknown {
                    exit = exit.and(Exit::Failed);
                }
                rows.print(&row).map_err(stopped(exit))?;
            }
            Err(error) => {
                exit = exit.and(Exit::of(&error));
                rows.print(&Row::failed(user, &error)).map_err(stopped(exit))?;
                output::failure(user, operation.failed, &error);
                if error.is_access_token() || error.is_unauthenticated() {
                    break;
                }
            }
        }
    }
    let remaining: Vec<_> = users.collect();
    if !remaining.is_empty() {
        terminal::note(format!("not sent: {} more", remaining.len()));
    }
    for &user in remaining {
        rows.print(&Row::new(user, Status::NotSent)).map_err(stopped(exit))?;
    }
    Ok(exit)
}

fn interruption(user: UserId, status: Status) -> String {
    match status {
        Status::Unknown => format!(
            "interrupted; user {user}: outcome unknown, the unlock may have been applied\n  \
             Read the state before you retry: pingone-password state {user}"
        ),
        _ => format!("interrupted at user {user}"),
    }
}
