//! The authorization server, as the application that people sign in with talks to it.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;
use pingone_password_client::{Scrubber, Secret};
use serde_json::{Map, Value};
use url::Url;
use url::form_urlencoded::Serializer;

use super::super::AccessToken;
use super::super::endpoint::{AuthEndpoint, AuthRequest};
use super::super::token_response::{self, NewToken};
use super::{Person, SignInApplication};
use crate::error::{TokenError, TokenFailure};
use crate::sleep::Sleep;

/// The endpoints of the authorization server.
#[derive(Debug)]
pub(crate) struct Endpoints {
    pub(crate) authorize: Url,
    pub(crate) token: AuthEndpoint,
    pub(crate) device_authorization: AuthEndpoint,
    pub(crate) user_info: AuthEndpoint,
}

/// The authorization server of an application.
pub(crate) struct SignInServer {
    pub(super) client_id: String,
    pub(super) scopes: String,
    endpoints: Endpoints,
    pub(super) sleep: Sleep,
}

impl SignInServer {
    pub(crate) fn new(application: SignInApplication, endpoints: Endpoints, sleep: Sleep) -> Self {
        let SignInApplication { client_id, scopes, .. } = application;
        Self { client_id, scopes, endpoints, sleep }
    }

    /// Names the application and the server that issue the tokens.
    pub(super) fn issuer(&self) -> String {
        format!("{} at {}", self.client_id, self.endpoints.token.url)
    }

    pub(super) fn authorize_url(&self) -> Url {
        self.endpoints.authorize.clone()
    }

    pub(super) async fn redeem_code(
        &self,
        code: &Secret,
        verifier: &Secret,
        redirect_uri: &str,
    ) -> Result<NewToken, TokenError> {
        let parameters = [
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("code_verifier", verifier.expose()),
            ("redirect_uri", redirect_uri),
        ];
        self.request_token(&parameters, [code, verifier]).await
    }

    pub(super) async fn redeem_device_code(&self, code: &Secret) -> Result<NewToken, TokenError> {
        let grant_type = "urn:ietf:params:oauth:grant-type:device_code";
        self.request_token(&[("grant_type", grant_type), ("device_code", code.expose())], [code]).await
    }

    /// Refreshes an access token. A refused refresh token ends the sign-in.
    pub(super) async fn refresh(&self, token: &Secret) -> Result<NewToken, TokenError> {
        let parameters = [("grant_type", "refresh_token"), ("refresh_token", token.expose())];
        self.request_token(&parameters, [token]).await.map_err(|error| {
            let TokenFailure { response, api_error, .. } = error.failure();
            if api_error.as_ref().and_then(|error| error.code.as_deref()) != Some("invalid_grant") {
                return error;
            }
            TokenFailure {
                response: response.clone(),
                api_error: api_error.clone(),
                reason: Some(format!("the sign-in has ended: {} refused to refresh it", self.endpoints.token.host())),
                ..TokenFailure::sign_in_required()
            }
            .into()
        })
    }

    async fn request_token<const N: usize>(
        &self,
        parameters: &[(&str, &str)],
        secrets: [&Secret; N],
    ) -> Result<NewToken, TokenError> {
        let scrubber = Arc::new(Scrubber::new(secrets.into_iter().map(Secret::expose)));
        let endpoint = &self.endpoints.token;
        let response = endpoint.send(self.form(parameters), scrubber).await?;
        token_response::parse(response, endpoint.host(), None)
    }

    /// Starts a device authorization.
    pub(super) async fn authorize_device<T>(
        &self,
        read: impl FnOnce(&Map<String, Value>) -> Result<T, String>,
    ) -> Result<T, TokenError> {
        let endpoint = &self.endpoints.device_authorization;
        let response = endpoint.send(self.form(&[("scope", &self.scopes)]), Arc::default()).await?;
        token_response::parse_as(response, endpoint.host(), "a device code", None, read)
    }

    /// Asks whom an access token stands for.
    pub(super) async fn person(&self, token: &AccessToken) -> Result<Person, TokenError> {
        let endpoint = &self.endpoints.user_info;
        let authorization = token.to_header().unwrap_or_else(|| HeaderValue::from_static(""));
        let response = endpoint.send(AuthRequest::Get { authorization }, token.scrubber()).await?;
        token_response::parse_as(response, endpoint.host(), "the name of the person", None, Person::of)
    }

    fn form(&self, parameters: &[(&str, &str)]) -> AuthRequest {
        let mut form = Serializer::new(String::new());
        form.append_pair("client_id", &self.client_id).extend_pairs(parameters);
        AuthRequest::Form { form: form.finish(), authorization: None }
    }
}

impl fmt::Debug for SignInServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client_id, scopes, endpoints, .. } = self;
        f.debug_struct("SignInServer")
            .field("client_id", client_id)
            .field("scopes", scopes)
            .field("endpoints", endpoints)
            .finish_non_exhaustive()
    }
}
