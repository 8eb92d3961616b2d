//! What a journal says of an error.

use pingone_password::{Error, ErrorKind, UserId};

use super::record::{Finished, Outcome};

impl Finished {
    /// Creates the result for a user whose request failed.
    pub(crate) fn failed(user: UserId, outcome: Outcome, error: &Error) -> Self {
        Self {
            code: Some(code(error)),
            http_status: error.status(),
            correlation_id: error.correlation_id().map(str::to_owned),
            ..Self::new(user, outcome)
        }
    }
}

/// Returns whether a request of the operation reached the network.
pub(crate) fn is_sent(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Configuration | ErrorKind::AccessToken | ErrorKind::Connect => false,
        // The rate limiter did not admit it.
        ErrorKind::RateLimited => error.status().is_some(),
        _ => true,
    }
}

/// Returns PingOne's error code, or one of this tool.
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
