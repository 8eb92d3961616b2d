//! Environment and user IDs: two types, so that they can't be swapped.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

macro_rules! id {
    ($(#[$docs:meta])* $name:ident, $what:literal) => {
        $(#[$docs])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let invalid = || InvalidId { what: $what, text: text.to_owned() };
                let id = Uuid::try_parse(text).map_err(|_| invalid())?;
                // `Uuid` also parses braces, URNs and bare hex digits, which PingOne doesn't use.
                if id.to_string().eq_ignore_ascii_case(text) { Ok(Self(id)) } else { Err(invalid()) }
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }

        /// Writes the ID in lower case, with hyphens.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

id! {
    /// The ID of a PingOne environment: a UUID.
    ///
    /// ```
    /// # use pingone_password_client as pingone_password;
    /// use pingone_password::EnvironmentId;
    ///
    /// let environment: EnvironmentId = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6".parse()?;
    /// let error = "production".parse::<EnvironmentId>().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "`production` is not a valid environment ID: expected a UUID"
    /// );
    /// # Ok::<(), pingone_password::InvalidId>(())
    /// ```
    EnvironmentId, "environment ID"
}

id! {
    /// The ID of a PingOne user: a UUID.
    ///
    /// ```
    /// # use pingone_password_client as pingone_password;
    /// use pingone_password::UserId;
    ///
    /// let user: UserId = "C3042000-188F-4BC7-A269-DEE1602CF7AF".parse()?;
    /// assert_eq!(user.to_string(), "c3042000-188f-4bc7-a269-dee1602cf7af");
    /// assert!("../other-resource".parse::<UserId>().is_err());
    /// # Ok::<(), pingone_password::InvalidId>(())
    /// ```
    ///
    /// An environment ID isn't accepted in place of a user ID:
    ///
    /// ```compile_fail
    /// # use pingone_password_client as pingone_password;
    /// use pingone_password::{EnvironmentId, requests};
    ///
    /// let environment: EnvironmentId = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6".parse().unwrap();
    /// requests::UnlockPassword::new(environment);
    /// ```
    UserId, "user ID"
}

/// The error of parsing a text that is not a valid ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidId {
    what: &'static str,
    text: String,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, text } = self;
        let shown: String = text.chars().take(64).flat_map(char::escape_debug).collect();
        let more = if text.chars().nth(64).is_some() { "…" } else { "" };
        write!(f, "`{shown}{more}` is not a valid {what}: expected a UUID")
    }
}

impl std::error::Error for InvalidId {}
