//! The client that the settings describe.

use std::fs;
use std::str::FromStr;

use pingone_password::{
    Client, ClientAuthMethod, ClientBuilder, ClientCredentials, EnvironmentId, ExternalTransactionId, Person, Region,
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::claims::Claims;
use super::cleanup::cleaned;
use super::credentials::Credentials;
use super::environment::variable;
use super::secret::ReadSecretError;
use super::setting::{
    API_URL, AUTH_URL, CA_CERTIFICATE, CLIENT_AUTHENTICATION, CLIENT_ID, CLIENT_SECRET, ConfigError, ENVIRONMENT_ID,
    PROXY, SIGN_IN_CLIENT_ID, SIGN_IN_ENVIRONMENT_ID, Setting, Source, Sourced, TOKEN_URL, TOP_LEVEL_DOMAIN,
    TRANSACTION_ID, WORKER_ENVIRONMENT_ID,
};
use super::settings::{Settings, invalid};
use super::sign_in::SignIn;
use super::{proxy, region};
use crate::terminal::plain;

/// A client and what describes it.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) client: Client,
    pub(crate) builder: ClientBuilder,
    pub(crate) environment_id: EnvironmentId,
    /// By which PingOne's audit groups the requests.
    pub(crate) transaction_id: ExternalTransactionId,
    /// Whether that ID is a setting, and not a new one.
    pub(crate) has_own_transaction_id: bool,
    /// The source of access tokens, for messages.
    pub(crate) credentials: String,
    /// The claims of the access token, if it has any.
    pub(crate) claims: Option<Claims>,
    /// Whether the environment is also the worker application's.
    pub(crate) is_own_environment: bool,
    /// The person's sign-in, if that is used.
    pub(crate) sign_in: Option<SignIn>,
    /// A worker application whose secret is set, too, and isn't used.
    pub(crate) unused_worker: Option<String>,
}

impl Target {
    /// Reads the secrets and builds the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// Returns every missing or invalid setting, with the places where it can be set.
    pub(crate) fn of(settings: &Settings) -> Result<Self, ConfigError> {
        Self::with(settings, settings.credentials())
    }

    /// Builds the client of a person who signs in, whatever other credentials are set.
    ///
    /// # Errors
    ///
    /// Returns every missing or invalid setting, with the places where it can be set.
    pub(crate) fn of_sign_in(settings: &Settings) -> Result<Self, ConfigError> {
        let client_id = settings.sign_in_client_id.as_ref();
        Self::with(settings, client_id.map(Credentials::SignIn).ok_or_else(|| settings.missing(SIGN_IN_CLIENT_ID)))
    }

    /// Returns the person who is signed in, as far as this computer knows.
    pub(crate) async fn person(&self) -> Option<Person> {
        self.sign_in.as_ref()?.sign_in.current().await.ok()??.person
    }

    fn with(settings: &Settings, credentials: Result<Credentials<'_>, String>) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let environment_id = problems.keep(settings.environment_id());
        let worker_environment_id =
            problems.keep_some(settings.worker_environment_id.as_ref(), |found| parse(WORKER_ENVIRONMENT_ID, found));
        let sign_in_environment_id =
            problems.keep_some(settings.sign_in_environment_id.as_ref(), |found| parse(SIGN_IN_ENVIRONMENT_ID, found));
        let auth_method = problems.keep_some(settings.client_authentication.as_ref(), auth_method);
        let own_transaction_id: Option<ExternalTransactionId> =
            problems.keep_some(settings.transaction_id.as_ref(), |found| parse(TRANSACTION_ID, found));
        let has_own_transaction_id = own_transaction_id.is_some();
        let transaction_id = own_transaction_id.or_else(|| Uuid::new_v4().to_string().parse().ok());
        let region = problems.keep(settings.region()).flatten();
        let api_url = problems.keep(settings.checked_api_url()).flatten();
        problems.keep(check_aliases(CLIENT_ID, settings.client_id.as_ref()));
        problems.keep(check_aliases(CLIENT_SECRET, settings.client_secret.as_ref()));
        let urls = [
            api_url.map(str::to_owned).or_else(|| region.map(Region::api_url)),
            settings
                .instead_of_region(settings.auth_url.as_ref())
                .map(str::to_owned)
                .or_else(|| region.map(Region::auth_url)),
        ];
        let hosts: Vec<_> = urls.iter().flatten().filter_map(|url| host(url)).collect();
        let proxy = settings.proxy(&hosts);
        let ca_certificate = problems.keep_some(settings.ca_certificate.as_ref(), read_ca_certificate);
        let credentials = problems.keep(credentials);
        // Don't ask for a secret that would not be used.
        let skips_prompt = !problems.0.is_empty() && credentials.as_ref().is_some_and(Credentials::needs_prompt);
        let secret = match credentials.as_ref().filter(|_| !skips_prompt).map(Credentials::read) {
            Some(Err(ReadSecretError::Interrupted)) => return Err(ConfigError::Interrupted),
            Some(Err(ReadSecretError::Unreadable(why))) => problems.keep(Err(why)),
            Some(Ok(secret)) => Some(secret),
            None => None,
        };
        let (Some(environment_id), Some(transaction_id), Some(credentials), Some(secret), true) =
            (environment_id, transaction_id, credentials, secret, problems.0.is_empty())
        else {
            return Err(ConfigError::Invalid(problems.0));
        };

        let user_agent = concat!("pingone-password-cli/", env!("CARGO_PKG_VERSION"));
        let mut builder =
            Client::builder(environment_id).user_agent(user_agent).external_transaction_id(transaction_id.clone());
        if let Some(region) = region {
            builder = builder.region(region);
        }
        if let Some(api_url) = api_url {
            builder = builder.base_url(api_url);
        }
        if let Some((proxy, exceptions)) = proxy {
            builder = builder.proxy(proxy).no_proxy(exceptions);
        }
        if let Some(ca_certificate) = ca_certificate {
            builder = builder.root_certificate(ca_certificate);
        }
        let mut sign_in = None;
        let (builder, claims) = match &credentials {
            Credentials::SignIn(client_id) => {
                let made =
                    SignIn::new(settings, client_id, sign_in_environment_id, &builder).map_err(ConfigError::one)?;
                let builder = builder.access_token_provider(made.sign_in.clone());
                sign_in = Some(made);
                (builder, None)
            }
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
        let is_own_environment = matches!(credentials, Credentials::Worker { .. })
            && worker_environment_id.is_none_or(|worker| worker == environment_id);
        Ok(Self {
            client,
            builder,
            environment_id,
            transaction_id,
            has_own_transaction_id,
            credentials: credentials.describe(),
            claims,
            is_own_environment,
            unused_worker: settings
                .client_secret
                .as_ref()
                .filter(|_| sign_in.is_some())
                .map(|found| found.origin.clone()),
            sign_in,
        })
    }
}

impl Settings {
    fn environment_id(&self) -> Result<EnvironmentId, String> {
        let found = self.environment_id.as_ref().ok_or_else(|| self.missing(ENVIRONMENT_ID))?;
        parse(ENVIRONMENT_ID, found)
    }

    /// Returns the region. It is optional if there is an API URL.
    fn region(&self) -> Result<Option<Region>, String> {
        let Some(found) = &self.top_level_domain else {
            return if self.api_url.is_some() {
                Ok(None)
            } else {
                Err(format!("{}\n  or, for another server, {}", self.missing(TOP_LEVEL_DOMAIN), self.places(API_URL)))
            };
        };
        let region = region::parse(&found.value).map_err(|error| invalid(TOP_LEVEL_DOMAIN, &found.origin, error))?;
        if found.source == Source::Variable {
            for name in TOP_LEVEL_DOMAIN.variables {
                let Some(value) = variable(name) else { continue };
                let other = region::parse(cleaned(&value))
                    .map_err(|error| invalid(TOP_LEVEL_DOMAIN, &format!("variable {name}"), error))?;
                if other != region {
                    let origin = &found.origin;
                    return Err(format!(
                        "the region is {} in {origin} and {} in variable {name}: unset one of them",
                        region.top_level_domain(),
                        other.top_level_domain()
                    ));
                }
            }
        }
        Ok(Some(region))
    }

    /// Returns the API URL, without the mistake of including an environment.
    fn checked_api_url(&self) -> Result<Option<&str>, String> {
        let Some(found) = &self.api_url else { return Ok(None) };
        match found.value.split_once("/environments") {
            Some((base, _)) => {
                Err(invalid(API_URL, &found.origin, format!("it contains an environment: use {}", plain(base))))
            }
            None => Ok(self.instead_of_region(Some(found))),
        }
    }

    /// Returns the proxy, and those of the hosts that don't use it. Only a proxy from a variable has exceptions. One that no
    /// host uses doesn't matter.
    fn proxy(&self, hosts: &[&str]) -> Option<(&str, String)> {
        let proxy = self.proxy.as_ref()?;
        let exceptions = self.proxy_exceptions.as_ref().filter(|_| proxy.source == Source::Variable);
        let is_exception = |host: &str| exceptions.is_some_and(|list| proxy::is_exception(&list.value, host));
        let exempt: Vec<_> = hosts.iter().copied().filter(|host| is_exception(host)).collect();
        let is_used = hosts.is_empty() || exempt.len() < hosts.len();
        is_used.then(|| (proxy.value.as_str(), exempt.join(",")))
    }

    /// Returns a URL, unless the region comes from a source with a higher precedence.
    pub(super) fn instead_of_region<'a>(&self, url: Option<&'a Sourced<String>>) -> Option<&'a str> {
        let region = self.top_level_domain.as_ref().map_or(Source::Default, |found| found.source);
        url.filter(|url| url.source >= region).map(|url| url.value.as_str())
    }

    /// Returns the token endpoint, unless the region or the auth URL comes from a source with a higher precedence.
    pub(super) fn token_url(&self) -> Option<&str> {
        let auth_url = self.auth_url.as_ref().map_or(Source::Default, |found| found.source);
        self.instead_of_region(self.token_url.as_ref().filter(|url| url.source >= auth_url))
    }

    /// Returns the library's error, with the origin of the settings that it may refer to.
    fn rejected(&self, error: &pingone_password::Error) -> ConfigError {
        let message = error.to_string();
        let found = [
            ("base URL", API_URL, &self.api_url),
            ("auth URL", AUTH_URL, &self.auth_url),
            ("token URL", TOKEN_URL, &self.token_url),
            ("proxy", PROXY, &self.proxy),
            ("root certificate", CA_CERTIFICATE, &self.ca_certificate),
        ];
        let origins = found.into_iter().filter_map(|(name, setting, found)| {
            let found = found.as_ref().filter(|_| message.contains(name))?;
            Some(format!("\n  the {} is from {}", setting.label, found.origin))
        });
        let origins: String = origins.collect();
        ConfigError::one(message + &origins)
    }
}

/// Returns an error if a setting comes from one of several variables, and they differ. None of the values is in it.
fn check_aliases<T>(setting: Setting, found: Option<&Sourced<T>>) -> Result<(), String> {
    if found.is_none_or(|found| found.source != Source::Variable) {
        return Ok(());
    }
    let values = || setting.variables.iter().filter_map(|name| Some((name, SecretString::from(variable(name)?))));
    let Some((first, used)) = values().next() else { return Ok(()) };
    match values().find(|(_, other)| cleaned(other.expose_secret()) != cleaned(used.expose_secret())) {
        Some((other, _)) => Err(format!("the {} in {first} and {other} differs: unset one of them", setting.label)),
        None => Ok(()),
    }
}

/// Reads the certificates of another authority.
fn read_ca_certificate(found: &Sourced<String>) -> Result<String, String> {
    let failed = |error| format!("can't read {}: {error}", plain(&found.value));
    fs::read_to_string(&found.value).map_err(|error| invalid(CA_CERTIFICATE, &found.origin, failed(error)))
}

/// Returns the host of a URL.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    Some(if host.starts_with('[') { host.split_inclusive(']').next()? } else { host.split(':').next()? })
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
