//! An ID in a path that isn't a UUID.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// An ID in a path that isn't a UUID: text that can't reach another resource.
///
/// It isn't empty, `.` or `..`, contains no `/` or `\`, and is percent-encoded when it is sent.
///
/// ```
/// use pingone_password_client::PathSegment;
///
/// let id: PathSegment = "café au lait".parse()?;
/// assert_eq!(id.to_string(), "caf%C3%A9%20au%20lait");
/// assert!("..".parse::<PathSegment>().is_err());
/// # Ok::<(), pingone_password_client::InvalidPathSegment>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathSegment(String);

/// Text that can't be an ID in a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidPathSegment(());

impl fmt::Display for InvalidPathSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a valid ID: it must not be empty, `.` or `..`, and must not contain `/` or `\\`")
    }
}

impl std::error::Error for InvalidPathSegment {}

impl FromStr for PathSegment {
    type Err = InvalidPathSegment;

    fn from_str(text: &str) -> Result<Self, InvalidPathSegment> {
        match text {
            "" | "." | ".." => Err(InvalidPathSegment(())),
            text if text.contains(['/', '\\']) => Err(InvalidPathSegment(())),
            text => Ok(Self(text.to_owned())),
        }
    }
}

impl<'de> Deserialize<'de> for PathSegment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// Percent-encoded.
impl fmt::Display for PathSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}
