//! Runs an operation for a few users, one after another.

use std::cell::Cell;
use std::io::{self, Write};
use std::pin::pin;

use pingone_password::{Error, UserId};

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
/// Stops early when the reader of a read's output is gone, when the access token is missing or rejected, and on Ctrl-C. The
/// remaining users are printed as not sent.
///
/// # Errors
///
/// Fails if standard output can't be written.
pub(super) async fn each_user(
    operation: &Operation,
    users: &[UserId],
    format: Format,
    call: impl AsyncFn(UserId) -> Result<Row, Error>,
) -> io::Result<Exit> {
    let mut printer = Printer::new(anstream::stdout(), format, operation.columns);
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
                interrupted?;
                let status = if is_started.get() { operation.interrupted } else { Status::NotSent };
                exit = Exit::Interrupted;
                terminal::error(interruption(user, status));
                printer.print(&Row::new(user, status))?;
                break;
            }
            result = calling => result,
        };
        match result {
            Ok(row) => {
                if row.result == Status::Unknown {
                    exit = exit.and(Exit::Failed);
                }
                print_success(&mut printer, &row)?;
            }
            Err(error) => {
                exit = exit.and(Exit::of(&error));
                printer.print(&Row::failed(user, &error))?;
                output::failure(user, operation.failed, &error);
                if error.is_access_token() || error.is_unauthenticated() {
                    break;
                }
            }
        }
        if printer.is_closed() && operation.columns == Columns::State {
            return Ok(exit);
        }
    }
    let remaining: Vec<_> = users.collect();
    if !remaining.is_empty() {
        terminal::note(format!("not sent: {} more", remaining.len()));
    }
    for &user in remaining {
        printer.print(&Row::new(user, Status::NotSent))?;
    }
    Ok(exit)
}

/// Prints a row. If it can't be printed, a user who was unlocked is named on standard error.
fn print_success<W: Write>(printer: &mut Printer<W>, row: &Row) -> io::Result<()> {
    let result = printer.print(row);
    if row.result == Status::Unlocked && (result.is_err() || printer.is_closed()) {
        terminal::note(format!("user {}: unlocked, but the result could not be printed", row.user_id));
    }
    result
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
