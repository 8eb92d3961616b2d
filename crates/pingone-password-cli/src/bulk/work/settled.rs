//! What is written down of a user, and printed, and what it means for the users after.

use pingone_password::model::PasswordState;
use pingone_password::{Error, ErrorKind, Response, operations};

use super::{Stop, Success, UserProgress};
use crate::bulk::network::Network;
use crate::bulk::record::{Finished, Outcome};
use crate::bulk::refusals::Refusal;
use crate::output::{self, plain};

/// For the journal, for the output, and why no further users are taken.
type Settled = (Finished, output::Record, Option<Stop>);

pub(super) fn of_success(progress: &UserProgress, success: Success) -> Settled {
    let UserProgress { user, status_before, .. } = progress;
    let (outcome, output) = match success {
        Success::Read(look) => (Outcome::Done, output::Record::read(*user, look)),
        Success::Would(look) => (Outcome::WouldUnlock, output::Record::read(*user, look)),
        Success::Skipped(look) => (Outcome::Skipped, output::Record::read(*user, look)),
        Success::Seen(look) => {
            let record = output::Record::read(*user, look);
            // The answer to the unlock got lost, and its correlation id with it.
            (Outcome::Done, output::Record { result: output::Became::Unlocked, correlation_id: None, ..record })
        }
        Success::Unlocked(unlocked) => (Outcome::Done, output::Record::unlocked(*user, unlocked)),
    };
    let mut finished = Finished::new(*user, outcome);
    finished.correlation_id.clone_from(&output.correlation_id);
    if output.result == output::Became::Unlocked {
        finished.status_before.clone_from(status_before);
        finished.status_after.clone_from(&output.status);
    } else {
        finished.status_before.clone_from(&output.status);
    }
    (finished, output, None)
}

pub(super) fn of_error(progress: &UserProgress, error: &Error) -> Settled {
    let UserProgress { user, status_before, .. } = progress;
    let (outcome, result) = progress.failed();
    let mut finished = Finished::new(*user, outcome);
    finished.status_before.clone_from(status_before);
    finished.code = Some(code(error));
    finished.http_status = error.status();
    finished.correlation_id = error.correlation_id().map(str::to_owned);
    finished.error = Some(error.to_string());
    let output = output::Record { result, ..output::Record::failed(*user, error) };
    (finished, output, stop_after(error))
}

/// Nobody can tell whether the user is locked out.
pub(super) fn of_unrecognized(progress: &UserProgress, look: Response<PasswordState>) -> Settled {
    let user = progress.user;
    let status = plain(&look.value().status.to_string());
    let read = output::Record::read(user, look);
    let (mut finished, output, stop) = without_answer(
        progress,
        "UNKNOWN_STATUS",
        format!("this version doesn't know the status `{status}`, so it can't tell whether user {user} is locked out"),
    );
    finished.status_before.clone_from(&read.status);
    finished.correlation_id.clone_from(&read.correlation_id);
    (finished, output::Record { result: output.result, code: output.code, message: output.message, ..read }, stop)
}

pub(super) fn of_broken_journal(progress: &UserProgress) -> Settled {
    let error = format!("user {}: the journal can't be written, so nothing was sent", progress.user);
    let (finished, output, _) = without_answer(progress, "JOURNAL", error);
    (finished, output, Some(Stop::Journal))
}

/// An unlock was sent, and the run ended before anyone said what became of it.
pub(super) fn of_stopping(progress: &UserProgress) -> Settled {
    let error = format!("user {}: the run ended before there was an answer", progress.user);
    without_answer(progress, "INTERRUPTED", error)
}

/// A failure that the server said nothing of.
fn without_answer(progress: &UserProgress, code: &str, error: String) -> Settled {
    let (outcome, result) = progress.failed();
    let mut finished = Finished::new(progress.user, outcome);
    finished.status_before.clone_from(&progress.status_before);
    finished.code = Some(code.to_owned());
    let output = output::Record {
        code: Some(code.to_owned()),
        message: Some(error.clone()),
        ..output::Record::new(progress.user, result)
    };
    finished.error = Some(error);
    (finished, output, None)
}

pub(super) fn refusal_of(error: &Error) -> Option<Refusal> {
    let is_of_read = error.operation() == Some(operations::READ_PASSWORD_STATE.id);
    error.is_forbidden().then(|| Refusal { why: why(error), is_of_read })
}

fn why(error: &Error) -> String {
    format!("{error}\n{}", error.advice())
}

/// Why the next user would fare no better. What a 403 says of the others is known only when there are more of them.
fn stop_after(error: &Error) -> Option<Stop> {
    if Network::is_lost(error) {
        return Some(Stop::Network(why(error)));
    }
    if error.is_unauthenticated() || error.is_access_token() {
        return Some(Stop::NotAllowed(why(error)));
    }
    match error.state_check_error() {
        Some(look) if look.is_unauthenticated() || look.is_access_token() && !Network::is_lost(look) => {
            Some(Stop::NotAllowed(why(look)))
        }
        _ => None,
    }
}

/// The vendor's code, or else ours.
fn code(error: &Error) -> String {
    match (error.code(), error.kind()) {
        (Some(code), _) => code.to_owned(),
        (None, ErrorKind::AccessToken) => "NO_ACCESS_TOKEN".to_owned(),
        (None, ErrorKind::Connect) => "NO_CONNECTION".to_owned(),
        (None, ErrorKind::Timeout) => "NO_ANSWER".to_owned(),
        (None, ErrorKind::ConnectionLost) => "CONNECTION_LOST".to_owned(),
        (None, ErrorKind::RateLimited) => "REQUEST_LIMITED".to_owned(),
        (None, ErrorKind::ResponseTooLarge) => "ANSWER_TOO_LONG".to_owned(),
        (None, ErrorKind::InvalidResponse) => "ANSWER_NOT_UNDERSTOOD".to_owned(),
        (None, kind) => match error.status() {
            Some(status) => format!("HTTP_{status}"),
            None => format!("{kind:?}").to_uppercase(),
        },
    }
}
