//! The sign-in of a person, with the settings of a client.

use std::sync::Arc;

use url::Url;

use super::ClientBuilder;
use super::builder::token_endpoint;
use crate::auth::{AuthEndpoint, Endpoints, SignInApplication, SignInServer, SignInStore, UserSignIn};
use crate::endpoint::Endpoint;
use crate::error::{Error, Problem, Result};

impl ClientBuilder {
    /// Creates the sign-in of a person, with this builder's region, proxy, timeouts and other settings. Sends nothing.
    ///
    /// Pass the result to [`access_token_provider`](Self::access_token_provider).
    ///
    /// # Errors
    ///
    /// An error of the kind [`Configuration`](crate::ErrorKind::Configuration) if a setting is missing or invalid.
    pub fn sign_in(&self, application: SignInApplication, store: impl SignInStore) -> Result<UserSignIn> {
        let failed = |problem| Error::configuration(vec![problem]);
        if application.client_id.trim().is_empty() {
            return Err(failed(Problem::NoClientId));
        }
        let SignInApplication { environment, auth_url, token_url, .. } = &application;
        let environment = environment.unwrap_or(self.environment_id);
        let url = token_endpoint(environment, auth_url.as_deref(), token_url.as_deref(), self.region)
            .unwrap_or(Err(vec![Problem::NoSignInUrl]))
            .map_err(Error::configuration)?;
        let is_https = url.scheme() == "https";
        let endpoint = Endpoint::new(&url, self.http.proxy_for(&url).map_err(failed)?.as_ref());
        let connections = self.http.clone().connections(is_https, is_https).map_err(failed)?;
        let response_limit = self.response_limit;
        let at = |url, template| {
            let (endpoint, connections) = (endpoint.clone(), Arc::clone(&connections));
            AuthEndpoint { url, template, endpoint, connections, response_limit }
        };
        let beside = |name| beside(&url, name).ok_or_else(|| failed(Problem::InvalidUrl("token URL")));
        let endpoints = Endpoints {
            authorize: beside("authorize")?,
            device_authorization: at(beside("device_authorization")?, "/{environmentId}/as/device_authorization"),
            user_info: at(beside("userinfo")?, "/{environmentId}/as/userinfo"),
            token: at(url.clone(), "/{environmentId}/as/token"),
        };
        Ok(UserSignIn::new(SignInServer::new(application, endpoints, self.sleep.clone()), store))
    }
}

/// Returns the URL of another endpoint beside the token endpoint.
fn beside(token_url: &Url, name: &str) -> Option<Url> {
    let base = token_url.as_str().trim_end_matches('/').strip_suffix("/token")?;
    Url::parse(&format!("{base}/{name}")).ok()
}
