//! What the settings mean: where requests go, and by whose leave.

use std::str::FromStr;

use pingone_password::{Client, ClientAuthMethod, ClientBuilder, ClientCredentials, EnvironmentId, Region};
use secrecy::{ExposeSecret, SecretString};

use super::secret::Unread;
use super::{
    ACCESS_TOKEN, API_URL, AUTH_URL, CLIENT_AUTHENTICATION, CLIENT_ID, CLIENT_SECRET, Config, ConfigError,
    ENVIRONMENT_ID, Found, PROXY, Place, Secret, Setting, TOKEN_URL, TOP_LEVEL_DOMAIN, WORKER_ENVIRONMENT_ID, secret,
};
use crate::claims::Claims;

/// Everything that a call needs.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) client: Client,
    pub(crate) builder: ClientBuilder,
    pub(crate) environment_id: EnvironmentId,
    /// Where access tokens come from, for people.
    pub(crate) credentials: String,
    /// What the access token says of itself, where there is one and it says anything.
    pub(crate) claims: Option<Claims>,
}

/// Which of the two kinds of credentials is used.
enum Chosen<'a> {
    Token(&'a Found<Secret>),
    Worker { id: &'a Found<String>, secret: Found<Secret> },
}

impl Target {
    /// Reads the secrets, and sets up the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// Where settings are missing or wrong: every mistake, and where each can be mended.
    pub(crate) fn of(config: &Config) -> Result<Self, ConfigError> {
        let mut mistakes = Mistakes::default();
        let environment_id = mistakes.keep(config.environment_id());
        let worker_environment_id =
            mistakes.keep_some(config.worker_environment_id.as_ref(), |found| parse(WORKER_ENVIRONMENT_ID, found));
        let is_in_body = mistakes.keep_some(config.client_authentication.as_ref(), is_in_body).unwrap_or_default();
        let region = mistakes.keep(config.region()).flatten();
        let chosen = mistakes.keep(config.chosen());
        // Nobody is asked for a secret that would not be used.
        let is_in_vain = !mistakes.0.is_empty() && chosen.as_ref().is_some_and(Chosen::is_asked_for);
        let secret = match chosen.as_ref().filter(|_| !is_in_vain).map(Chosen::read) {
            Some(Err(Unread::Interrupted)) => return Err(ConfigError::Interrupted),
            Some(Err(Unread::Because(why))) => mistakes.keep(Err(why)),
            Some(Ok(secret)) => Some(secret),
            None => None,
        };
        let (Some(environment_id), Some(chosen), Some(secret), true) =
            (environment_id, chosen, secret, mistakes.0.is_empty())
        else {
            return Err(ConfigError::Mistakes(mistakes.0));
        };

        let user_agent = concat!("pingone-password-cli/", env!("CARGO_PKG_VERSION"));
        let mut builder = Client::builder(environment_id).user_agent(user_agent);
        if let Some(region) = region {
            builder = builder.region(region);
        }
        if let Some(api_url) = config.instead_of_region(config.api_url.as_ref()) {
            builder = builder.base_url(api_url);
        }
        if let Some(proxy) = &config.proxy {
            builder = builder.proxy(&proxy.value);
        }
        let (builder, claims) = match &chosen {
            Chosen::Token(_) => (builder.access_token(secret.expose_secret()), Claims::of(secret.expose_secret())),
            Chosen::Worker { id, .. } => {
                let mut worker = ClientCredentials::new(&id.value, secret.expose_secret());
                if let Some(environment) = worker_environment_id {
                    worker = worker.environment(environment);
                }
                if let Some(auth_url) = config.instead_of_region(config.auth_url.as_ref()) {
                    worker = worker.auth_url(auth_url);
                }
                if let Some(token_url) = config.token_url() {
                    worker = worker.token_url(token_url);
                }
                (
                    builder.client_credentials(if is_in_body {
                        worker.auth_method(ClientAuthMethod::Post)
                    } else {
                        worker
                    }),
                    None,
                )
            }
        };
        let client = builder.clone().build().map_err(|error| config.refused(&error))?;
        Ok(Self { client, builder, environment_id, credentials: chosen.describe(), claims })
    }
}

impl Config {
    fn environment_id(&self) -> Result<EnvironmentId, String> {
        let found = self.environment_id.as_ref().ok_or_else(|| self.missing(ENVIRONMENT_ID))?;
        parse(ENVIRONMENT_ID, found)
    }

    /// The region. There may be none where there is a URL.
    fn region(&self) -> Result<Option<Region>, String> {
        match &self.top_level_domain {
            Some(found) => parse(TOP_LEVEL_DOMAIN, found).map(Some),
            None if self.api_url.is_some() => Ok(None),
            None => Err(format!(
                "{}\n  or, for a server of your own, {}",
                self.missing(TOP_LEVEL_DOMAIN),
                self.places(API_URL)
            )),
        }
    }

    /// A URL, unless a region was set at a stronger place.
    fn instead_of_region<'a>(&self, url: Option<&'a Found<String>>) -> Option<&'a str> {
        let region = self.top_level_domain.as_ref().map_or(Place::Default, |found| found.place);
        url.filter(|url| url.place >= region).map(|url| url.value.as_str())
    }

    /// The token endpoint, unless the region or an authorization server was set at a stronger place.
    fn token_url(&self) -> Option<&str> {
        let auth_url = self.auth_url.as_ref().map_or(Place::Default, |found| found.place);
        self.instead_of_region(self.token_url.as_ref().filter(|url| url.place >= auth_url))
    }

    /// The credentials from the stronger place; the access token, where both are at the same one.
    fn chosen(&self) -> Result<Chosen<'_>, String> {
        let place = |found: Option<Place>| found.unwrap_or(Place::Default);
        let token = place(self.access_token.as_ref().map(|found| found.place));
        let id = place(self.client_id.as_ref().map(|found| found.place));
        let secret = place(self.client_secret.as_ref().map(|found| found.place));
        if let Some(found) = self.access_token.as_ref().filter(|_| token >= id.max(secret)) {
            return Ok(Chosen::Token(found));
        }
        match (&self.client_id, &self.client_secret) {
            (Some(id), Some(secret)) => Ok(Chosen::Worker { id, secret: secret.clone() }),
            (Some(id), None) => match secret::prompt_if_possible("Client secret") {
                Some(value) => {
                    let secret = Found { value, place: Place::Default, origin: "the terminal".to_owned() };
                    Ok(Chosen::Worker { id, secret })
                }
                None => Err(self.missing(CLIENT_SECRET)),
            },
            (None, Some(_)) => Err(self.missing(CLIENT_ID)),
            (None, None) => Err(format!(
                "there is neither a worker application nor an access token\n  \
                 set {}\n  and {}\n  or, instead of both, {}",
                self.places(CLIENT_ID),
                self.places(CLIENT_SECRET),
                self.places(ACCESS_TOKEN)
            )),
        }
    }

    /// What the library says of the settings, and where those come from that it may mean.
    fn refused(&self, error: &pingone_password::Error) -> ConfigError {
        let message = error.to_string();
        let found = [
            ("base URL", API_URL, &self.api_url),
            ("auth URL", AUTH_URL, &self.auth_url),
            ("token URL", TOKEN_URL, &self.token_url),
            ("proxy", PROXY, &self.proxy),
        ];
        let origins = found.into_iter().filter_map(|(name, setting, found)| {
            let found = found.as_ref().filter(|_| message.contains(name))?;
            Some(format!("\n  the {} comes from {}", setting.what, found.origin))
        });
        let origins: String = origins.collect();
        ConfigError::one(message + &origins)
    }
}

impl Chosen<'_> {
    fn source(&self) -> (Setting, &Found<Secret>) {
        match self {
            Self::Token(token) => (ACCESS_TOKEN, token),
            Self::Worker { secret, .. } => (CLIENT_SECRET, secret),
        }
    }

    fn is_asked_for(&self) -> bool {
        matches!(self.source().1.value, Secret::Prompt(_))
    }

    fn read(&self) -> Result<SecretString, Unread> {
        let (setting, found) = self.source();
        found.value.read().map_err(|unread| match unread {
            Unread::Interrupted => Unread::Interrupted,
            Unread::Because(why) => Config::wrong(setting, &found.origin, why).into(),
        })
    }

    fn describe(&self) -> String {
        match self {
            Self::Token(token) => format!("the access token from {}", token.origin),
            Self::Worker { id, .. } => {
                format!("the worker application {} from {}", crate::output::plain(&id.value), id.origin)
            }
        }
    }
}

fn parse<T: FromStr<Err: std::fmt::Display>>(setting: Setting, found: &Found<String>) -> Result<T, String> {
    found.value.trim().parse().map_err(|error| Config::wrong(setting, &found.origin, error))
}

fn is_in_body(found: &Found<String>) -> Result<bool, String> {
    match found.value.trim() {
        "basic" => Ok(false),
        "post" => Ok(true),
        _ => Err(Config::wrong(CLIENT_AUTHENTICATION, &found.origin, "it has to be `basic` or `post`")),
    }
}

/// Every mistake, not only the first one.
#[derive(Default)]
struct Mistakes(Vec<String>);

impl Mistakes {
    fn keep<T>(&mut self, result: Result<T, String>) -> Option<T> {
        result.map_err(|mistake| self.0.push(mistake)).ok()
    }

    fn keep_some<F, T>(&mut self, found: Option<&F>, parse: impl FnOnce(&F) -> Result<T, String>) -> Option<T> {
        found.and_then(|found| self.keep(parse(found)))
    }
}
