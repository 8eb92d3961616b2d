//! Requests that are almost an operation, and why they aren't one.
//!
//! A request is read on its arrival, before any check, so that a request with a wrong media type *and* a wrong access token is told
//! both. What it says is the emulator's own: PingOne explains nothing of it.

mod authorization;
mod content_type;
mod path;

use axum::{
    body::Bytes,
    http::{HeaderName, HeaderValue, Method, header::CONTENT_TYPE, request::Parts},
};

use self::path::Resource;
use super::media_types::{ACCOUNT_UNLOCK, UNLOCK, essence};
use crate::operation::Operation;

/// The header of a response that explains a near miss. PingOne doesn't send it.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-emulator-near-miss");

/// What a request asks for.
#[derive(Default)]
pub(super) struct Reading {
    /// The operation that method, path and media type name.
    pub(super) operation: Option<Operation>,
    /// Why the request isn't an operation, or what is odd about it: sentences without a full stop, joined by `; `.
    pub(super) near_miss: Option<String>,
}

impl Reading {
    /// Returns the near miss as a header value: any character that isn't visible ASCII becomes `?`.
    pub(super) fn header_value(&self) -> Option<HeaderValue> {
        let near_miss = self.near_miss.as_ref()?;
        let visible = near_miss.chars().map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' });
        HeaderValue::try_from(visible.collect::<String>()).ok()
    }
}

/// Reads a request. `body` is `None` if it was too large or incomplete.
pub(super) fn read(parts: &Parts, body: Option<&Bytes>) -> Reading {
    let (resource, mut reasons) = path::read(parts.uri.path());
    let mut operation = None;
    let slash = parts.uri.path().contains("//") || parts.uri.path().ends_with('/');
    match resource {
        Resource::Password => {
            operation = password(parts, body, &mut reasons);
            reasons.extend(authorization::problem(&parts.headers));
            if path::is_off(parts.uri.path()) {
                operation = None;
            }
        }
        Resource::Users => operation = (parts.method == Method::GET && !slash).then_some(Operation::ReadUsers),
        Resource::User => {
            operation = user(parts, &mut reasons).filter(|_| !slash);
            reasons.extend(authorization::problem(&parts.headers));
        }
        Resource::Token if parts.method != Method::POST => {
            reasons.push(format!(
                "{} on the token endpoint: an access token is requested by POST",
                quoted(parts.method.as_str())
            ));
        }
        Resource::Token | Resource::Unknown => {}
    }
    let near_miss = (!reasons.is_empty()).then(|| reasons.join("; "));
    Reading { operation, near_miss }
}

/// Reads a request on a user's password.
fn password(parts: &Parts, body: Option<&Bytes>, reasons: &mut Vec<String>) -> Option<Operation> {
    let content_types: Vec<_> = parts.headers.get_all(CONTENT_TYPE).iter().map(text).collect();
    match parts.method {
        Method::GET => {
            if content_types.iter().any(|given| content_type::is_unlock(given)) {
                reasons
                    .push(format!("GET with `Content-Type: {UNLOCK}` reads the password state: an unlock is a POST"));
            }
            Some(Operation::Read)
        }
        Method::POST => {
            let Some(problem) = content_type::problem(&content_types) else {
                reasons.extend(body.filter(|body| !body.is_empty()).map(superfluous_body));
                return Some(Operation::Unlock);
            };
            reasons.push(problem);
            // What the generator of a client adds to a request without a body.
            reasons.extend(body.filter(|body| body.trim_ascii() == b"null").map(|_| null_body()));
            None
        }
        _ => {
            reasons.push(method(&parts.method, &content_types));
            None
        }
    }
}

/// Reads a request on a user.
fn user(parts: &Parts, reasons: &mut Vec<String>) -> Option<Operation> {
    let content_types: Vec<_> = parts.headers.get_all(CONTENT_TYPE).iter().map(text).collect();
    match parts.method {
        Method::GET => Some(Operation::ReadUser),
        Method::POST => {
            if let [only] = &content_types[..]
                && essence(only).eq_ignore_ascii_case(ACCOUNT_UNLOCK)
            {
                return Some(Operation::UnlockAccount);
            }
            let needed = format!("an account unlock needs `{ACCOUNT_UNLOCK}` alone");
            reasons.push(if content_types.iter().any(|given| content_type::is_unlock(given)) {
                format!("`{UNLOCK}` unlocks the password, on the path of the password: for the account, {needed}")
            } else {
                format!("POST on a user with {}: {needed}", content_type::describe(&content_types))
            });
            None
        }
        _ => None,
    }
}

fn method(method: &Method, content_types: &[String]) -> String {
    let method = quoted(method.as_str());
    let known = ["GET", "POST"].into_iter().find(|known| known.eq_ignore_ascii_case(method.trim_matches('`')));
    if let Some(known) = known {
        format!("method {method}: methods are case-sensitive, so write {known}")
    } else if content_types.iter().any(|given| content_type::is_unlock(given)) {
        format!("{method} with the unlock's media type: an unlock is a POST")
    } else if method == "`PUT`" {
        "`PUT` sets or resets a password, which the emulator does not support: an unlock is a POST, a read a GET"
            .to_owned()
    } else {
        format!("{method} is no operation on a password: an unlock is a POST, a read a GET")
    }
}

fn null_body() -> String {
    "a body of `null`, as a generated client sends it for an operation without a body: an unlock has no body".to_owned()
}

fn superfluous_body(body: &Bytes) -> String {
    match body.trim_ascii() {
        b"null" => null_body() + " (the emulator ignores it)",
        _ => format!("a body of {} bytes: an unlock has no body (the emulator ignores it)", body.len()),
    }
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).trim().to_owned()
}

/// Returns what a request said, for a sentence: in backticks, and cut to a sane length.
fn quoted(text: &str) -> String {
    const LIMIT: usize = 100;
    match text.char_indices().nth(LIMIT) {
        None => format!("`{text}`"),
        Some((end, _)) => format!("`{}…`", &text[..end]),
    }
}
