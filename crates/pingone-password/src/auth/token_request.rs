//! One request for an access token: the client credentials grant of OAuth 2.0.
//!
//! Written out, because the OAuth library reads only responses that follow the standard to the letter.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use pingone_password_client::Scrubber;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::endpoint::{AuthEndpoint, AuthRequest};
use super::token_cache::IssueToken;
use super::token_response::{self, NewToken};
use super::{AccessToken, ClientAuthMethod, ClientCredentials};
use crate::error::TokenError;

/// Everything that a token request is made from.
#[derive(Debug)]
pub(crate) struct TokenRequest {
    credentials: ClientCredentials,
    endpoint: AuthEndpoint,
    scrubber: Arc<Scrubber>,
}

impl TokenRequest {
    pub(crate) fn new(credentials: ClientCredentials, endpoint: AuthEndpoint) -> Self {
        let basic = basic(&credentials);
        let scrubber = Arc::new(Scrubber::new([credentials.client_secret.expose(), &basic]));
        Self { credentials, endpoint, scrubber }
    }

    fn request(&self) -> AuthRequest {
        let ClientCredentials { client_id, client_secret, auth_method, .. } = &self.credentials;
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        let authorization = match auth_method {
            // Base64 fits into a header.
            ClientAuthMethod::Basic => HeaderValue::try_from(format!("Basic {}", basic(&self.credentials))).ok(),
            ClientAuthMethod::Post => {
                form.append_pair("client_id", client_id).append_pair("client_secret", client_secret.expose());
                None
            }
        };
        AuthRequest::Form { form: form.finish(), authorization }
    }
}

impl IssueToken for TokenRequest {
    async fn issue(&self, _: Option<AccessToken>) -> Result<NewToken, TokenError> {
        let response = self.endpoint.send(self.request(), Arc::clone(&self.scrubber)).await?;
        token_response::parse(response, self.endpoint.host(), Some(self.credentials.auth_method))
    }
}

/// The credentials for HTTP Basic, encoded as [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1) says. The
/// characters that are unreserved in URLs stay as they are: some servers don't decode.
fn basic(credentials: &ClientCredentials) -> String {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace("%7E", "~");
    let ClientCredentials { client_id, client_secret, .. } = credentials;
    STANDARD.encode(format!("{}:{}", encode(client_id), encode(client_secret.expose())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unreserved_characters_stay_in_basic() {
        let credentials = ClientCredentials::new("id-._~", "a~b.c-d_e/f+g h:i%");
        assert_eq!(STANDARD.decode(basic(&credentials)).unwrap(), b"id-._~:a~b.c-d_e%2Ff%2Bg+h%3Ai%25");
    }
}
