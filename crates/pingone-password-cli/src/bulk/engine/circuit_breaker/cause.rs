//! The cause of a failure, as far as other users are concerned.

use std::io::{self, IsTerminal};

use pingone_password::{Error, ErrorKind, operations};

const PROXY_AUTHENTICATION_REQUIRED: u16 = 407;
const REQUEST_TIMEOUT: u16 = 408;

/// The cause of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bulk::engine) enum Cause {
    /// No retry helps, for any user.
    Permanent,
    /// The server or the network fails, which may pass.
    Outage,
    /// The role is not sufficient, for this user at least.
    Forbidden { is_of_read: bool },
    /// Too many requests.
    Throttled,
    /// Anything else, which may concern this user only.
    Other,
}

impl Cause {
    /// Classifies an error. After an unknown outcome, the state check's error decides.
    pub(in crate::bulk::engine) fn of(error: &Error) -> Self {
        if let Some(check) = error.state_check_error() {
            return Self::of(check);
        }
        match error.kind() {
            ErrorKind::AccessToken | ErrorKind::Connect if error.is_transient() => Self::Outage,
            // Somebody who watches can sign in again, in another terminal.
            ErrorKind::AccessToken if error.needs_sign_in() && is_watched() => Self::Outage,
            ErrorKind::Unauthenticated | ErrorKind::AccessToken | ErrorKind::Connect => Self::Permanent,
            ErrorKind::Forbidden => {
                let reads = [operations::READ_PASSWORD_STATE.id, operations::READ_USER.id];
                Self::Forbidden { is_of_read: error.operation().is_some_and(|operation| reads.contains(&operation)) }
            }
            _ if error.status() == Some(PROXY_AUTHENTICATION_REQUIRED) => Self::Permanent,
            _ if error.is_rate_limited() || error.is_throttled() => Self::Throttled,
            ErrorKind::Server | ErrorKind::Timeout | ErrorKind::ConnectionLost => Self::Outage,
            _ if error.status() == Some(REQUEST_TIMEOUT) => Self::Outage,
            _ => Self::Other,
        }
    }
}

/// Returns whether somebody sees the messages of the run and can act on them.
fn is_watched() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}
