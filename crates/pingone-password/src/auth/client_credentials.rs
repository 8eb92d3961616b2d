//! The credentials of a worker application.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::EnvironmentId;

/// The credentials of a worker application, for the OAuth 2.0 client credentials grant.
///
/// A client with these credentials requests an access token when it first needs one, caches it, and refreshes it shortly
/// before it expires. All clones of the client share the token, and concurrent calls share one token request.
///
/// The vendor's pages: [worker applications](https://developer.pingidentity.com/pingone-api/foundations/authentication-concepts/authorization-and-authentication-by-application-type/worker-applications.html),
/// [Token Admin App (client_credentials)](https://developer.pingidentity.com/pingone-api/auth/openid-connect-oauth-2/token-admin-app-client_credentials.html).
///
/// ```
/// use pingone_password::{Client, ClientCredentials, EnvironmentId, Region};
///
/// let users: EnvironmentId = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6".parse()?;
/// let administrators: EnvironmentId = "f0b1a3de-3e5c-4b4e-8d6f-2d2f0c1f3a55".parse()?;
/// let credentials = ClientCredentials::new("7c3f…", "2Sf…").environment(administrators);
/// let client = Client::builder(users).region(Region::Europe).client_credentials(credentials).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    pub(crate) client_id: String,
    pub(crate) client_secret: ClientSecret,
    pub(crate) environment: Option<EnvironmentId>,
    pub(crate) auth_url: Option<String>,
    pub(crate) token_url: Option<String>,
    pub(crate) auth_method: ClientAuthMethod,
}

/// How a worker application authenticates at the token endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientAuthMethod {
    /// `client_secret_basic`: the client ID and secret are sent in the `Authorization` header.
    #[default]
    Basic,
    /// `client_secret_post`: the client ID and secret are sent in the body.
    Post,
}

impl ClientCredentials {
    /// Creates credentials from the client ID and the client secret of a worker application.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<ClientSecret>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            environment: None,
            auth_url: None,
            token_url: None,
            auth_method: ClientAuthMethod::default(),
        }
    }

    /// Sets the environment of the worker application. Defaults to the client's environment.
    #[must_use]
    pub fn environment(self, environment: EnvironmentId) -> Self {
        Self { environment: Some(environment), ..self }
    }

    /// Sets the base URL of the authorization server, to which the environment ID and `/as/token` are appended. Defaults to
    /// that of the client's [region](crate::ClientBuilder::region).
    #[must_use]
    pub fn auth_url(self, auth_url: impl Into<String>) -> Self {
        Self { auth_url: Some(auth_url.into()), ..self }
    }

    /// Sets the URL of the token endpoint. Takes precedence over [`auth_url`](Self::auth_url).
    ///
    /// With a [custom domain], the token endpoint is `https://{customDomain}/as/token`, without an environment ID.
    ///
    /// [custom domain]: https://developer.pingidentity.com/pingone-api/platform/custom-domains.html
    #[must_use]
    pub fn token_url(self, token_url: impl Into<String>) -> Self {
        Self { token_url: Some(token_url.into()), ..self }
    }

    /// Sets how the worker application authenticates, which must match its *token endpoint authentication method* in PingOne.
    /// Defaults to [`ClientAuthMethod::Basic`].
    #[must_use]
    pub fn auth_method(self, auth_method: ClientAuthMethod) -> Self {
        Self { auth_method, ..self }
    }
}

/// The client secret of a worker application. `Debug` redacts it, and it is zeroized on drop.
///
/// The header or body that is made from it for a token request is not zeroized.
///
/// A response that quotes the secret is scrubbed of it, unless the secret has fewer than 8 bytes.
#[derive(Clone)]
pub struct ClientSecret(SecretString);

impl ClientSecret {
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for ClientSecret {
    fn from(secret: String) -> Self {
        Self(secret.into())
    }
}

impl From<&str> for ClientSecret {
    fn from(secret: &str) -> Self {
        Self(secret.into())
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret([REDACTED])")
    }
}
