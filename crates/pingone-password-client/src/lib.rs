//! The generated client under the [`pingone-password`] crate.
//!
//! Use `pingone-password` instead. This crate sends exactly what the OpenAPI document describes, and leaves access tokens,
//! retries and errors to its caller.
//!
//! `src/generated` is written by `cargo xtask generate`. Don't edit it: each operation is a value that implements
//! [`Request`]. The hand-written modules know no operation: [`Attempt`] is what all requests share, and [`Secret`] is the
//! type of a property with `format: password`.
//!
//! A generated [`Client`] is for one attempt:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use pingone_password_client::{Attempt, Client};
//!
//! let mut authorization = http::HeaderValue::from_static("Bearer …");
//! authorization.set_sensitive(true);
//! let attempt = Attempt::new(authorization, 1 << 20);
//! let base_url = reqwest::Url::parse("https://api.pingone.eu/v1")?.into();
//! let client = Client::new_with_client(base_url, reqwest::Client::new(), attempt);
//! # let (environment_id, user_id) = (uuid::Uuid::nil().into(), uuid::Uuid::nil().into());
//! let result = client.unlock_password(&environment_id, &user_id).await;
//! # Ok(()) }
//! ```
//!
//! The headers of a [`ResponseValue`] are empty, because few callers read them. [`Attempt::into_response`] has them.
//!
//! [`pingone-password`]: https://docs.rs/pingone-password

#[rustfmt::skip]
#[allow(
    clippy::all,
    clippy::pedantic,
    missing_docs,
    unreachable_pub,
    reason = "progenitor's code has its own style; tests over HTTP check what it does"
)]
mod generated;

mod attempt;
mod base_url;
mod id;
mod inspect;
mod json;
mod path_segment;
mod query;
mod response;
mod scrub;
mod secret;

pub use attempt::Attempt;
pub use base_url::BaseUrl;
#[doc(hidden)]
pub use generated::samples;
pub use generated::{Client, ClientInfo, Error, Request, ResponseValue, operations, requests, types};
pub use id::{EnvironmentId, InvalidId, UserId};
pub use inspect::Inspect;
pub use path_segment::{InvalidPathSegment, PathSegment};
pub use response::RawResponse;
pub use scrub::Scrubber;
pub use secret::Secret;
