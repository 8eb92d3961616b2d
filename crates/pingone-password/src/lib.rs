#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod auth;
mod call;
mod client;
mod client_credentials;
mod config;
mod error;
mod id;
pub mod media_type;
mod rate_limiter;
mod raw_operation;
mod request;
mod response;
mod retry;
mod send;
mod tls;
mod unlock;

pub use auth::{AccessToken, AccessTokenFuture, AccessTokenProvider, ClientSecret, TokenError};
pub use client::Client;
pub use client_credentials::{ClientAuthMethod, ClientCredentials};
pub use config::{ClientBuilder, Region, UnknownRegion};
pub use error::{Error, ErrorKind, Outcome, Result};
pub use id::{EnvironmentId, InvalidId, UserId};
pub use media_type::VendorMediaType;
pub use pingone_password_client::Request;
pub use rate_limiter::{AcquireFuture, RateLimiter};
pub use raw_operation::{Method, RawOperation};
pub use request::{ReadPasswordState, SendRequest};
pub use response::Response;
pub use retry::{OnUnknownOutcome, RetryPolicy};
pub use unlock::UnlockPassword;

#[doc = include_str!("../docs/failures.md")]
pub mod failures {}

/// What the server sends: the generated models.
///
/// Each keeps what its server sent beyond the properties that are known, in `extra`; each enum keeps a value that isn't
/// known, in `Unrecognized`. So none of them can be written down as a literal; for a test, decode one from JSON.
pub mod model {
    pub use pingone_password_client::types::*;
}

/// Each operation of the document as a value, to be sent by [`Client::send`]: generated.
pub mod requests {
    pub use pingone_password_client::requests::*;
}

/// What each operation sends: the generated table of methods, paths and media types.
pub mod operations {
    pub use pingone_password_client::operations::*;
}

#[doc(no_inline)]
pub use model::{PasswordPolicy, PasswordState, PasswordStatus};
