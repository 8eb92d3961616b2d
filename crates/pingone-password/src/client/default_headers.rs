//! Headers that a network in between wants.

use std::fmt;

use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::error::Problem;

/// The headers that say what a request is, whom it is from and how it is sent. The client sets them.
const RESERVED: [HeaderName; 15] = [
    ACCEPT,
    ACCEPT_ENCODING,
    AUTHORIZATION,
    CONNECTION,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    EXPECT,
    HOST,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    USER_AGENT,
];

/// The headers of every request. Their values may be secrets.
#[derive(Clone, Default)]
pub(super) struct DefaultHeaders {
    headers: HeaderMap,
    problems: Vec<Problem>,
}

impl DefaultHeaders {
    pub(super) fn insert(&mut self, name: &str, value: &str) {
        let Ok(header) = HeaderName::try_from(name.trim()) else {
            return self.problems.push(Problem::HeaderName);
        };
        let is_reserved = RESERVED.contains(&header)
            || ["keep-alive", "proxy-connection"].contains(&header.as_str())
            || header.as_str().starts_with("x-ping-external-");
        if is_reserved {
            return self.problems.push(Problem::ReservedHeader(header.to_string()));
        }
        match HeaderValue::try_from(value.trim()) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.headers.insert(header, value);
            }
            Err(_) => self.problems.push(Problem::HeaderValue(header.to_string())),
        }
    }

    pub(super) fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    pub(super) fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

/// Shows the names only.
impl fmt::Debug for DefaultHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.headers.keys()).finish()
    }
}
