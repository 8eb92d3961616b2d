//! One request for an access token.

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use oauth2::basic::{BasicClient, BasicRequestTokenError};
use oauth2::{AuthType, ClientId, HttpRequest, HttpResponse, RequestTokenError, TokenResponse, TokenUrl};
use pingone_password_client::Attempt;

use super::{AccessToken, ClientAuthMethod, ClientCredentials};
use crate::error::{TokenError, TokenFailure};
use crate::headers;

/// Everything that a token request is made from.
pub(crate) struct TokenRequest {
    credentials: ClientCredentials,
    token_url: TokenUrl,
    http: reqwest::Client,
    response_limit: usize,
}

/// A token, and its lifetime if the server said it.
pub(super) struct NewToken {
    pub(super) token: AccessToken,
    pub(super) lifetime: Option<Duration>,
}

impl TokenRequest {
    pub(crate) fn new(
        credentials: ClientCredentials,
        token_url: TokenUrl,
        http: reqwest::Client,
        response_limit: usize,
    ) -> Self {
        Self { credentials, token_url, http, response_limit }
    }

    pub(super) async fn send(&self) -> Result<NewToken, TokenError> {
        let ClientCredentials { client_id, client_secret, auth_method, .. } = &self.credentials;
        let client = BasicClient::new(ClientId::new(client_id.clone()))
            .set_client_secret(oauth2::ClientSecret::new(client_secret.expose().to_owned()))
            .set_token_uri(self.token_url.clone())
            .set_auth_type(match auth_method {
                ClientAuthMethod::Basic => AuthType::BasicAuth,
                ClientAuthMethod::Post => AuthType::RequestBody,
            });
        // The OAuth library's errors have no status and no headers, so they are kept here.
        let failure = Arc::<Mutex<TokenFailure>>::default();
        let send = |request: HttpRequest| {
            let (http, response_limit, failure) = (self.http.clone(), self.response_limit, Arc::clone(&failure));
            async move {
                let (response, found) = exchange(&http, response_limit, request).await?;
                *failure.lock().unwrap_or_else(PoisonError::into_inner) = found;
                Ok(response)
            }
        };
        let result = client.exchange_client_credentials().request_async(&send).await;
        let failure = std::mem::take(&mut *failure.lock().unwrap_or_else(PoisonError::into_inner));
        let response = result.map_err(|error| token_error(error, failure))?;
        let token = AccessToken::from(response.access_token().secret().as_str());
        Ok(NewToken { token, lifetime: response.expires_in() })
    }
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { credentials, token_url, .. } = self;
        f.debug_struct("TokenRequest")
            .field("credentials", credentials)
            .field("token_url", token_url)
            .finish_non_exhaustive()
    }
}

/// Sends a request of the OAuth library with the client's own HTTP client and limits.
async fn exchange(
    http: &reqwest::Client,
    response_limit: usize,
    request: HttpRequest,
) -> Result<(HttpResponse, TokenFailure), reqwest::Error> {
    let mut request = reqwest::Request::try_from(request)?;
    for value in request.headers_mut().values_mut() {
        value.set_sensitive(true);
    }
    let attempt = Attempt::without_token(response_limit).describe("/{environmentId}/as/token", 0);
    let response = attempt.execute(http, request).await?;
    let status = response.status();
    let failure = TokenFailure {
        status: Some(status.as_u16()),
        correlation_id: response.correlation_id().map(str::to_owned),
        retry_after: headers::retry_after(response.headers()),
        is_transient: matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504),
        ..TokenFailure::default()
    };
    let mut http_response = HttpResponse::new(response.body().to_vec());
    *http_response.status_mut() = status;
    *http_response.headers_mut() = response.headers().clone();
    Ok((http_response, failure))
}

/// Converts an error of the OAuth library, leaving out the body that it quotes.
fn token_error(error: BasicRequestTokenError<reqwest::Error>, failure: TokenFailure) -> TokenError {
    match error {
        RequestTokenError::ServerResponse(response) => TokenFailure {
            error: Some(response.error().as_ref().to_owned()),
            description: response.error_description().cloned(),
            ..failure
        },
        RequestTokenError::Request(error) => {
            let is_transient = !error.is_builder();
            let source: Box<dyn StdError + Send + Sync> = error.without_url().into();
            TokenFailure { is_transient, source: Some(source), ..TokenFailure::default() }
        }
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => failure,
    }
    .into()
}
