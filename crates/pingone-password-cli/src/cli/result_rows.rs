//! The rows of a few users. Someone who is unlocked is named on standard error if the row can't be printed, or isn't read.

use std::io::{self, Write};

use crate::exit::Exit;
use crate::output::{Printer, Row, Status, check_read, may_be_closed};
use crate::terminal::{error, note};

/// Prints rows.
pub(super) struct ResultRows<W> {
    printer: Printer<W>,
    /// Whether the command changes users, and goes on without an output.
    has_changes: bool,
    /// Whether standard output may be closed, and what is written to it lost.
    may_be_closed: bool,
    /// The users whose row is printed and who are unlocked.
    unlocked: Vec<String>,
    failure: Option<io::Error>,
}

impl<W: Write> ResultRows<W> {
    pub(super) fn new(printer: Printer<W>, has_changes: bool) -> Self {
        let may_be_closed = has_changes && may_be_closed();
        Self { printer, has_changes, may_be_closed, unlocked: Vec::new(), failure: None }
    }

    /// Prints a row. What it says of changes goes to standard error if it can't be printed.
    ///
    /// # Errors
    ///
    /// Fails if a command that changes nothing can't write to standard output.
    pub(super) fn print(&mut self, row: &Row) -> io::Result<()> {
        if self.failure.is_none() {
            match self.printer.print(row) {
                Ok(()) if row.result == Status::Unlocked && self.may_be_closed => {
                    note(format!("user {}: unlocked; standard output may be closed", row.user_id));
                }
                Ok(()) if row.result == Status::Unlocked => self.unlocked.push(row.user_id.clone()),
                Ok(()) => {}
                Err(error) if self.has_changes => self.fail(error),
                Err(error) => return Err(error),
            }
        }
        if self.failure.is_some() {
            let user = &row.user_id;
            match row.result {
                Status::Unlocked => note(format!("user {user}: unlocked, but the result could not be printed")),
                Status::NotSent => note(format!("user {user}: not sent")),
                // Failures are reported with their reasons, and nothing else has changed.
                _ => {}
            }
        }
        Ok(())
    }

    /// Reports an output that can't be written or isn't read, and returns the exit code.
    pub(super) fn finish(mut self, exit: Exit) -> Exit {
        if let (true, true, Err(error)) = (self.has_changes, self.failure.is_none(), check_read()) {
            self.fail(crate::output::cannot_write(&error));
        }
        let Some(failure) = self.failure else { return exit };
        error(failure);
        exit.and(Exit::Failed)
    }

    fn fail(&mut self, failure: io::Error) {
        // A row in a closed pipe may not have been read.
        if failure.kind() == io::ErrorKind::BrokenPipe {
            for user in self.unlocked.drain(..) {
                note(format!("user {user}: unlocked, but the result may not have been read"));
            }
        }
        self.failure = Some(failure);
    }
}
