//! The faults there are, and what is true of each.

use std::{error::Error, fmt, str::FromStr};

/// What can go wrong with a request on the password that is in order and would otherwise be answered with 200.
///
/// Each says what the client gets to see, and whether the operation is carried out all the same: *applied* means that an
/// unlock happened, whatever the client makes of it. As text a fault is its name in kebab-case, such as `reset-after`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Fault {
    /// The connection is reset (TCP RST) without an answer. Not applied.
    ResetBefore,
    /// The connection is reset (TCP RST) without an answer. Applied.
    ResetAfter,
    /// 200 with all headers and half of the body that `Content-Length` announces, then the connection is closed (TCP FIN, so
    /// that what was sent arrives). Applied.
    ResetMidBody,
    /// No answer ever; the connection stays open until the client closes it. Not applied.
    StallBeforeAnswer,
    /// No answer ever; the connection stays open until the client closes it. Applied.
    StallAfter,
    /// 200 with all headers and half of the body, and then nothing more; the connection stays open until the client closes it.
    /// Applied.
    StallMidBody,
    /// 500 `UNEXPECTED_ERROR`. Not applied.
    InternalError500,
    /// 500 `UNEXPECTED_ERROR`. Applied.
    InternalError500After,
    /// 502 with a page of HTML. Not applied.
    BadGateway,
    /// 502 with a page of HTML. Applied.
    BadGatewayAfter,
    /// 503 with a line of plain text, and no `Retry-After`. Not applied.
    Unavailable,
    /// 503 with a line of plain text, and `Retry-After: 1`. Not applied.
    UnavailableRetryAfter,
    /// 504 with a page of HTML. Applied.
    GatewayTimeout504,
    /// 429 `REQUEST_LIMITED` with `Retry-After: 1`, and no `id` in the error. Not applied.
    RateLimited,
    /// 200 with `Content-Length: 0` and no `Content-Type`. Applied.
    EmptyOk,
    /// 200 with the first half of the JSON, and a `Content-Length` that says just that. Applied.
    TruncatedJson,
    /// 200 with a page of HTML, as `text/html`. Applied.
    HtmlOk,
    /// 200 with the password state, as `text/plain`. Applied.
    WrongContentType,
    /// 200 with `[]`, as JSON. Applied.
    OtherJson,
    /// 200 with `Content-Encoding: gzip`: 64 KiB that inflate to 64 MiB of spaces and the password state. Applied.
    GzipBomb,
    /// 200, chunked, that never ends: 64 KiB of spaces every 10 ms. Applied.
    EndlessBody,
    /// 200 with the password state and 128 headers of 1 KiB each in front of it. Applied.
    OversizedHeaders,
    /// 302 to [`Builder::redirect_target`](crate::Builder::redirect_target). Not applied.
    Redirect,
    /// 200 with the password state, two different `Content-Type` and two different `Correlation-Id`. Applied.
    DuplicateHeaders,
    /// 200 with the password state, and neither `Content-Type` nor `Correlation-Id`. Applied.
    NoHeaders,
    /// 200 with the status `SOMETHING_NEW`. Applied.
    UnknownStatus,
    /// 200 with an explicit `null` for every property but `status`. Applied.
    Nulls,
}

impl Fault {
    /// Every fault.
    pub const ALL: &'static [Self] = &[
        Self::ResetBefore,
        Self::ResetAfter,
        Self::ResetMidBody,
        Self::StallBeforeAnswer,
        Self::StallAfter,
        Self::StallMidBody,
        Self::InternalError500,
        Self::InternalError500After,
        Self::BadGateway,
        Self::BadGatewayAfter,
        Self::Unavailable,
        Self::UnavailableRetryAfter,
        Self::GatewayTimeout504,
        Self::RateLimited,
        Self::EmptyOk,
        Self::TruncatedJson,
        Self::HtmlOk,
        Self::WrongContentType,
        Self::OtherJson,
        Self::GzipBomb,
        Self::EndlessBody,
        Self::OversizedHeaders,
        Self::Redirect,
        Self::DuplicateHeaders,
        Self::NoHeaders,
        Self::UnknownStatus,
        Self::Nulls,
    ];

    /// The name in kebab-case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.facts().0
    }

    /// Whether the operation is carried out all the same.
    #[must_use]
    pub const fn applies(self) -> bool {
        self.facts().1
    }

    /// The status that the client gets, or `None` where it gets none.
    #[must_use]
    pub const fn status(self) -> Option<u16> {
        self.facts().2
    }

    const fn facts(self) -> (&'static str, bool, Option<u16>) {
        match self {
            Self::ResetBefore => ("reset-before", false, None),
            Self::ResetAfter => ("reset-after", true, None),
            Self::ResetMidBody => ("reset-mid-body", true, Some(200)),
            Self::StallBeforeAnswer => ("stall-before-answer", false, None),
            Self::StallAfter => ("stall-after", true, None),
            Self::StallMidBody => ("stall-mid-body", true, Some(200)),
            Self::InternalError500 => ("internal-error-500", false, Some(500)),
            Self::InternalError500After => ("internal-error-500-after", true, Some(500)),
            Self::BadGateway => ("bad-gateway", false, Some(502)),
            Self::BadGatewayAfter => ("bad-gateway-after", true, Some(502)),
            Self::Unavailable => ("unavailable", false, Some(503)),
            Self::UnavailableRetryAfter => ("unavailable-retry-after", false, Some(503)),
            Self::GatewayTimeout504 => ("gateway-timeout-504", true, Some(504)),
            Self::RateLimited => ("rate-limited", false, Some(429)),
            Self::EmptyOk => ("empty-ok", true, Some(200)),
            Self::TruncatedJson => ("truncated-json", true, Some(200)),
            Self::HtmlOk => ("html-ok", true, Some(200)),
            Self::WrongContentType => ("wrong-content-type", true, Some(200)),
            Self::OtherJson => ("other-json", true, Some(200)),
            Self::GzipBomb => ("gzip-bomb", true, Some(200)),
            Self::EndlessBody => ("endless-body", true, Some(200)),
            Self::OversizedHeaders => ("oversized-headers", true, Some(200)),
            Self::Redirect => ("redirect", false, Some(302)),
            Self::DuplicateHeaders => ("duplicate-headers", true, Some(200)),
            Self::NoHeaders => ("no-headers", true, Some(200)),
            Self::UnknownStatus => ("unknown-status", true, Some(200)),
            Self::Nulls => ("nulls", true, Some(200)),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = Self::ALL.iter().find(|fault| fault.as_str() == text);
        fault.copied().ok_or_else(|| UnknownFault::new(text, Self::ALL))
    }
}

/// What can go wrong with a request for an access token. None of them gives a token that works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TokenFault {
    /// 500 `UNEXPECTED_ERROR`, in the API's shape.
    InternalError500,
    /// The connection is reset (TCP RST) without an answer.
    Reset,
    /// No answer ever; the connection stays open until the client closes it.
    Stall,
    /// 401 `invalid_client`, whatever the credentials.
    InvalidClient,
    /// 502 with a page of HTML.
    BadGateway,
    /// 200 with JSON that breaks off inside the access token.
    MalformedJson,
}

impl TokenFault {
    /// Every fault of the token endpoint.
    pub const ALL: &'static [Self] =
        &[Self::InternalError500, Self::Reset, Self::Stall, Self::InvalidClient, Self::BadGateway, Self::MalformedJson];

    /// The name in kebab-case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.facts().0
    }

    /// The status that the client gets, or `None` where it gets none.
    #[must_use]
    pub const fn status(self) -> Option<u16> {
        self.facts().1
    }

    const fn facts(self) -> (&'static str, Option<u16>) {
        match self {
            Self::InternalError500 => ("internal-error-500", Some(500)),
            Self::Reset => ("reset", None),
            Self::Stall => ("stall", None),
            Self::InvalidClient => ("invalid-client", Some(401)),
            Self::BadGateway => ("bad-gateway", Some(502)),
            Self::MalformedJson => ("malformed-json", Some(200)),
        }
    }
}

impl fmt::Display for TokenFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for TokenFault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = Self::ALL.iter().find(|fault| fault.as_str() == text);
        fault.copied().ok_or_else(|| UnknownFault::new(text, Self::ALL))
    }
}

/// The text names no fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFault {
    text: String,
    /// The names there are.
    names: String,
}

impl UnknownFault {
    fn new(text: &str, all: &[impl ToString]) -> Self {
        let names: Vec<_> = all.iter().map(ToString::to_string).collect();
        Self { text: text.to_owned(), names: names.join(" ") }
    }
}

impl fmt::Display for UnknownFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no fault; there are {}", self.text, self.names)
    }
}

impl Error for UnknownFault {}
