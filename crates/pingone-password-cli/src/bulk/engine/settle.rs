//! Turns the result for a user into its journal record, its row and the reason to stop, if any.

use pingone_password::model::PasswordState;
use pingone_password::{Error, ErrorKind, Response};

use super::circuit_breaker::{Cause, Forbidden, Outage};
use super::stop::Stop;
use super::user_progress::{Success, UserProgress};
use crate::bulk::journal::{Finished, Outcome};
use crate::bulk::options::Operation;
use crate::exit::Exit;
use crate::output::{Row, Status, server_said};
use crate::terminal::plain;

type Settled = (Finished, Row, Option<Stop>);

pub(super) fn success(progress: &UserProgress, success: Success) -> Settled {
    let UserProgress { user, status_before, .. } = progress;
    let (outcome, row) = match success {
        Success::Read(response) => (Outcome::Done, Row::read(*user, response)),
        Success::WouldUnlock(response) => (Outcome::WouldUnlock, Row::read(*user, response)),
        Success::Skipped(response) => (Outcome::Skipped, Row::read(*user, response)),
        Success::Confirmed(response) => {
            let row = Row::read(*user, response);
            // The unlock's correlation ID was lost with its response.
            (Outcome::Done, Row { result: Status::Unlocked, correlation_id: None, ..row })
        }
        Success::Unlocked(response) => (Outcome::Done, Row::unlocked(*user, response)),
    };
    let mut finished = Finished::new(*user, outcome);
    finished.correlation_id.clone_from(&row.correlation_id);
    if row.result == Status::Unlocked {
        finished.status_before.clone_from(status_before);
        finished.status_after.clone_from(&row.status);
    } else {
        finished.status_before.clone_from(&row.status);
    }
    (finished, row, None)
}

pub(super) fn error(progress: &UserProgress, error: &Error, stop: Option<Stop>) -> Settled {
    let UserProgress { user, status_before, .. } = progress;
    let outcome = progress.outcome_of_failure(is_sent(error));
    let mut finished = Finished::new(*user, outcome);
    finished.status_before.clone_from(status_before);
    finished.code = Some(code(error));
    finished.http_status = error.status();
    finished.correlation_id = error.correlation_id().map(str::to_owned);
    finished.error = Some(format!("user {user}: {}: {}", failure(outcome, progress.operation), server_said(error)));
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

/// Returns whether a request of the operation reached the network.
fn is_sent(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Configuration | ErrorKind::AccessToken | ErrorKind::Connect => false,
        // The rate limiter did not admit it.
        ErrorKind::RateLimited => error.status().is_some(),
        _ => true,
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

fn why(error: &Error) -> String {
    format!("{error}\n{}", error.advice())
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

/// Returns PingOne's error code, or one of ours.
fn code(error: &Error) -> String {
    match (error.code(), error.kind()) {
        (Some(code), _) => code.to_owned(),
        (None, ErrorKind::AccessToken) => "NO_ACCESS_TOKEN".to_owned(),
        (None, ErrorKind::Connect) => "NO_CONNECTION".to_owned(),
        (None, ErrorKind::Timeout) => "NO_RESPONSE".to_owned(),
        (None, ErrorKind::ConnectionLost) => "CONNECTION_LOST".to_owned(),
        (None, ErrorKind::RateLimited) => "REQUEST_LIMITED".to_owned(),
        (None, ErrorKind::ResponseTooLarge) => "RESPONSE_TOO_LARGE".to_owned(),
        (None, ErrorKind::InvalidResponse) => "INVALID_RESPONSE".to_owned(),
        (None, kind) => match error.status() {
            Some(status) => format!("HTTP_{status}"),
            None => format!("{kind:?}").to_uppercase(),
        },
    }
}
