//! The client that the settings describe.

use std::str::FromStr;

use pingone_password::{Client, ClientAuthMethod, ClientBuilder, ClientCredentials, EnvironmentId, Region};
use secrecy::{ExposeSecret, SecretString};

use super::claims::Claims;
use super::secret::{self, ReadSecretError, Secret};
use super::setting::{
    ACCESS_TOKEN, API_URL, AUTH_URL, CLIENT_AUTHENTICATION, CLIENT_ID, CLIENT_SECRET, ConfigError, ENVIRONMENT_ID,
    PROXY, Setting, Source, Sourced, TOKEN_URL, TOP_LEVEL_DOMAIN, WORKER_ENVIRONMENT_ID,
};
use super::settings::{Settings, invalid};
use crate::terminal::plain;

/// A client and what describes it.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) client: Client,
    pub(crate) builder: ClientBuilder,
    pub(crate) environment_id: EnvironmentId,
    /// The source of access tokens, for messages.
    pub(crate) credentials: String,
    /// The claims of the access token, if it has any.
    pub(crate) claims: Option<Claims>,
}

/// The credentials that are used.
enum Credentials<'a> {
    Token(&'a Sourced<Secret>),
    Worker { id: &'a Sourced<String>, secret: Sourced<Secret> },
}

impl Target {
    /// Reads the secrets and builds the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// Returns every missing or invalid setting, with the places where it can be set.
    pub(crate) fn of(settings: &Settings) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let environment_id = problems.keep(settings.environment_id());
        let worker_environment_id =
            problems.keep_some(settings.worker_environment_id.as_ref(), |found| parse(WORKER_ENVIRONMENT_ID, found));
        let auth_method = problems.keep_some(settings.client_authentication.as_ref(), auth_method);
        let region = problems.keep(settings.region()).flatten();
        let credentials = problems.keep(settings.credentials());
        // Don't ask for a secret that would not be used.
        let skips_prompt = !problems.0.is_empty() && credentials.as_ref().is_some_and(Credentials::needs_prompt);
        let secret = match credentials.as_ref().filter(|_| !skips_prompt).map(Credentials::read) {
            Some(Err(ReadSecretError::Interrupted)) => return Err(ConfigError::Interrupted),
            Some(Err(ReadSecretError::Unreadable(why))) => problems.keep(Err(why)),
            Some(Ok(secret)) => Some(secret),
            None => None,
        };
        let (Some(environment_id), Some(credentials), Some(secret), true) =
            (environment_id, credentials, secret, problems.0.is_empty())
        else {
            return Err(ConfigError::Invalid(problems.0));
        };

        let user_agent = concat!("pingone-password-cli/", env!("CARGO_PKG_VERSION"));
        let mut builder = Client::builder(environment_id).user_agent(user_agent);
        if let Some(region) = region {
            builder = builder.region(region);
        }
        if let Some(api_url) = settings.instead_of_region(settings.api_url.as_ref()) {
            builder = builder.base_url(api_url);
        }
        if let Some(proxy) = &settings.proxy {
            builder = builder.proxy(&proxy.value);
        }
        let (builder, claims) = match &credentials {
            Credentials::Token(_) => (builder.access_token(secret.expose_secret()), Claims::of(secret.expose_secret())),
            Credentials::Worker { id, .. } => {
                let mut worker = ClientCredentials::new(&id.value, secret.expose_secret());
                if let Some(environment) = worker_environment_id {
                    worker = worker.environment(environment);
                }
                if let Some(auth_url) = settings.instead_of_region(settings.auth_url.as_ref()) {
                    worker = worker.auth_url(auth_url);
                }
                if let Some(token_url) = settings.token_url() {
                    worker = worker.token_url(token_url);
                }
                if let Some(method) = auth_method {
                    worker = worker.auth_method(method);
                }
                (builder.client_credentials(worker), None)
            }
        };
        let client = builder.clone().build().map_err(|error| settings.rejected(&error))?;
        Ok(Self { client, builder, environment_id, credentials: credentials.describe(), claims })
    }
}

impl Settings {
    fn environment_id(&self) -> Result<EnvironmentId, String> {
        let found = self.environment_id.as_ref().ok_or_else(|| self.missing(ENVIRONMENT_ID))?;
        parse(ENVIRONMENT_ID, found)
    }

    /// Returns the region. It is optional if there is an API URL.
    fn region(&self) -> Result<Option<Region>, String> {
        match &self.top_level_domain {
            Some(found) => parse(TOP_LEVEL_DOMAIN, found).map(Some),
            None if self.api_url.is_some() => Ok(None),
            None => {
                Err(format!("{}\n  or, for another server, {}", self.missing(TOP_LEVEL_DOMAIN), self.places(API_URL)))
            }
        }
    }

    /// Returns a URL, unless the region comes from a source with a higher precedence.
    fn instead_of_region<'a>(&self, url: Option<&'a Sourced<String>>) -> Option<&'a str> {
        let region = self.top_level_domain.as_ref().map_or(Source::Default, |found| found.source);
        url.filter(|url| url.source >= region).map(|url| url.value.as_str())
    }

    /// Returns the token endpoint, unless the region or the auth URL comes from a source with a higher precedence.
    fn token_url(&self) -> Option<&str> {
        let auth_url = self.auth_url.as_ref().map_or(Source::Default, |found| found.source);
        self.instead_of_region(self.token_url.as_ref().filter(|url| url.source >= auth_url))
    }

    /// Returns the credentials from the source with the higher precedence. The access token wins a tie.
    fn credentials(&self) -> Result<Credentials<'_>, String> {
        let rank = |source: Option<Source>| source.unwrap_or(Source::Default);
        let token = rank(self.access_token.as_ref().map(|found| found.source));
        let id = rank(self.client_id.as_ref().map(|found| found.source));
        let secret = rank(self.client_secret.as_ref().map(|found| found.source));
        if let Some(found) = self.access_token.as_ref().filter(|_| token >= id.max(secret)) {
            return Ok(Credentials::Token(found));
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
                "no credentials: neither a worker application nor an access token is set\n  \
                 set {}\n  and {}\n  or, instead, {}",
                self.places(CLIENT_ID),
                self.places(CLIENT_SECRET),
                self.places(ACCESS_TOKEN)
            )),
        }
    }

    /// Returns the library's error, with the origin of the settings that it may refer to.
    fn rejected(&self, error: &pingone_password::Error) -> ConfigError {
        let message = error.to_string();
        let found = [
            ("base URL", API_URL, &self.api_url),
            ("auth URL", AUTH_URL, &self.auth_url),
            ("token URL", TOKEN_URL, &self.token_url),
            ("proxy", PROXY, &self.proxy),
        ];
        let origins = found.into_iter().filter_map(|(name, setting, found)| {
            let found = found.as_ref().filter(|_| message.contains(name))?;
            Some(format!("\n  the {} is from {}", setting.label, found.origin))
        });
        let origins: String = origins.collect();
        ConfigError::one(message + &origins)
    }
}

impl Credentials<'_> {
    fn source(&self) -> (Setting, &Sourced<Secret>) {
        match self {
            Self::Token(token) => (ACCESS_TOKEN, token),
            Self::Worker { secret, .. } => (CLIENT_SECRET, secret),
        }
    }

    fn needs_prompt(&self) -> bool {
        matches!(self.source().1.value, Secret::Prompt(_))
    }

    fn read(&self) -> Result<SecretString, ReadSecretError> {
        let (setting, found) = self.source();
        found.value.read().map_err(|error| match error {
            ReadSecretError::Interrupted => ReadSecretError::Interrupted,
            ReadSecretError::Unreadable(why) => invalid(setting, &found.origin, why).into(),
        })
    }

    fn describe(&self) -> String {
        match self {
            Self::Token(token) => format!("the access token from {}", token.origin),
            Self::Worker { id, .. } => {
                format!("the worker application {} from {}", plain(&id.value), id.origin)
            }
        }
    }
}

fn parse<T: FromStr<Err: std::fmt::Display>>(setting: Setting, found: &Sourced<String>) -> Result<T, String> {
    found.value.trim().parse().map_err(|error| invalid(setting, &found.origin, error))
}

fn auth_method(found: &Sourced<String>) -> Result<ClientAuthMethod, String> {
    match found.value.trim() {
        "basic" => Ok(ClientAuthMethod::Basic),
        "post" => Ok(ClientAuthMethod::Post),
        _ => Err(invalid(CLIENT_AUTHENTICATION, &found.origin, "expected `basic` or `post`")),
    }
}

/// Collects every problem, not only the first one.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    fn keep<T>(&mut self, result: Result<T, String>) -> Option<T> {
        result.map_err(|problem| self.0.push(problem)).ok()
    }

    fn keep_some<F, T>(&mut self, found: Option<&F>, parse: impl FnOnce(&F) -> Result<T, String>) -> Option<T> {
        found.and_then(|found| self.keep(parse(found)))
    }
}
