#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

// Imports go down this list, never up.
pub mod testing;

mod client;
mod send;

mod auth;
mod connections;
mod service_url;
mod tls;

mod error;

mod call;
mod correlation;
mod endpoint;
mod headers;
pub mod media_type;
mod response;
mod sleep;

pub use auth::{
    AccessToken, AccessTokenFuture, AccessTokenProvider, BrowserAuthorization, ClientAuthMethod, ClientCredentials,
    ClientSecret, DeviceAuthorization, MemoryStore, Person, SignInApplication, SignInStore, SignedIn, StoreError,
    UserSignIn,
};
pub use client::{
    Attribute, Client, ClientBuilder, Filter, FindUserError, FoundUser, InvalidFilter, Region, UnknownRegion, UserKey,
    UserQuery, UserStream,
};
pub use correlation::{ExternalSessionId, ExternalTransactionId, InvalidExternalId};
pub use error::{Error, ErrorKind, Outcome, Result, SignInError, SignInErrorKind, TokenError};
pub use media_type::VendorMediaType;
pub use pingone_password_client::{EnvironmentId, InvalidId, InvalidPathSegment, PathSegment, Request, Secret, UserId};
pub use response::Response;
pub use send::{AcquireFuture, Method, OnUnknownOutcome, RateLimiter, RawOperation, RetryPolicy, SendRequest};

#[doc = include_str!("../docs/failures.md")]
pub mod failures {}

/// The data types of responses, generated from the OpenAPI document.
///
/// A struct keeps properties that this version doesn't know in `extra`, and an enum keeps an unknown value in
/// `Unrecognized`. For that reason, none of them can be built with a literal. In a test, deserialize one from JSON:
///
/// ```
/// use pingone_password::{PasswordState, PasswordStatus};
///
/// let state: PasswordState = serde_json::from_str(r#"{ "status": "PASSWORD_LOCKED_OUT", "secondsUntilUnlock": 600 }"#)?;
/// assert_eq!(state.status, PasswordStatus::PasswordLockedOut);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub mod model {
    pub use pingone_password_client::types::*;
}

/// Every operation of the OpenAPI document as a value, for [`Client::send`]. Generated.
pub mod requests {
    pub use pingone_password_client::requests::*;
}

/// The method, path and media type of every operation of the OpenAPI document. Generated.
pub mod operations {
    pub use pingone_password_client::operations::*;
}

/// The crates whose types the models and requests contain.
pub use {chrono, serde_json, uuid};

#[doc(no_inline)]
pub use model::{PasswordPolicy, PasswordState, PasswordStatus};
