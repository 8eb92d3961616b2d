//! Turns the result for a user into its journal record, its row and the reason to stop, if any.

use pingone_password::model::{PasswordState, User};
use pingone_password::{Error, Response};

use super::circuit_breaker::{Cause, Forbidden, Outage};
use super::stop::Stop;
use super::user_progress::{AccountSuccess, PasswordSuccess, Success, UserProgress};
use crate::bulk::journal::{Finished, Outcome, is_sent};
use crate::bulk::options::Operation;
use crate::exit::Exit;
use crate::output::{Row, Status, account_status, is_account_locked, server_said};
use crate::terminal::plain;

type Settled = (Finished, Row, Option<Stop>);

pub(super) fn success(progress: &mut UserProgress, success: Success) -> Settled {
    match success {
        Success::Password(success) => {
            let (finished, row) = of_password(progress, *success);
            (finished, row, None)
        }
        Success::Account(success) => of_account(progress, *success),
    }
}

fn of_password(progress: &UserProgress, success: PasswordSuccess) -> (Finished, Row) {
    let UserProgress { user, status_before, .. } = progress;
    let (outcome, row) = match success {
        PasswordSuccess::Read(response) => (Outcome::Done, Row::read(*user, response)),
        PasswordSuccess::WouldUnlock(response) => (Outcome::WouldUnlock, Row::read(*user, response)),
        PasswordSuccess::Skipped(response) => (Outcome::Skipped, Row::read(*user, response)),
        PasswordSuccess::Confirmed(response) => {
            let row = Row::read(*user, response);
            // The unlock's correlation ID was lost with its response.
            (Outcome::Done, Row { result: Status::Unlocked, correlation_id: None, ..row })
        }
        PasswordSuccess::Unlocked(response) => (Outcome::Done, Row::unlocked(*user, response)),
    };
    let mut finished = Finished::new(*user, outcome);
    finished.correlation_id.clone_from(&row.correlation_id);
    if row.result == Status::Unlocked {
        finished.status_before.clone_from(status_before);
        finished.status_after.clone_from(&row.status);
    } else {
        finished.status_before.clone_from(&row.status);
    }
    (finished, row)
}

/// The account comes after the password, or alone.
fn of_account(progress: &mut UserProgress, success: AccountSuccess) -> Settled {
    let (user_id, has_password) = (progress.user, progress.of_password.is_some());
    let (mut finished, mut row) = match progress.of_password.take() {
        Some(success) => of_password(progress, success),
        None => (Finished::new(user_id, Outcome::Skipped), Row::new(user_id, Status::Read)),
    };
    let is_unlocked = matches!(success, AccountSuccess::Confirmed(_) | AccountSuccess::Unlocked(_));
    let (outcome, correlation_id, user) = match success {
        AccountSuccess::WouldUnlock(response) => (Outcome::WouldUnlock, None, Some(response.into_inner())),
        AccountSuccess::Skipped(response) => (Outcome::Skipped, None, Some(response.into_inner())),
        AccountSuccess::Confirmed(response) => (Outcome::Done, None, Some(response.into_inner())),
        AccountSuccess::Unlocked(response) => {
            // The correlation ID of a state check doesn't identify the unlock.
            let is_of_unlock = !response.confirmed_by_read();
            let correlation_id = response.correlation_id().filter(|_| is_of_unlock).map(str::to_owned);
            (Outcome::Done, correlation_id, response.into_inner())
        }
    };
    // What happened to either of them.
    if finished.outcome == Outcome::Skipped {
        finished.outcome = outcome;
    }
    finished.account_status_before.clone_from(&progress.account_status_before);
    if let Some(user) = &user {
        row = row.with_user(user);
    }
    if is_unlocked {
        row.result = Status::Unlocked;
        finished.account_status_after.clone_from(&row.account_status);
        finished.correlation_id = correlation_id.or(finished.correlation_id);
        row.correlation_id.clone_from(&finished.correlation_id);
    }
    let is_still_locked = user.as_ref().is_some_and(is_account_locked);
    if has_password && is_unlocked && is_still_locked {
        // No lock is left that would explain it.
        let error = format!("user {user_id}: outcome unknown: the account still says that it is locked");
        (finished.outcome, row.result) = (Outcome::Unknown, Status::Unknown);
        (finished.code, row.code) = (Some("STILL_LOCKED".to_owned()), Some("STILL_LOCKED".to_owned()));
        (finished.error, row.message) = (Some(error.clone()), Some(error));
    }
    (finished, row, None)
}

pub(super) fn error(progress: &UserProgress, error: &Error, stop: Option<Stop>) -> Settled {
    let UserProgress { user, status_before, .. } = progress;
    let outcome = progress.outcome_of_failure(is_sent(error));
    let mut finished = Finished::failed(*user, outcome, error);
    finished.status_before.clone_from(status_before);
    let done = if progress.has_unlocked_password() { "the password is unlocked, but the account: " } else { "" };
    let failure = failure(outcome, progress.operation);
    finished.error = Some(format!("user {user}: {done}{failure}: {}", server_said(error)));
    let row = Row { result: status_of(outcome), ..Row::failed(*user, error) };
    (finished, row, stop)
}

/// The status doesn't say whether the user is locked out.
pub(super) fn unrecognized_status(progress: &UserProgress, response: Response<PasswordState>) -> Settled {
    let user = progress.user;
    let status = plain(&response.value().status.to_string());
    let read = Row::read(user, response);
    let (mut finished, row, stop) = without_response(
        progress,
        true,
        "UNKNOWN_STATUS",
        format!("user {user}: this version doesn't know the status `{status}`, which may be a lockout"),
    );
    finished.status_before.clone_from(&read.status);
    finished.correlation_id.clone_from(&read.correlation_id);
    (finished, Row { result: row.result, code: row.code, message: row.message, ..read }, stop)
}

/// The status doesn't say whether the account is locked.
pub(super) fn unrecognized_account(progress: &UserProgress, response: &Response<User>) -> Settled {
    let user = progress.user;
    let status = account_status(response.value()).map_or("none".to_owned(), |status| plain(status.as_str()));
    let (mut finished, row, stop) = without_response(
        progress,
        true,
        "UNKNOWN_STATUS",
        format!("user {user}: this version doesn't know the status of the account `{status}`, which may be a lock"),
    );
    finished.correlation_id = response.correlation_id().map(str::to_owned);
    let row = Row { correlation_id: finished.correlation_id.clone(), ..row.with_user(response.value()) };
    finished.account_status_before.clone_from(&row.account_status);
    (finished, row, stop)
}

pub(super) fn journal_error(progress: &UserProgress) -> Settled {
    let error = format!("user {}: can't write the journal, so nothing was sent", progress.user);
    let (finished, row, _) = without_response(progress, false, "JOURNAL", error);
    (finished, row, Some(Stop::Journal))
}

/// An unlock was sent, and the run stopped before its response.
pub(super) fn stopped(progress: &UserProgress) -> Settled {
    let error = format!("user {}: the run was stopped before the response", progress.user);
    without_response(progress, true, "INTERRUPTED", error)
}

fn without_response(progress: &UserProgress, is_sent: bool, code: &str, error: String) -> Settled {
    let outcome = progress.outcome_of_failure(is_sent);
    let mut finished = Finished::new(progress.user, outcome);
    finished.status_before.clone_from(&progress.status_before);
    finished.code = Some(code.to_owned());
    let row = Row {
        code: Some(code.to_owned()),
        message: Some(error.clone()),
        ..Row::new(progress.user, status_of(outcome))
    };
    finished.error = Some(error);
    (finished, row, None)
}

/// Describes a failure in a few words.
fn failure(outcome: Outcome, operation: Operation) -> &'static str {
    match (outcome, operation) {
        (Outcome::Unknown, _) => "outcome unknown",
        (Outcome::NotSent, _) => "not sent",
        (_, Operation::State) => "not read",
        (_, Operation::Unlock) => "not unlocked",
    }
}

fn status_of(outcome: Outcome) -> Status {
    match outcome {
        Outcome::Unknown => Status::Unknown,
        Outcome::NotSent => Status::NotSent,
        _ => Status::Failed,
    }
}

/// Returns the 403 of an error, if it is one.
pub(super) fn forbidden(error: &Error) -> Option<Forbidden> {
    match Cause::of(error) {
        Cause::Forbidden { is_of_read } => Some(Forbidden { why: why(error), is_of_read }),
        _ => None,
    }
}

/// Describes the response to a request that failed, for a run that stops because of many of them: what the error says
/// without its user.
pub(super) fn response(error: &Error) -> String {
    let cause = error.cause();
    let advice = match (error.code(), error.status()) {
        (None, Some(_)) => "Check the API URL, and proxies and gateways on the way: the response is not PingOne's.",
        _ => error.advice(),
    };
    format!("{}\n{advice}", plain(&cause))
}

/// Describes an error for a run that stops because of it, without the user whose error it is.
fn why(error: &Error) -> String {
    format!("{}\n{}", server_said(error), plain(error.advice()))
}

/// Returns why every other user would fail, too.
pub(super) fn stop_after(error: &Error, outage: &Outage) -> Option<Stop> {
    match Cause::of(error) {
        Cause::Permanent => {
            let cause = error.state_check_error().unwrap_or(error);
            Some(Stop::EveryUser { why: why(cause), exit: Exit::of(cause) })
        }
        Cause::Outage if outage.is_too_long() => Some(Stop::Outage(why(error))),
        Cause::Throttled => {
            let wait = error.retry_after().filter(|wait| outage.would_be_too_long(*wait))?;
            Some(Stop::Throttled { wait, why: why(error) })
        }
        _ => None,
    }
}
