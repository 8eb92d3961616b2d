//! The settings, merged from their sources.

use std::fmt;
use std::path::PathBuf;

use super::cleanup::cleaned;
use super::environment;
use super::flags::SettingFlags;
use super::profile::Profile;
use super::proxy;
use super::secret::{self, Secret};
use super::setting::{
    API_URL, AUTH_URL, CA_CERTIFICATE, CLIENT_AUTHENTICATION, CLIENT_ID, ConfigError, ENVIRONMENT_ID, JOURNAL, PROXY,
    SIGN_IN_CLIENT_ID, SIGN_IN_ENVIRONMENT_ID, Setting, Source, Sourced, TOKEN_STORE, TOKEN_URL, TOP_LEVEL_DOMAIN,
    TRANSACTION_ID, WORKER_ENVIRONMENT_ID,
};

/// Every setting as it was written. [`Target`](super::Target) interprets them.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) environment_id: Option<Sourced<String>>,
    pub(crate) top_level_domain: Option<Sourced<String>>,
    pub(crate) api_url: Option<Sourced<String>>,
    pub(crate) auth_url: Option<Sourced<String>>,
    pub(crate) token_url: Option<Sourced<String>>,
    pub(crate) proxy: Option<Sourced<String>>,
    /// The hosts that use no proxy from a variable.
    pub(crate) proxy_exceptions: Option<Sourced<String>>,
    /// The path of a file.
    pub(crate) ca_certificate: Option<Sourced<String>>,
    pub(crate) client_id: Option<Sourced<String>>,
    pub(crate) worker_environment_id: Option<Sourced<String>>,
    pub(crate) client_authentication: Option<Sourced<String>>,
    pub(crate) sign_in_client_id: Option<Sourced<String>>,
    pub(crate) sign_in_environment_id: Option<Sourced<String>>,
    pub(crate) token_store: Option<Sourced<String>>,
    pub(crate) transaction_id: Option<Sourced<String>>,
    /// Where unlocks of a few users are recorded.
    pub(crate) journal: Option<Sourced<PathBuf>>,
    pub(crate) client_secret: Option<Sourced<Secret>>,
    pub(crate) access_token: Option<Sourced<Secret>>,
    /// Where a profile is, or would be.
    profile_location: String,
    /// The profile's name, under which tokens are kept.
    pub(super) profile_name: String,
}

impl Settings {
    /// Merges the sources. No secret is read yet.
    ///
    /// # Errors
    ///
    /// Fails if the profile can't be read.
    pub(crate) fn merge(flags: &SettingFlags) -> Result<Self, ConfigError> {
        let (profile, profile_location) = Profile::find(flags)?;
        let find = |setting: Setting, flag: Option<&String>| {
            let flag = flag.map(|value| Sourced::flag(value.clone(), setting.flags));
            let in_environment = || match setting {
                PROXY => proxy::from_environment(),
                _ => environment::setting(setting),
            };
            let in_profile = || profile.as_ref()?.setting(setting);
            flag.or_else(in_environment).or_else(in_profile).map(clean)
        };
        Ok(Self {
            environment_id: find(ENVIRONMENT_ID, flags.environment_id.as_ref()),
            top_level_domain: find(TOP_LEVEL_DOMAIN, flags.top_level_domain.as_ref()),
            api_url: find(API_URL, flags.api_url.as_ref()),
            auth_url: find(AUTH_URL, flags.auth_url.as_ref()),
            token_url: find(TOKEN_URL, flags.token_url.as_ref()),
            proxy: find(PROXY, flags.proxy.as_ref()).filter(|_| !flags.no_proxy),
            proxy_exceptions: proxy::exceptions().map(clean),
            ca_certificate: find(CA_CERTIFICATE, flags.ca_certificate.as_ref()).map(|found| match &profile {
                Some(profile) if found.source == Source::Profile => {
                    Sourced { value: profile.path(&found.value).display().to_string(), ..found }
                }
                _ => found,
            }),
            client_id: find(CLIENT_ID, flags.client_id.as_ref()),
            worker_environment_id: find(WORKER_ENVIRONMENT_ID, flags.worker_environment_id.as_ref()),
            client_authentication: find(CLIENT_AUTHENTICATION, flags.client_authentication.as_ref()),
            sign_in_client_id: find(SIGN_IN_CLIENT_ID, flags.sign_in_client_id.as_ref()),
            sign_in_environment_id: find(SIGN_IN_ENVIRONMENT_ID, flags.sign_in_environment_id.as_ref()),
            token_store: find(TOKEN_STORE, None),
            transaction_id: find(TRANSACTION_ID, flags.transaction_id.as_ref()),
            journal: profile.as_ref().and_then(|profile| profile.file(JOURNAL)),
            client_secret: secret::client_secret(flags, profile.as_ref()),
            access_token: secret::access_token(flags, profile.as_ref()),
            profile_location,
            profile_name: profile.as_ref().map_or("default", Profile::name).to_owned(),
        })
    }

    /// Formats the message for a missing setting, with every place where it can be set.
    pub(super) fn missing(&self, setting: Setting) -> String {
        let Setting { label, .. } = setting;
        format!("the {label} is not set\n  set {}", self.places(setting))
    }

    /// Lists the places where a setting can be set.
    pub(super) fn places(&self, setting: Setting) -> String {
        let Setting { flags, variables, key, .. } = setting;
        let variable = variables.first().copied().unwrap_or_default();
        format!("{flags}, {variable}, or `{key}` in {}", self.profile_location)
    }
}

/// Removes what surrounds a value, and says so in its origin.
fn clean(found: Sourced<String>) -> Sourced<String> {
    let value = cleaned(&found.value).to_owned();
    let is_changed = value != found.value;
    let origin = if is_changed { format!("{} (white space or quotes removed)", found.origin) } else { found.origin };
    Sourced { value, origin, ..found }
}

/// Formats the message for an invalid value, with its origin.
pub(super) fn invalid(setting: Setting, origin: &str, why: impl fmt::Display) -> String {
    format!("invalid {} from {origin}: {why}", setting.label)
}
