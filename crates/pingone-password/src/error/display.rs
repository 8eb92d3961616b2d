//! How an error is shown: on one line, without a secret or a body.

use std::error::Error as StdError;
use std::fmt;

use super::{Defect, Error, ErrorKind, Inner, Outcome};
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::media_type;
use crate::model::ApiErrorDetail;

/// How many details of a response are shown.
const MAX_DETAILS: usize = 3;

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
        self.fmt_cause(f)?;
        if inner.request_count > 1 {
            write!(f, ", after {} requests", inner.request_count)?;
        }
        if self.outcome() == Outcome::Unknown {
            f.write_str("; the operation may have been applied")?;
        }
        match &inner.state_check {
            // Its operation and user are those of the call.
            Some(error) => write!(f, ", and the state can't be read: {}", error.cause()),
            None => Ok(()),
        }
    }
}

impl Error {
    /// Returns what went wrong, on one line: [`Display`](fmt::Display) without the operation, the user, the number of requests
    /// and the outcome.
    #[must_use]
    pub fn cause(&self) -> String {
        struct Cause<'a>(&'a Error);

        impl fmt::Display for Cause<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt_cause(f)
            }
        }

        Cause(self).to_string()
    }

    fn fmt_cause(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, endpoint, reason, status, problems, .. } = &*self.0;
        if let (Some(status), false) = (status, *kind == ErrorKind::AccessToken) {
            if *kind == ErrorKind::InvalidResponse {
                f.write_str("invalid response: ")?;
            }
            write!(f, "the server responded with {}", status.as_u16())?;
            self.fmt_response(f)?;
            if let Some(reason) = reason {
                write!(f, " and {reason}")?;
            }
        } else {
            f.write_str(&without_response(*kind, endpoint.as_ref(), reason.as_deref()))?;
            for (index, problem) in problems.iter().enumerate() {
                write!(f, "{}{problem}", if index == 0 { ": " } else { "; " })?;
            }
            if let Some(status) = status {
                write!(f, ", status {}", status.as_u16())?;
                self.fmt_response(f)?;
            }
        }
        if self.0.is_still_locked_out {
            f.write_str("; a state check found the user still locked out")?;
        }
        if let Some(wait) = self.0.retry_after {
            write!(f, "; the server asks to wait {} s", wait.as_secs())?;
        }
        match &self.0.correlation_id {
            Some(id) => write!(f, " (correlation ID {})", Escaped(id)),
            None => Ok(()),
        }
    }

    /// Writes the code, the message, the details and what is unusual about a response.
    fn fmt_response(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = self.code() {
            write!(f, " {}", Escaped(code))?;
        }
        if let Some(message) = self.message() {
            write!(f, ", \"{}\"", Escaped(message))?;
        }
        self.fmt_details(f)?;
        if let Some(location) = &self.0.location {
            // A query may contain what nobody else should see.
            let address = location.split(['?', '#']).next().unwrap_or_default();
            write!(f, ", a redirect to {}", Escaped(address))?;
        }
        let other_type = self.0.content_type.as_deref().filter(|content_type| !media_type::is_json(content_type));
        match self.0.defect {
            Some(Defect::ForeignRejection) if other_type.is_some() => {}
            Some(defect) => write!(f, "{defect}")?,
            None => {}
        }
        match other_type {
            Some(content_type) => write!(f, ", as {}, which is not PingOne's format", Escaped(content_type)),
            None => Ok(()),
        }
    }

    fn fmt_details(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = || self.details().iter().filter(|detail| detail.code.is_some() || detail.message.is_some());
        for (index, ApiErrorDetail { code, target, message, .. }) in details().take(MAX_DETAILS).enumerate() {
            f.write_str(if index == 0 { " (" } else { "; " })?;
            if let Some(target) = target {
                write!(f, "{}: ", Escaped(target))?;
            }
            match (code, message) {
                (Some(code), Some(message)) => write!(f, "{} \"{}\"", Escaped(code), Escaped(message))?,
                (Some(text), None) | (None, Some(text)) => write!(f, "{}", Escaped(text))?,
                (None, None) => {}
            }
        }
        match details().count() {
            0 => Ok(()),
            count if count > MAX_DETAILS => write!(f, "; {} more)", count - MAX_DETAILS),
            _ => f.write_str(")"),
        }
    }
}

/// Describes a failure that no response belongs to.
pub(super) fn without_response(kind: ErrorKind, endpoint: Option<&Endpoint>, reason: Option<&str>) -> String {
    let to = endpoint.map(|endpoint| format!(" to {endpoint}")).unwrap_or_default();
    let text = match kind {
        ErrorKind::Configuration => "invalid client configuration".to_owned(),
        ErrorKind::AccessToken => "no access token could be obtained".to_owned(),
        ErrorKind::Connect => format!("no connection{to} could be established"),
        ErrorKind::Timeout => format!("the request{to} timed out"),
        ErrorKind::ConnectionLost => format!("the connection{to} was lost"),
        ErrorKind::RateLimited => "the rate limiter did not admit the request before the deadline".to_owned(),
        _ => "invalid response".to_owned(),
    };
    reason.map_or_else(|| text.clone(), |reason| format!("{text}: {reason}"))
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            kind,
            call,
            problems,
            request_count,
            state_check,
            endpoint,
            reason,
            defect,
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
            .field("endpoint", endpoint)
            .field("reason", reason)
            .field("defect", defect)
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
