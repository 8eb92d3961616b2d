//! The application that people sign in with.

use crate::EnvironmentId;

/// The application that people sign in with: a public client of OAuth 2.0, which has no secret.
///
/// In PingOne, the application needs the token endpoint authentication method `None`, the grant type *Device Authorization*
/// for [`authorize_device`](crate::UserSignIn::authorize_device), or *Authorization Code* with PKCE `S256_REQUIRED` and the
/// redirect URI `http://127.0.0.1:7464/callback` for [`authorize_in_browser`](crate::UserSignIn::authorize_in_browser); and
/// *Refresh Token*, if sign-ins should outlive an access token. It needs no role: with a person's token, the roles of the person
/// count.
///
/// The vendor's pages: [device authorization](https://developer.pingidentity.com/pingone-api/auth/openid-connect-oauth-2/device-authorization-grant/authorize-device.html),
/// [role assignments](https://developer.pingidentity.com/pingone-api/foundations/pingone-roles-scopes-and-permissions/administrator-permissions-and-role-assignments.html),
/// [refresh tokens](https://docs.pingidentity.com/pingone/applications/p1_refresh_tokens.html).
#[derive(Clone, Debug)]
pub struct SignInApplication {
    pub(crate) client_id: String,
    pub(crate) environment: Option<EnvironmentId>,
    pub(crate) auth_url: Option<String>,
    pub(crate) token_url: Option<String>,
    pub(crate) scopes: String,
}

impl SignInApplication {
    /// Creates an application from its client ID.
    pub fn new(client_id: impl Into<String>) -> Self {
        let scopes = "openid".to_owned();
        Self { client_id: client_id.into(), environment: None, auth_url: None, token_url: None, scopes }
    }

    /// Sets the environment of the application and of the people who sign in. Defaults to the client's environment.
    #[must_use]
    pub fn environment(self, environment: EnvironmentId) -> Self {
        Self { environment: Some(environment), ..self }
    }

    /// Sets the base URL of the authorization server, to which the environment ID and `/as` are appended. Defaults to that of the
    /// client's [region](crate::ClientBuilder::region).
    #[must_use]
    pub fn auth_url(self, auth_url: impl Into<String>) -> Self {
        Self { auth_url: Some(auth_url.into()), ..self }
    }

    /// Sets the URL of the token endpoint, which ends with `/token`. The other endpoints are beside it. Takes precedence over
    /// [`auth_url`](Self::auth_url).
    #[must_use]
    pub fn token_url(self, token_url: impl Into<String>) -> Self {
        Self { token_url: Some(token_url.into()), ..self }
    }

    /// Sets the scopes, separated by spaces. Defaults to `openid`: PingOne issues a refresh token if the application has that
    /// grant type, and roles, not scopes, decide what a token may do.
    #[must_use]
    pub fn scopes(self, scopes: impl Into<String>) -> Self {
        Self { scopes: scopes.into(), ..self }
    }
}
