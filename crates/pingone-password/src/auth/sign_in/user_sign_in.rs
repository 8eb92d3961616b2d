//! The access tokens of a person who signed in.

use std::sync::Arc;

use super::super::{AccessToken, AccessTokenFuture, AccessTokenProvider};
use super::authorization_code::{self, BrowserAuthorization};
use super::device::{self, DeviceAuthorization};
use super::session::Session;
use super::{Person, SignInServer, SignInStore, SignedIn};
use crate::error::SignInError;

/// Signs a person in, and provides access tokens with the *person's* roles, so that PingOne's audit names the person.
///
/// Created by [`ClientBuilder::sign_in`](crate::ClientBuilder::sign_in). Clones share the sign-in. The tokens are refreshed ahead
/// of their expiry, one refresh at a time, and a new refresh token is stored before it is used. Once that fails for good, calls
/// fail with an error that [needs a sign-in](crate::Error::needs_sign_in).
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use pingone_password::{Client, EnvironmentId, MemoryStore, Region, SignInApplication};
///
/// let users: EnvironmentId = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6".parse()?;
/// let administrators: EnvironmentId = "f0b1a3de-3e5c-4b4e-8d6f-2d2f0c1f3a55".parse()?;
/// let builder = Client::builder(users).region(Region::Europe);
/// let application = SignInApplication::new("7c3f…").environment(administrators);
/// let sign_in = builder.sign_in(application, MemoryStore::default())?;
///
/// let device = sign_in.authorize_device().await?;
/// println!("Open {} and enter {}", device.verification_uri(), device.user_code());
/// let signed_in = device.wait().await?;
/// println!("Signed in as {}", signed_in.person.map_or("someone".into(), |person| person.label().to_owned()));
///
/// let client = builder.access_token_provider(sign_in).build()?;
/// # drop(client);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct UserSignIn {
    session: Arc<Session>,
}

impl UserSignIn {
    pub(crate) fn new(server: SignInServer, store: impl SignInStore) -> Self {
        Self { session: Arc::new(Session::new(server, Arc::new(store))) }
    }

    /// Starts a sign-in on another device: the device authorization grant.
    ///
    /// # Errors
    ///
    /// What the authorization server said, or why it didn't respond.
    pub async fn authorize_device(&self) -> Result<DeviceAuthorization, SignInError> {
        device::authorize(Arc::clone(&self.session)).await
    }

    /// Starts a sign-in in a browser on this computer: the authorization code grant with PKCE.
    ///
    /// The browser returns to `http://127.0.0.1:{port}/callback`, which must be a redirect URI of the application. Port 0 is any
    /// free one.
    ///
    /// # Errors
    ///
    /// Fails if the port isn't free.
    pub async fn authorize_in_browser(&self, port: u16) -> Result<BrowserAuthorization, SignInError> {
        authorization_code::authorize(Arc::clone(&self.session), port).await
    }

    /// Returns the sign-in that is stored. Sends nothing, so it may have ended on the server.
    ///
    /// # Errors
    ///
    /// Fails if the store does.
    pub async fn current(&self) -> Result<Option<SignedIn>, SignInError> {
        Ok(self.session.refresher.current().await?)
    }

    /// Asks the authorization server who is signed in, with an access token that is refreshed if necessary.
    ///
    /// # Errors
    ///
    /// Fails if nobody is signed in, or with what the server or the store said.
    pub async fn person(&self) -> Result<Person, SignInError> {
        let token = self.session.cache.access_token().await?;
        match self.session.server.person(&token).await {
            Err(error) if error.failure().response.as_ref().is_some_and(|response| response.status() == 401) => {
                self.session.cache.invalidate(&token);
                let token = self.session.cache.access_token().await?;
                Ok(self.session.server.person(&token).await?)
            }
            result => Ok(result?),
        }
    }

    /// Forgets the tokens, in memory and in the store. Returns whether there were any.
    ///
    /// PingOne can't [revoke](https://developer.pingidentity.com/pingone-api/auth/openid-connect-oauth-2/token-intro.html) tokens
    /// for its API: a copy of them stays valid until it expires.
    ///
    /// # Errors
    ///
    /// Fails if the store does.
    pub async fn sign_out(&self) -> Result<bool, SignInError> {
        self.session.cache.clear();
        Ok(self.session.refresher.end().await?)
    }
}

impl AccessTokenProvider for UserSignIn {
    fn access_token(&self) -> AccessTokenFuture<'_> {
        self.session.cache.access_token()
    }

    fn invalidate(&self, token: &AccessToken) -> bool {
        self.session.cache.invalidate(token)
    }
}
