//! The regions of PingOne, and where their servers are.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A PingOne region: the geography in which an environment is hosted.
///
/// The vendor's list: [API requests](https://developer.pingidentity.com/pingone-api/foundations/conventions/pingone-api-requests.html).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Region {
    /// `pingone.com`
    NorthAmerica,
    /// `pingone.ca`
    Canada,
    /// `pingone.eu`
    Europe,
    /// `pingone.com.au`
    Australia,
    /// `pingone.sg`
    Singapore,
    /// `pingone.asia`
    AsiaPacific,
}

impl Region {
    /// All regions.
    pub const ALL: &'static [Self] =
        &[Self::NorthAmerica, Self::Canada, Self::Europe, Self::Australia, Self::Singapore, Self::AsiaPacific];

    /// Returns the top-level domain, which is how the vendor's tools name a region.
    #[must_use]
    pub fn top_level_domain(self) -> &'static str {
        match self {
            Self::NorthAmerica => "com",
            Self::Canada => "ca",
            Self::Europe => "eu",
            Self::Australia => "com.au",
            Self::Singapore => "sg",
            Self::AsiaPacific => "asia",
        }
    }

    /// Returns the base URL of the API, such as `https://api.pingone.eu/v1`.
    #[must_use]
    pub fn api_url(self) -> String {
        format!("https://api.pingone.{}/v1", self.top_level_domain())
    }

    /// Returns the base URL of the authorization server, such as `https://auth.pingone.eu`.
    #[must_use]
    pub fn auth_url(self) -> String {
        format!("https://auth.pingone.{}", self.top_level_domain())
    }
}

/// Parses a top-level domain, with or without a leading dot.
///
/// ```
/// use pingone_password::Region;
///
/// assert_eq!("com.au".parse(), Ok(Region::Australia));
/// assert_eq!(
///     "au".parse::<Region>().unwrap_err().to_string(),
///     "`au` is not a PingOne region: expected com, ca, eu, com.au, sg or asia"
/// );
/// ```
impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        let domain = text.strip_prefix('.').unwrap_or(text);
        let matches = |region: &Self| region.top_level_domain().eq_ignore_ascii_case(domain);
        Self::ALL.iter().copied().find(matches).ok_or_else(|| UnknownRegion(text.to_owned()))
    }
}

/// Writes the top-level domain.
impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.top_level_domain())
    }
}

/// Serializes as the top-level domain.
impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.top_level_domain())
    }
}

/// Deserializes from a top-level domain, with the rules of `FromStr`.
impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The error of parsing a text that is not a PingOne region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRegion(String);

impl fmt::Display for UnknownRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a PingOne region: expected com, ca, eu, com.au, sg or asia", self.0.escape_debug())
    }
}

impl std::error::Error for UnknownRegion {}
