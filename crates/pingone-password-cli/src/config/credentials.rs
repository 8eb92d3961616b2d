//! The credentials that are used: an access token, a worker application, or a person who signed in.

use secrecy::SecretString;

use super::secret::{self, ReadSecretError, Secret};
use super::setting::{ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, SIGN_IN_CLIENT_ID, Setting, Source, Sourced};
use super::settings::{Settings, invalid};
use crate::terminal::plain;

/// The credentials that are used.
pub(super) enum Credentials<'a> {
    Token(&'a Sourced<Secret>),
    Worker {
        id: &'a Sourced<String>,
        secret: Sourced<Secret>,
    },
    /// A person who signed in.
    SignIn(&'a Sourced<String>),
}

impl Settings {
    /// Returns the credentials from the source with the highest precedence. Of the same source, the access token wins, then the
    /// sign-in.
    pub(super) fn credentials(&self) -> Result<Credentials<'_>, String> {
        let rank = |source: Option<Source>| source.unwrap_or(Source::Default);
        let token = rank(self.access_token.as_ref().map(|found| found.source));
        let id = rank(self.client_id.as_ref().map(|found| found.source));
        let secret = rank(self.client_secret.as_ref().map(|found| found.source));
        let sign_in = rank(self.sign_in_client_id.as_ref().map(|found| found.source));
        if let Some(found) = self.access_token.as_ref().filter(|_| token >= id.max(secret).max(sign_in)) {
            return Ok(Credentials::Token(found));
        }
        if let Some(found) = self.sign_in_client_id.as_ref().filter(|_| sign_in >= id.max(secret)) {
            return Ok(Credentials::SignIn(found));
        }
        match (&self.client_id, &self.client_secret) {
            (Some(id), Some(secret)) => Ok(Credentials::Worker { id, secret: secret.clone() }),
            (Some(id), None) => match secret::prompt_on_terminal("Client secret") {
                Some(value) => {
                    let secret = Sourced { value, source: Source::Default, origin: "the terminal".to_owned() };
                    Ok(Credentials::Worker { id, secret })
                }
                None => Err(self.missing(CLIENT_SECRET)),
            },
            (None, Some(_)) => Err(self.missing(CLIENT_ID)),
            (None, None) => Err(format!(
                "no credentials: neither a sign-in, a worker application nor an access token is set\n  \
                 set {}\n  and {}\n  or, instead, {}\n  or, to sign in as yourself, {}",
                self.places(CLIENT_ID),
                self.places(CLIENT_SECRET),
                self.places(ACCESS_TOKEN),
                self.places(SIGN_IN_CLIENT_ID)
            )),
        }
    }

    /// Names the credentials that commands use, and where they are set.
    pub(crate) fn credentials_in_use(&self) -> Option<(&'static str, Source, String)> {
        let name = |credentials: &Credentials<'_>| match credentials {
            Credentials::Token(found) => ("access token", found.source, found.origin.clone()),
            Credentials::Worker { id, .. } => ("worker application", id.source, id.origin.clone()),
            Credentials::SignIn(id) => ("sign-in", id.source, id.origin.clone()),
        };
        self.credentials().ok().as_ref().map(name)
    }
}

impl Credentials<'_> {
    /// Returns the secret among the settings, if there is one.
    fn source(&self) -> Option<(Setting, &Sourced<Secret>)> {
        match self {
            Self::Token(token) => Some((ACCESS_TOKEN, token)),
            Self::Worker { secret, .. } => Some((CLIENT_SECRET, secret)),
            Self::SignIn(_) => None,
        }
    }

    pub(super) fn needs_prompt(&self) -> bool {
        self.source().is_some_and(|(_, found)| matches!(found.value, Secret::Prompt(_)))
    }

    pub(super) fn read(&self) -> Result<SecretString, ReadSecretError> {
        let Some((setting, found)) = self.source() else { return Ok(SecretString::default()) };
        found.value.read().map_err(|error| match error {
            ReadSecretError::Interrupted => ReadSecretError::Interrupted,
            // A message about a file names it already.
            ReadSecretError::Unreadable(why) if why.starts_with("can't use") => {
                format!("{why}\n  the {} is from {}", setting.label, found.origin).into()
            }
            ReadSecretError::Unreadable(why) => invalid(setting, &found.origin, why).into(),
        })
    }

    pub(super) fn describe(&self) -> String {
        match self {
            Self::Token(token) => format!("the access token from {}", token.origin),
            Self::SignIn(id) => {
                format!("the sign-in with the application {} from {}", plain(&id.value), id.origin)
            }
            Self::Worker { id, .. } => {
                format!("the worker application {} from {}", plain(&id.value), id.origin)
            }
        }
    }
}
