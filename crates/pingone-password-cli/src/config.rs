//! Settings: from flags, then the environment, then a profile.

mod profile;
mod secret;
mod show;
mod target;

use std::env;
use std::fmt;

use crate::args::SettingArgs;

use profile::Profile;
pub(crate) use secret::Secret;
pub(crate) use show::show;
pub(crate) use target::Target;

/// A setting, by the places where it can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Its name in a profile and in `config show`.
    pub(crate) name: &'static str,
    /// What it is, for people.
    what: &'static str,
    /// Its flags.
    flags: &'static str,
    /// Its environment variable.
    variable: &'static str,
    /// Its key in a profile.
    key: &'static str,
}

macro_rules! settings {
    ($($constant:ident: $name:literal, $what:literal, $flags:literal, $variable:literal, $key:literal;)*) => {
        $(pub(crate) const $constant: Setting =
            Setting { name: $name, what: $what, flags: $flags, variable: $variable, key: $key };)*
    };
}

settings! {
    ENVIRONMENT_ID: "environment_id", "environment id", "--environment-id", "PINGONE_ENVIRONMENT_ID", "environment_id";
    TOP_LEVEL_DOMAIN: "top_level_domain", "region", "--top-level-domain", "PINGONE_TOP_LEVEL_DOMAIN", "top_level_domain";
    API_URL: "api_url", "API URL", "--api-url", "PINGONE_API_URL", "api_url";
    AUTH_URL: "auth_url", "auth URL", "--auth-url", "PINGONE_AUTH_URL", "auth_url";
    TOKEN_URL: "token_url", "token URL", "--token-url", "PINGONE_TOKEN_URL", "token_url";
    PROXY: "proxy", "proxy", "--proxy", "HTTPS_PROXY", "proxy";
    CLIENT_ID: "client_id", "client id", "--client-id", "PINGONE_CLIENT_ID", "client_id";
    WORKER_ENVIRONMENT_ID: "worker_environment_id", "worker application's environment id", "--worker-environment-id",
        "PINGONE_WORKER_ENVIRONMENT_ID", "worker_environment_id";
    CLIENT_AUTHENTICATION: "client_authentication", "client authentication", "--client-authentication",
        "PINGONE_CLIENT_AUTHENTICATION", "client_authentication";
    CLIENT_SECRET: "client_secret", "client secret",
        "--client-secret-file, --client-secret-fd, --client-secret-prompt", "PINGONE_CLIENT_SECRET", "client_secret_file";
    ACCESS_TOKEN: "access_token", "access token",
        "--access-token-file, --access-token-fd, --access-token-prompt", "PINGONE_API_ACCESS_TOKEN", "access_token_file";
}

/// Where a value comes from, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Default,
    Profile,
    Variable,
    Flag,
}

/// A value, and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Found<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
    /// The flag, the variable, or the profile and its file.
    pub(crate) origin: String,
}

/// Everything that was set, as it was written. What it means is for [`Target`].
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) environment_id: Option<Found<String>>,
    pub(crate) top_level_domain: Option<Found<String>>,
    pub(crate) api_url: Option<Found<String>>,
    pub(crate) auth_url: Option<Found<String>>,
    pub(crate) token_url: Option<Found<String>>,
    pub(crate) proxy: Option<Found<String>>,
    pub(crate) client_id: Option<Found<String>>,
    pub(crate) worker_environment_id: Option<Found<String>>,
    pub(crate) client_authentication: Option<Found<String>>,
    pub(crate) client_secret: Option<Found<Secret>>,
    pub(crate) access_token: Option<Found<Secret>>,
    /// Where a profile would have been.
    profile_places: String,
}

impl Config {
    /// Collects the settings. No secret is read yet.
    ///
    /// # Errors
    ///
    /// Where the profile can't be read.
    pub(crate) fn collect(args: &SettingArgs) -> Result<Self, ConfigError> {
        let (profile, profile_places) = Profile::find(args)?;
        let find = |setting: Setting, flag: Option<&String>| {
            let by_flag = flag.map(|value| Found::by_flag(value.clone(), setting.flags));
            let in_environment = || variable(setting.variable).map(|value| Found::in_variable(value, setting));
            let in_profile = || profile.as_ref()?.setting(setting);
            by_flag.or_else(in_environment).or_else(in_profile)
        };
        Ok(Self {
            environment_id: find(ENVIRONMENT_ID, args.environment_id.as_ref()),
            top_level_domain: find(TOP_LEVEL_DOMAIN, args.top_level_domain.as_ref()),
            api_url: find(API_URL, args.api_url.as_ref()),
            auth_url: find(AUTH_URL, args.auth_url.as_ref()),
            token_url: find(TOKEN_URL, args.token_url.as_ref()),
            proxy: find(PROXY, args.proxy.as_ref()),
            client_id: find(CLIENT_ID, args.client_id.as_ref()),
            worker_environment_id: find(WORKER_ENVIRONMENT_ID, args.worker_environment_id.as_ref()),
            client_authentication: find(CLIENT_AUTHENTICATION, args.client_authentication.as_ref()),
            client_secret: secret::client_secret(args, profile.as_ref()),
            access_token: secret::access_token(args, profile.as_ref()),
            profile_places,
        })
    }

    /// Says that a setting is missing, and every place where it can be set.
    fn missing(&self, setting: Setting) -> String {
        let Setting { what, .. } = setting;
        format!("the {what} is not set\n  set {}", self.places(setting))
    }

    fn places(&self, setting: Setting) -> String {
        let Setting { flags, variable, key, .. } = setting;
        format!("{flags}, {variable}, or `{key}` in {}", self.profile_places)
    }

    /// Says that a setting is wrong, and where it comes from.
    fn wrong(setting: Setting, origin: &str, why: impl fmt::Display) -> String {
        format!("the {} is wrong, from {origin}: {why}", setting.what)
    }
}

impl<T> Found<T> {
    fn by_flag(value: T, flag: &str) -> Self {
        Self { value, place: Place::Flag, origin: format!("flag {flag}") }
    }

    fn in_variable(value: T, setting: Setting) -> Self {
        Self { value, place: Place::Variable, origin: format!("variable {}", setting.variable) }
    }
}

/// An environment variable. An empty one counts as not set.
fn variable(name: &str) -> Option<String> {
    let value = env::var_os(name)?.to_string_lossy().into_owned();
    (!value.is_empty()).then_some(value)
}

/// Why there is no configuration to work with.
#[derive(Debug)]
pub(crate) enum ConfigError {
    /// Every mistake, not only the first one. None of them shows a secret.
    Mistakes(Vec<String>),
    /// Interrupted at a prompt.
    Interrupted,
}

impl ConfigError {
    fn one(mistake: impl Into<String>) -> Self {
        Self::Mistakes(vec![mistake.into()])
    }
}
