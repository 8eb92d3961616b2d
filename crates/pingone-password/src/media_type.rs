//! Vendor media types, which distinguish the operations on one path.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use mediatype::MediaType;

use crate::operations;

const PREFIX: &str = "application/vnd.";

/// A vendor media type: `application/vnd.` *vendor* `.` *resource* `.` *action*, usually with the suffix `+json`.
///
/// Comparison ignores case, as media types do: `sendRecoveryCode` equals `sendrecoverycode`. The original case is kept
/// and sent.
///
/// ```
/// use pingone_password::VendorMediaType;
///
/// let unlock: VendorMediaType = "application/vnd.pingidentity.password.unlock+json".parse()?;
/// assert_eq!(unlock, VendorMediaType::UNLOCK_PASSWORD);
/// assert_eq!(unlock.vendor(), "pingidentity");
/// assert_eq!(unlock.resource(), "password");
/// assert_eq!(unlock.action(), "unlock");
/// assert_eq!(unlock.suffix(), Some("json"));
///
/// // The vendor documents this one without a suffix.
/// let force_change: VendorMediaType = "application/vnd.pingidentity.password.forceChange".parse()?;
/// assert_eq!(force_change.suffix(), None);
/// # Ok::<(), pingone_password::media_type::InvalidMediaType>(())
/// ```
#[derive(Clone)]
pub struct VendorMediaType(Cow<'static, str>);

impl VendorMediaType {
    /// The media type of [Password Unlock].
    ///
    /// [Password Unlock]: https://developer.pingidentity.com/pingone-api/platform/users/user-passwords/password-unlock.html
    pub const UNLOCK_PASSWORD: Self = match operations::UNLOCK_PASSWORD.media_type {
        Some(media_type) => Self(Cow::Borrowed(media_type)),
        None => panic!("the unlock has a media type"),
    };

    /// Returns the media type as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the vendor, such as `pingidentity`.
    #[must_use]
    pub fn vendor(&self) -> &str {
        self.name().split('.').next().unwrap_or_default()
    }

    /// Returns the resource, such as `password`.
    #[must_use]
    pub fn resource(&self) -> &str {
        let (rest, _) = self.name().rsplit_once('.').unwrap_or_default();
        rest.split_once('.').unwrap_or_default().1
    }

    /// Returns the action, such as `unlock`.
    #[must_use]
    pub fn action(&self) -> &str {
        self.name().rsplit('.').next().unwrap_or_default()
    }

    /// Returns the suffix, such as `json`.
    #[must_use]
    pub fn suffix(&self) -> Option<&str> {
        self.0.rsplit_once('+').map(|(_, suffix)| suffix)
    }

    /// The part between the prefix and the suffix.
    fn name(&self) -> &str {
        let name = self.0.get(PREFIX.len()..).unwrap_or_default();
        name.rsplit_once('+').map_or(name, |(name, _)| name)
    }
}

impl FromStr for VendorMediaType {
    type Err = InvalidMediaType;

    fn from_str(text: &str) -> Result<Self, InvalidMediaType> {
        let is_vendor = MediaType::parse(text).is_ok_and(|parsed| {
            let mut parts = parsed.subty.as_str().split('.');
            parsed.ty == "application"
                && parsed.params.is_empty()
                // The parser accepts blanks and a trailing `;`, which would be sent as they are.
                && parsed.to_string() == text
                && parts.next().is_some_and(|first| first.eq_ignore_ascii_case("vnd"))
                && parts.clone().count() >= 3
                && parts.all(|part| !part.is_empty())
        });
        if is_vendor { Ok(Self(Cow::Owned(text.to_owned()))) } else { Err(InvalidMediaType(text.to_owned())) }
    }
}

impl fmt::Display for VendorMediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for VendorMediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VendorMediaType({})", self.0)
    }
}

impl PartialEq for VendorMediaType {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for VendorMediaType {}

impl Hash for VendorMediaType {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_ascii_lowercase().hash(state);
    }
}

/// The error of parsing a text that is not a valid vendor media type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidMediaType(String);

impl fmt::Display for InvalidMediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a valid vendor media type; an example is application/vnd.pingidentity.password.unlock+json",
            self.0.escape_debug()
        )
    }
}

impl std::error::Error for InvalidMediaType {}

/// Returns whether a `Content-Type` denotes JSON: `application/json` or a type with the suffix `+json`, in any case and
/// with any parameters.
///
/// ```
/// use pingone_password::media_type::is_json;
///
/// assert!(is_json("application/hal+json;charset=UTF-8"));
/// assert!(is_json("Application/JSON"));
/// assert!(!is_json("text/html"));
/// ```
#[must_use]
pub fn is_json(content_type: &str) -> bool {
    // What most responses say needs no parser.
    if matches!(content_type, "application/json" | "application/hal+json" | "application/hal+json;charset=UTF-8") {
        return true;
    }
    MediaType::parse(content_type.trim()).is_ok_and(|media_type| {
        (media_type.ty == "application" && media_type.subty == "json")
            || media_type.suffix.is_some_and(|suffix| suffix == "json")
    })
}
