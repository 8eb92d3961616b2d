//! The sign-in of a person, as the settings describe it.

use pingone_password::{ClientBuilder, EnvironmentId, SignInApplication, UserSignIn};

use super::setting::{Sourced, TOKEN_STORE};
use super::settings::{Settings, invalid};
use crate::sign_in::{Place, TokenStore};

/// The sign-in of a person, and where its tokens are kept.
#[derive(Clone, Debug)]
pub(crate) struct SignIn {
    pub(crate) sign_in: UserSignIn,
    pub(crate) store: TokenStore,
}

impl SignIn {
    /// Takes the rest of the settings from a client.
    pub(super) fn new(
        settings: &Settings,
        client_id: &Sourced<String>,
        environment: Option<EnvironmentId>,
        builder: &ClientBuilder,
    ) -> Result<Self, String> {
        let mut application = SignInApplication::new(client_id.value.trim());
        if let Some(environment) = environment {
            application = application.environment(environment);
        }
        if let Some(auth_url) = settings.instead_of_region(settings.auth_url.as_ref()) {
            application = application.auth_url(auth_url);
        }
        if let Some(token_url) = settings.token_url() {
            application = application.token_url(token_url);
        }
        let store = settings.token_store()?;
        let sign_in = builder.sign_in(application, store.clone()).map_err(|error| error.to_string())?;
        Ok(Self { sign_in, store })
    }
}

impl Settings {
    fn token_store(&self) -> Result<TokenStore, String> {
        let place = match &self.token_store {
            None => Place::Keychain,
            Some(found) => match found.value.as_str() {
                "keychain" => Place::Keychain,
                "file" => Place::File,
                _ => return Err(invalid(TOKEN_STORE, &found.origin, "expected `keychain` or `file`")),
            },
        };
        let store = TokenStore::new(place, &self.profile_name);
        store.ok_or_else(|| "there is no home directory, in which a sign-in is kept".to_owned())
    }
}
