//! Access tokens and where they come from.

mod access_token;
mod client_credentials;
mod provider;
mod token_request;
mod token_response;
mod worker;

pub use self::access_token::AccessToken;
pub use self::client_credentials::{ClientAuthMethod, ClientCredentials, ClientSecret};
pub use self::provider::{AccessTokenFuture, AccessTokenProvider};
pub(crate) use self::token_request::TokenRequest;
pub(crate) use self::worker::Worker;
