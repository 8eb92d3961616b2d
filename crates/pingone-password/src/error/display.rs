//! How an error is shown: on one line, without a secret or a body.

use std::error::Error as StdError;
use std::fmt;

use super::{Error, ErrorKind, Inner, Outcome};
use crate::call::Call;
use crate::media_type;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(Call { operation, user_id, .. }) = &inner.call {
            f.write_str(operation)?;
            if let Some(user_id) = user_id {
                write!(f, " for user {user_id}")?;
            }
            f.write_str(" failed: ")?;
        }
        f.write_str(match inner.kind {
            ErrorKind::Configuration => "invalid client configuration",
            ErrorKind::AccessToken => "no access token could be obtained",
            ErrorKind::Connect => "no connection could be established",
            ErrorKind::Timeout => "the request timed out",
            ErrorKind::ConnectionLost => "the connection was lost",
            ErrorKind::RateLimited if inner.status.is_none() => {
                "the rate limiter did not admit the request before the deadline"
            }
            ErrorKind::ResponseTooLarge => "the response is larger than the response limit",
            ErrorKind::InvalidResponse => "invalid response",
            _ => "the server responded with",
        })?;
        for (index, problem) in inner.problems.iter().enumerate() {
            write!(f, "{}{problem}", if index == 0 { ": " } else { "; " })?;
        }
        self.fmt_response(f)?;
        if let Some(id) = &inner.correlation_id {
            write!(f, " (correlation ID {})", Escaped(id))?;
        }
        if inner.request_count > 1 {
            write!(f, ", after {} requests", inner.request_count)?;
        }
        if self.outcome() == Outcome::Unknown {
            f.write_str("; the operation may have been applied")?;
        }
        match &inner.state_check {
            Some(error) => write!(f, ", and the state check failed: {error}"),
            None => Ok(()),
        }
    }
}

impl Error {
    /// Writes the status, the code and the message, if there was a response.
    fn fmt_response(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(status) = self.status() else {
            return self.0.defect.map_or(Ok(()), |defect| write!(f, ": {defect}"));
        };
        let has_cause = matches!(
            self.0.kind,
            ErrorKind::AccessToken
                | ErrorKind::ConnectionLost
                | ErrorKind::ResponseTooLarge
                | ErrorKind::InvalidResponse
        );
        write!(f, "{} {status}", if has_cause { ": the server responded with" } else { "" })?;
        if let Some(code) = self.code() {
            write!(f, " {}", Escaped(code))?;
        }
        if let Some(message) = self.message() {
            write!(f, ", \"{}\"", Escaped(message))?;
        }
        if let Some(defect) = self.0.defect {
            write!(f, " and {defect}")?;
        }
        match &self.0.content_type {
            Some(content_type) if !media_type::is_json(content_type) => write!(f, ", as {}", Escaped(content_type)),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            kind,
            call,
            problems,
            request_count,
            state_check,
            status,
            correlation_id,
            retry_after,
            body,
            source,
            ..
        } = &*self.0;
        f.debug_struct("Error")
            .field("kind", kind)
            .field("call", call)
            .field("problems", problems)
            .field("outcome", &self.outcome())
            .field("request_count", request_count)
            .field("state_check", state_check)
            .field("status", status)
            .field("code", &self.code())
            .field("correlation_id", correlation_id)
            .field("retry_after", retry_after)
            .field("body_length", &body.len())
            .field("source", source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// Foreign text that is safe for a terminal and a log: one line, one direction, limited length.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_CHARS: usize = 300;
        for character in self.0.chars().take(MAX_CHARS) {
            let is_bidi =
                matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if character.is_control() || is_bidi {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        if self.0.chars().nth(MAX_CHARS).is_some() { f.write_str("…") } else { Ok(()) }
    }
}
