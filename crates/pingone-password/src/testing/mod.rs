#![doc = include_str!("../../docs/testing.md")]
//!
//! [`Client`]: crate::Client
//! [`Response`]: crate::Response
//! [`Error`]: crate::Error

#[cfg(feature = "test-util")]
mod call;
#[cfg(feature = "test-util")]
mod raw;
#[cfg(feature = "test-util")]
mod response;
#[cfg(feature = "test-util")]
mod users;

#[cfg(feature = "test-util")]
pub use self::call::{TestCall, TestFailure};
#[cfg(feature = "test-util")]
pub use self::raw::raw_response;
#[cfg(feature = "test-util")]
pub use self::response::TestResponse;
#[cfg(feature = "test-util")]
pub use self::users::{found_user, user_stream};
