//! Access tokens and where they come from.

mod access_token;
mod client_credentials;
mod endpoint;
mod provider;
mod sign_in;
mod token_cache;
mod token_request;
mod token_response;

pub use self::access_token::AccessToken;
pub use self::client_credentials::{ClientAuthMethod, ClientCredentials, ClientSecret};
pub(crate) use self::endpoint::AuthEndpoint;
pub(crate) use self::provider::TokenFn;
pub use self::provider::{AccessTokenFuture, AccessTokenProvider};
pub use self::sign_in::{
    BrowserAuthorization, DeviceAuthorization, MemoryStore, Person, SignInApplication, SignInStore, SignedIn,
    StoreError, UserSignIn,
};
pub(crate) use self::sign_in::{Endpoints, SignInServer};
pub(crate) use self::token_cache::TokenCache;
pub(crate) use self::token_request::TokenRequest;
