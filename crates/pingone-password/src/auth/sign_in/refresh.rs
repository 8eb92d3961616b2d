//! The tokens of a sign-in: loaded, refreshed and stored.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use pingone_password_client::Secret;
use tokio::sync::Mutex;

use super::super::AccessToken;
use super::super::token_cache::IssueToken;
use super::super::token_response::NewToken;
use super::server::SignInServer;
use super::stored::Stored;
use super::{SignInStore, SignedIn, StoreError};
use crate::error::{TokenError, TokenFailure};

/// A stored access token is used if it is valid for longer than this.
const MARGIN: Duration = Duration::from_secs(60);

/// Loads, refreshes and stores the tokens of a sign-in.
#[derive(Debug)]
pub(super) struct Refresher {
    server: Arc<SignInServer>,
    store: Arc<dyn SignInStore>,
    /// Held by the task that refreshes. Holds new tokens that could not be stored: the server has forgotten the old ones.
    unsaved: Mutex<Option<Stored>>,
    /// The refresh token that the server refused last, which is not sent again.
    refused: Mutex<Option<Secret>>,
}

impl Refresher {
    pub(super) fn new(server: Arc<SignInServer>, store: Arc<dyn SignInStore>) -> Self {
        Self { server, store, unsaved: Mutex::default(), refused: Mutex::default() }
    }

    /// Stores the tokens of a new sign-in.
    pub(super) async fn begin(&self, token: &NewToken) -> Result<SignedIn, TokenError> {
        let person = self.server.person(&token.token).await.ok();
        let stored = Stored::new(self.server.issuer(), token, person, SystemTime::now());
        let mut unsaved = self.unsaved.lock().await;
        let _guard = self.blocking(SignInStore::lock).await?;
        self.save(&stored).await?;
        *unsaved = None;
        Ok(stored.summary())
    }

    /// Returns the sign-in that is stored.
    pub(super) async fn current(&self) -> Result<Option<SignedIn>, TokenError> {
        Ok(self.load().await?.map(|stored| stored.summary()))
    }

    /// Forgets the tokens. Returns whether there were any.
    pub(super) async fn end(&self) -> Result<bool, TokenError> {
        let mut unsaved = self.unsaved.lock().await;
        let _guard = self.blocking(SignInStore::lock).await?;
        let had_unsaved = unsaved.take().is_some();
        let had_tokens = self.blocking(SignInStore::load).await?.is_some();
        self.blocking(SignInStore::clear).await?;
        Ok(had_tokens || had_unsaved)
    }

    async fn refresh(&self, last: Option<AccessToken>) -> Result<NewToken, TokenError> {
        let mut unsaved = self.unsaved.lock().await;
        // Other processes wait from here on.
        let _guard = self.blocking(SignInStore::lock).await?;
        let now = SystemTime::now();
        if let Some(stored) = unsaved.as_ref() {
            self.save(stored).await?;
            let token = of(stored, now);
            *unsaved = None;
            return Ok(token);
        }
        let Some(stored) = self.load().await? else { return Err(not_signed_in("nobody is signed in")) };
        // Another process may have refreshed the last token already.
        let is_last = last.is_some_and(|last| last.expose() == stored.access_token().expose());
        if !is_last && stored.remaining(now) > MARGIN {
            return Ok(of(&stored, now));
        }
        let Some(refresh_token) = &stored.refresh_token else {
            return Err(not_signed_in("the sign-in has expired, and the application issues no refresh tokens"));
        };
        let mut refused = self.refused.lock().await;
        if refused.as_ref().is_some_and(|refused| refused.expose() == refresh_token.expose()) {
            return Err(not_signed_in("the sign-in has ended"));
        }
        let token = self.server.refresh(refresh_token).await.inspect_err(|error| {
            *refused = Some(refresh_token.clone()).filter(|_| error.needs_sign_in());
        })?;
        let stored = stored.refreshed(&token, now);
        // Stored before it is used: from now on the server takes a use of the old refresh token for a theft.
        if let Err(error) = self.save(&stored).await {
            *unsaved = Some(stored);
            return Err(error);
        }
        Ok(token)
    }

    async fn load(&self) -> Result<Option<Stored>, TokenError> {
        let text = self.blocking(SignInStore::load).await?;
        Ok(text.and_then(|text| Stored::read(&text, &self.server.issuer())))
    }

    async fn save(&self, stored: &Stored) -> Result<(), TokenError> {
        let text = stored.to_text().ok_or_else(|| store_failed("the tokens can't be written as JSON".into()))?;
        self.blocking(move |store| store.store(&text)).await
    }

    /// Calls the store on a thread that may block.
    async fn blocking<T: Send + 'static>(
        &self,
        call: impl FnOnce(&dyn SignInStore) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, TokenError> {
        let store = Arc::clone(&self.store);
        match tokio::task::spawn_blocking(move || call(&*store)).await {
            Ok(result) => result.map_err(store_failed),
            Err(error) => Err(store_failed(error.into())),
        }
    }
}

impl IssueToken for Arc<Refresher> {
    /// Runs in a task of its own: a refresh that the caller no longer waits for must still be stored.
    async fn issue(&self, last: Option<AccessToken>) -> Result<NewToken, TokenError> {
        let refresher = Arc::clone(self);
        tokio::spawn(async move { refresher.refresh(last).await })
            .await
            .unwrap_or_else(|error| Err(TokenError::transient(error)))
    }
}

fn of(stored: &Stored, now: SystemTime) -> NewToken {
    let lifetime = Some(stored.remaining(now));
    NewToken { token: stored.access_token(), lifetime, refresh_token: None, id_token: None }
}

fn not_signed_in(reason: &str) -> TokenError {
    TokenFailure { reason: Some(reason.to_owned()), ..TokenFailure::sign_in_required() }.into()
}

fn store_failed(error: StoreError) -> TokenError {
    TokenFailure {
        reason: Some(format!("the store of the sign-in failed: {error}")),
        advice: Some("Check the store of the sign-in, such as the keychain, then try again."),
        is_transient: true,
        is_store: true,
        source: Some(error),
        ..TokenFailure::default()
    }
    .into()
}
