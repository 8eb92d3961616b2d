//! The users on the command line: which ones, and one after another.

use std::cell::Cell;
use std::collections::HashSet;
use std::io;
use std::pin::pin;

use pingone_password::{Error, UserId};

use crate::exit::Exit;
use crate::output::{Became, Columns, Format, Printer, Record};
use crate::{interrupt, report};

/// Up to so many users are done one after another, and nothing is written down. More than these are many.
pub(crate) const FEW: usize = 10;

/// The users that were named, each once and in their order.
///
/// # Errors
///
/// Every text that is no id.
pub(crate) fn parse(ids: &[String]) -> Result<Vec<UserId>, Vec<String>> {
    let mut seen = HashSet::new();
    let mut users = Vec::new();
    let mut mistakes = Vec::new();
    for id in ids {
        match id.parse::<UserId>() {
            Ok(user) if seen.insert(user) => users.push(user),
            Ok(_) => {}
            Err(error) => mistakes.push(error.to_string()),
        }
    }
    if mistakes.is_empty() { Ok(users) } else { Err(mistakes) }
}

/// What is done with each user.
pub(crate) struct Work {
    pub(crate) columns: Columns,
    /// What is said where it fails.
    pub(crate) failed: &'static str,
    /// What is known of a user after an interruption.
    pub(crate) interrupted: Became,
}

/// Does the work for one user after another, and prints what became of each.
///
/// It ends early where nobody reads the output of a read any more, where there is no access token that would do, and when
/// it is interrupted. What is left then is printed as not tried.
///
/// # Errors
///
/// Where the output can't be written.
pub(crate) async fn each(
    work: &Work,
    users: &[UserId],
    format: Format,
    act: impl AsyncFn(UserId) -> Result<Record, Error>,
) -> io::Result<Exit> {
    let mut printer = Printer::new(anstream::stdout(), format, work.columns);
    let mut exit = Exit::Done;
    interrupt::take_over();
    let mut interrupt = pin!(tokio::signal::ctrl_c());
    let mut users = users.iter();
    for &user in users.by_ref() {
        let is_begun = Cell::new(false);
        let acting = async {
            is_begun.set(true);
            act(user).await
        };
        let result = tokio::select! {
            biased;
            interrupted = &mut interrupt => {
                interrupted?;
                let became = if is_begun.get() { work.interrupted } else { Became::NotTried };
                exit = Exit::Interrupted;
                report::error(interruption(user, became));
                printer.print(&Record::new(user, became))?;
                break;
            }
            result = acting => result,
        };
        match result {
            Ok(record) => printer.print(&record)?,
            Err(error) => {
                exit = exit.and(Exit::of(&error));
                printer.print(&Record::failed(user, &error))?;
                report::failure(user, work.failed, &error);
                if error.is_access_token() || error.is_unauthenticated() {
                    break;
                }
            }
        }
        if printer.is_closed() && work.columns == Columns::State {
            return Ok(exit);
        }
    }
    let left: Vec<_> = users.collect();
    if !left.is_empty() {
        report::note(format!("not tried: {} more", left.len()));
    }
    for &user in left {
        printer.print(&Record::new(user, Became::NotTried))?;
    }
    Ok(exit)
}

fn interruption(user: UserId, became: Became) -> String {
    match became {
        Became::Unknown => format!(
            "interrupted; user {user}: nobody knows whether the password was unlocked\n  \
             Look before trying again: pingone-password state {user}"
        ),
        _ => format!("interrupted at user {user}"),
    }
}
