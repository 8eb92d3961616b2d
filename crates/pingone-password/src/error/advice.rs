//! What a person can do about an error.

use super::{Defect, Error, ErrorKind, Outcome};

impl Error {
    /// Returns what to do about the error, as a sentence for people.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        if self.0.defect == Some(Defect::ForeignRejection) {
            return "Check the base URL and its path: something other than PingOne rejected the request. It may still have reached \
                    PingOne, so read the state before you try again.";
        }
        if self.outcome() == Outcome::Unknown {
            return "The operation may have been applied. Read the password state before you try again.";
        }
        if let Some(advice) = self.0.advice {
            return advice;
        }
        match self.0.kind {
            ErrorKind::Configuration => "Fix the settings that the error names.",
            ErrorKind::AccessToken if self.0.is_transient == Some(true) => {
                "Try again later. The authorization server could not issue an access token."
            }
            ErrorKind::AccessToken => {
                "Check the worker application's client ID and secret, its environment, and the region."
            }
            ErrorKind::Connect if self.0.is_transient == Some(false) => {
                "Fix the cause that the error names. A retry will not help, and nothing was sent."
            }
            ErrorKind::Connect => "Check the network and the base URL, then try again. Nothing was sent.",
            ErrorKind::Unauthenticated | ErrorKind::Forbidden | ErrorKind::NotFound | ErrorKind::Rejected
                if self.code().is_none() =>
            {
                "Check the base URL and its path. The response is not in PingOne's format, so something else sent it."
            }
            ErrorKind::Unauthenticated => "Get a new access token. This one is invalid or has expired.",
            ErrorKind::Forbidden => {
                "Check the environment ID, and that the worker application or the person who signed in has a role there that \
                 permits the operation, such as Identity Data Admin for an unlock."
            }
            ErrorKind::NotFound => "Check the user ID and the environment ID.",
            ErrorKind::RateLimited if self.0.status.is_none() => {
                "Set a longer deadline, or send fewer requests at once."
            }
            ErrorKind::RateLimited => "Wait as long as the server asks, then send fewer requests at once.",
            ErrorKind::Rejected => "Check the request against the server's message. A retry will not help.",
            ErrorKind::ResponseTooLarge => "Check the base URL. If it is correct, raise the response limit.",
            ErrorKind::InvalidResponse => "Check the base URL. The response did not come from PingOne.",
            ErrorKind::Timeout | ErrorKind::ConnectionLost | ErrorKind::Server => {
                "Try again later. If the error persists, give PingOne support the correlation ID."
            }
        }
    }
}
