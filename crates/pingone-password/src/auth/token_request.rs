//! One request for an access token: the client credentials grant of OAuth 2.0.
//!
//! Written out, because the OAuth library reads only responses that follow the standard to the letter.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use pingone_password_client::{Attempt, Scrubber};
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::token_response::{self, NewToken};
use super::{ClientAuthMethod, ClientCredentials};
use crate::connections::Connections;
use crate::endpoint::Endpoint;
use crate::error::TokenError;

/// Everything that a token request is made from.
pub(crate) struct TokenRequest {
    credentials: ClientCredentials,
    url: Url,
    endpoint: Endpoint,
    connections: Arc<Connections>,
    response_limit: usize,
    scrubber: Arc<Scrubber>,
}

impl TokenRequest {
    pub(crate) fn new(
        credentials: ClientCredentials,
        url: Url,
        endpoint: Endpoint,
        connections: Arc<Connections>,
        response_limit: usize,
    ) -> Self {
        let basic = basic(&credentials);
        let scrubber = Arc::new(Scrubber::new([credentials.client_secret.expose(), &basic]));
        Self { credentials, url, endpoint, connections, response_limit, scrubber }
    }

    pub(super) async fn send(&self) -> Result<NewToken, TokenError> {
        let http = self.connections.current();
        let failed = |error| TokenError::transport(&self.endpoint, error);
        let request = self.build(&http).map_err(failed)?;
        let attempt = Attempt::without_token(self.response_limit)
            .scrub(Arc::clone(&self.scrubber))
            .describe("/{environmentId}/as/token", 0);
        let kept = attempt.clone();
        let result = attempt.execute(&http, request).await;
        drop(attempt);
        // A response that broke off is still a response.
        let response = match (kept.into_response(), result) {
            (Some(response), _) | (None, Ok(response)) => response,
            (None, Err(error)) => return Err(failed(error)),
        };
        let host = self.url.host_str().unwrap_or_default();
        token_response::parse(response, host, self.credentials.auth_method)
    }

    fn build(&self, http: &reqwest::Client) -> reqwest::Result<reqwest::Request> {
        let ClientCredentials { client_id, client_secret, auth_method, .. } = &self.credentials;
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        let mut request = http
            .post(self.url.clone())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        match auth_method {
            ClientAuthMethod::Basic => {
                request = request.header(AUTHORIZATION, format!("Basic {}", basic(&self.credentials)));
            }
            ClientAuthMethod::Post => {
                form.append_pair("client_id", client_id).append_pair("client_secret", client_secret.expose());
            }
        }
        let mut request = request.body(form.finish()).build()?;
        for value in request.headers_mut().values_mut() {
            value.set_sensitive(true);
        }
        Ok(request)
    }
}

/// The credentials for HTTP Basic, encoded as [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1) says. The
/// characters that are unreserved in URLs stay as they are: some servers don't decode.
fn basic(credentials: &ClientCredentials) -> String {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace("%7E", "~");
    let ClientCredentials { client_id, client_secret, .. } = credentials;
    STANDARD.encode(format!("{}:{}", encode(client_id), encode(client_secret.expose())))
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { credentials, url, .. } = self;
        f.debug_struct("TokenRequest")
            .field("credentials", credentials)
            .field("url", &url.as_str())
            .finish_non_exhaustive()
    }
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
