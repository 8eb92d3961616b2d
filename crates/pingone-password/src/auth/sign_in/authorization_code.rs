//! The authorization code grant with PKCE, over a redirect to this computer
//! ([RFC 8252](https://www.rfc-editor.org/rfc/rfc8252)).

use std::fmt;
use std::sync::Arc;

use pingone_password_client::Secret;
use url::Url;

use super::loopback::Redirect;
use super::random::{challenge, random};
use super::session::Session;
use super::{SignedIn, id_token};
use crate::error::{SignInError, SignInErrorKind};

/// A sign-in that waits for a person in a browser. Created by
/// [`UserSignIn::authorize_in_browser`](super::UserSignIn::authorize_in_browser).
#[must_use = "nobody is signed in until `wait` returns"]
pub struct BrowserAuthorization {
    session: Arc<Session>,
    redirect: Redirect,
    url: Url,
    state: Secret,
    nonce: Secret,
    verifier: Secret,
}

/// Listens for the redirect. Port 0 is any free one.
pub(super) async fn authorize(session: Arc<Session>, port: u16) -> Result<BrowserAuthorization, SignInError> {
    let (state, nonce, verifier) = (random()?, random()?, random()?);
    let redirect = Redirect::listen(port).await?;
    let server = &session.server;
    let mut url = server.authorize_url();
    url.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", &server.client_id),
        ("redirect_uri", redirect.uri()),
        ("scope", &server.scopes),
        ("state", state.expose()),
        ("nonce", nonce.expose()),
        ("code_challenge", &challenge(&verifier)),
        ("code_challenge_method", "S256"),
    ]);
    Ok(BrowserAuthorization { session, redirect, url, state, nonce, verifier })
}

impl BrowserAuthorization {
    /// Returns the page that the person opens, in a browser on this computer.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// Waits until the browser returns from the sign-in, and stores the tokens.
    ///
    /// Waits without a limit: use [`tokio::time::timeout`](https://docs.rs/tokio/latest/tokio/time/fn.timeout.html). One request
    /// ends the wait: a `GET` to the redirect URI, for its host, with the state of this sign-in. All others are refused.
    ///
    /// # Errors
    ///
    /// [`Denied`](SignInErrorKind::Denied), or what the server or the store said.
    pub async fn wait(self) -> Result<SignedIn, SignInError> {
        let Self { session, redirect, state, nonce, verifier, .. } = self;
        let uri = redirect.uri().to_owned();
        let code = redirect.wait(&state).await?;
        let server = &session.server;
        let token = server.redeem_code(&code, &verifier, &uri).await?;
        let wants_id_token = server.scopes.split_whitespace().any(|scope| scope == "openid");
        let problem = match &token.id_token {
            Some(id_token) => id_token::problem(id_token, &server.client_id, &nonce),
            None => wants_id_token.then_some("issued no ID token, although the scope is openid"),
        };
        match problem {
            Some(problem) => {
                Err(SignInError::new(SignInErrorKind::Server, format!("the authorization server {problem}")))
            }
            None => session.begin(&token).await,
        }
    }
}

impl fmt::Debug for BrowserAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrowserAuthorization").field("redirect_uri", &self.redirect.uri()).finish_non_exhaustive()
    }
}
