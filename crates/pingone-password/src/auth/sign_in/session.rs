//! A sign-in under way or complete, shared by everything that belongs to it.

use std::sync::Arc;

use super::super::token_cache::TokenCache;
use super::super::token_response::NewToken;
use super::refresh::Refresher;
use super::{SignInServer, SignInStore, SignedIn};
use crate::error::SignInError;

/// The authorization server, the stored tokens, and the access token in memory.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) server: Arc<SignInServer>,
    pub(super) refresher: Arc<Refresher>,
    pub(super) cache: TokenCache<Arc<Refresher>>,
}

impl Session {
    pub(super) fn new(server: SignInServer, store: Arc<dyn SignInStore>) -> Self {
        let server = Arc::new(server);
        let refresher = Arc::new(Refresher::new(Arc::clone(&server), store));
        Self { server, cache: TokenCache::new(Arc::clone(&refresher)), refresher }
    }

    /// Takes over the tokens of a new sign-in.
    pub(super) async fn begin(&self, token: &NewToken) -> Result<SignedIn, SignInError> {
        let signed_in = self.refresher.begin(token).await?;
        self.cache.clear();
        Ok(signed_in)
    }
}
