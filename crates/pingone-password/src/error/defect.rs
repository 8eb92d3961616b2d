//! What is wrong with a response.

use std::fmt;

use super::ErrorKind;

/// Why a response is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    /// The status is not one that confirms the operation.
    Unconfirmed,
    BrokenOff,
    TooLarge,
    Compressed,
    Empty,
    NotJson,
    TruncatedJson,
    OtherShape,
    /// An error in the body.
    ErrorObject,
    OtherUser,
    OtherEnvironment,
    /// The state shows that the operation was not applied, or not yet.
    StillLockedOut,
    /// The status is one that this version doesn't know, or is missing.
    UnknownStatus,
    /// A 4xx that isn't PingOne's error.
    ForeignRejection,
    /// JSON that is not a page of users.
    NotAPage,
    /// A page whose users or links are not as documented.
    OddPage,
    /// A link to the next page that doesn't say which.
    NoCursor,
}

impl Defect {
    pub(super) fn kind(self) -> ErrorKind {
        match self {
            Self::BrokenOff => ErrorKind::ConnectionLost,
            Self::TooLarge => ErrorKind::ResponseTooLarge,
            _ => ErrorKind::InvalidResponse,
        }
    }

    /// Whether the response belongs to another request, so that the connection can't be trusted any more.
    pub(crate) fn is_of_another_request(self) -> bool {
        matches!(self, Self::OtherUser | Self::OtherEnvironment)
    }

    /// Whether the response may be PingOne's own, so that the operation may only take some time to show.
    pub(crate) fn may_be_genuine(self) -> bool {
        matches!(self, Self::Unconfirmed | Self::BrokenOff | Self::TooLarge | Self::StillLockedOut)
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unconfirmed => ", which does not confirm the operation",
            Self::BrokenOff => " and a body that broke off",
            Self::TooLarge => " and a body that is too large",
            Self::Compressed => " and a compressed body, which the client did not ask for",
            Self::Empty => " and an empty body",
            Self::NotJson => " and a body that is not JSON",
            Self::TruncatedJson => " and truncated JSON",
            Self::OtherShape => " and JSON of another shape",
            Self::ErrorObject => " and an error in the body",
            Self::OtherUser => " and the state of another user",
            Self::OtherEnvironment => " and the state of a user in another environment",
            Self::StillLockedOut => ", but the user is still locked out",
            Self::UnknownStatus => " and a status that this version does not know",
            Self::ForeignRejection => ", which is not an error of PingOne's",
            Self::NotAPage => " and JSON that is not a page of users",
            Self::OddPage => " and a page whose users or links are not as documented",
            Self::NoCursor => " and a link to the next page without a cursor",
        })
    }
}
