//! IDs of the caller's own, by which PingOne's audit groups requests.

use std::fmt;
use std::str::FromStr;

use http::{HeaderMap, HeaderName, HeaderValue};

/// The longest ID that the server keeps.
const MAX_LENGTH: usize = 100;
/// The characters that the server keeps, besides letters and digits.
const PUNCTUATION: &[char] = &['.', '_', '-', '/', '@', '=', '#', '+'];

macro_rules! external_id {
    ($(#[$docs:meta])* $name:ident) => {
        $(#[$docs])*
        ///
        /// 1 to 100 characters: ASCII letters, digits and `.`, `_`, `-`, `/`, `@`, `=`, `#`, `+`. The server truncates longer
        /// IDs and replaces other characters, so they are rejected here. It also keeps letters beyond ASCII, but a header has
        /// no encoding for them that everything on the way agrees on.
        ///
        /// The vendor's page: [External transaction and session IDs].
        ///
        /// [External transaction and session IDs]: https://developer.pingidentity.com/pingone-api/platform/reference/external-transaction-and-session-ids.html
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Returns the ID as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidExternalId;

            fn from_str(text: &str) -> Result<Self, InvalidExternalId> {
                let is_allowed = |c: char| c.is_ascii_alphanumeric() || PUNCTUATION.contains(&c);
                match text.chars().find(|c| !is_allowed(*c)) {
                    Some(character) => Err(InvalidExternalId::Character(character)),
                    // All of it is ASCII, so bytes are characters.
                    None if (1..=MAX_LENGTH).contains(&text.len()) => Ok(Self(text.to_owned())),
                    None => Err(InvalidExternalId::Length(text.len())),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

external_id! {
    /// The ID of one transaction, such as a run of a tool, for the header `X-Ping-External-Transaction-Id`.
    ///
    /// PingOne's audit shows it as `externalCorrelation.transactionId`.
    ///
    /// ```
    /// use pingone_password::ExternalTransactionId;
    ///
    /// let id: ExternalTransactionId = "incident-4711/run.1".parse()?;
    /// assert_eq!(id.as_str(), "incident-4711/run.1");
    /// assert_eq!(
    ///     "incident 4711".parse::<ExternalTransactionId>().unwrap_err().to_string(),
    ///     "' ' is not allowed: use ASCII letters, digits and . _ - / @ = # +"
    /// );
    /// # Ok::<(), pingone_password::InvalidExternalId>(())
    /// ```
    ExternalTransactionId
}

external_id! {
    /// The ID of a session that spans transactions, for the header `X-Ping-External-Session-Id`.
    ///
    /// PingOne's audit shows it as `externalCorrelation.sessionId`.
    ExternalSessionId
}

/// The error of parsing a text that is not a valid external ID.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidExternalId {
    /// The server would replace this character.
    Character(char),
    /// The ID has this many characters: none, or more than the server keeps.
    Length(usize),
}

impl fmt::Display for InvalidExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character(character) => {
                write!(f, "{character:?} is not allowed: use ASCII letters, digits and . _ - / @ = # +")
            }
            Self::Length(length) => write!(f, "expected 1 to {MAX_LENGTH} characters, found {length}"),
        }
    }
}

impl std::error::Error for InvalidExternalId {}

/// The external IDs of a client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Correlation {
    pub(crate) transaction_id: Option<ExternalTransactionId>,
    pub(crate) session_id: Option<ExternalSessionId>,
}

impl Correlation {
    pub(crate) fn headers(&self) -> HeaderMap {
        let transaction_id = self.transaction_id.as_ref().map(ExternalTransactionId::as_str);
        let session_id = self.session_id.as_ref().map(ExternalSessionId::as_str);
        let ids = [("x-ping-external-transaction-id", transaction_id), ("x-ping-external-session-id", session_id)];
        let headers = ids.into_iter().filter_map(|(name, id)| {
            // An ID is ASCII without control characters.
            Some((HeaderName::from_static(name), HeaderValue::from_str(id?).ok()?))
        });
        headers.collect()
    }
}
