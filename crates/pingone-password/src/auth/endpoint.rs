//! An endpoint of the authorization server.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use pingone_password_client::{Attempt, RawResponse, Scrubber};
use url::Url;

use crate::connections::Connections;
use crate::endpoint::Endpoint;
use crate::error::TokenError;

/// An endpoint of the authorization server, and how to reach it.
pub(crate) struct AuthEndpoint {
    pub(crate) url: Url,
    /// The path as logs show it.
    pub(crate) template: &'static str,
    pub(crate) endpoint: Endpoint,
    pub(crate) connections: Arc<Connections>,
    pub(crate) response_limit: usize,
}

/// The requests that endpoints receive.
pub(super) enum AuthRequest {
    /// A form, with an `Authorization` if the application has a secret.
    Form { form: String, authorization: Option<HeaderValue> },
    /// A `GET` with an access token.
    Get { authorization: HeaderValue },
}

impl AuthEndpoint {
    /// Sends a request. The scrubber removes the request's secrets from the response.
    pub(super) async fn send(&self, request: AuthRequest, scrubber: Arc<Scrubber>) -> Result<RawResponse, TokenError> {
        let http = self.connections.current();
        let failed = |error| TokenError::transport(&self.endpoint, error);
        let request = self.build(&http, request).map_err(failed)?;
        let attempt = Attempt::without_token(self.response_limit).scrub(scrubber).describe(self.template, 0);
        let kept = attempt.clone();
        let result = attempt.execute(&http, request).await;
        drop(attempt);
        // A response that broke off is still a response.
        match (kept.into_response(), result) {
            (Some(response), _) | (None, Ok(response)) => Ok(response),
            (None, Err(error)) => Err(failed(error)),
        }
    }

    fn build(&self, http: &reqwest::Client, request: AuthRequest) -> reqwest::Result<reqwest::Request> {
        let builder = match request {
            AuthRequest::Form { form, authorization } => {
                let builder =
                    http.post(self.url.clone()).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
                authorization.into_iter().fold(builder, |builder, value| builder.header(AUTHORIZATION, value))
            }
            AuthRequest::Get { authorization } => http.get(self.url.clone()).header(AUTHORIZATION, authorization),
        };
        let mut request = builder.header(ACCEPT, "application/json").build()?;
        for value in request.headers_mut().values_mut() {
            value.set_sensitive(true);
        }
        Ok(request)
    }

    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

impl fmt::Debug for AuthEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str())
    }
}
