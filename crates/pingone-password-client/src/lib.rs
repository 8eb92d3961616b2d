//! The generated client under the [`pingone-password`] crate. Use that one: this one sends exactly what the OpenAPI
//! document says, and leaves everything else to its caller.
//!
//! `src/generated` is made by `cargo xtask generate` and is never edited. What stands beside it is written by hand and
//! knows no operation: [`Request`] is what each of them is, [`Attempt`] is what all of them share, [`Secret`] is what the
//! document's `format: password` becomes.
//!
//! A generated [`Client`] lives for one attempt:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use pingone_password_client::{Attempt, Client};
//!
//! let mut authorization = http::HeaderValue::from_static("Bearer …");
//! authorization.set_sensitive(true);
//! let attempt = Attempt::new(authorization, 1 << 20);
//! let client = Client::new_with_client("https://api.pingone.eu/v1", reqwest::Client::new(), attempt);
//! # let (environment_id, user_id) = (uuid::Uuid::nil(), uuid::Uuid::nil());
//! let result = client.unlock_password(&environment_id, &user_id).await;
//! # Ok(()) }
//! ```
//!
//! [`pingone-password`]: https://docs.rs/pingone-password

#[rustfmt::skip]
#[allow(
    clippy::all,
    clippy::pedantic,
    missing_docs,
    unreachable_pub,
    reason = "progenitor's code keeps to its own style; what it must do is tested over HTTP"
)]
mod generated;
mod hooks;
mod request;
mod secret;

pub use generated::{Client, ClientInfo, Error, ResponseValue, operations, requests, types};
pub use hooks::{Attempt, RawResponse};
pub use request::Request;
pub use secret::Secret;
