//! A setting: its names in each source, and a value with its origin.

/// A setting, by its names in each source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// The name in `config show`.
    pub(crate) name: &'static str,
    /// The name in messages.
    pub(crate) label: &'static str,
    /// The flags.
    pub(crate) flags: &'static str,
    /// The environment variables, by precedence.
    pub(crate) variables: &'static [&'static str],
    /// The key in a profile.
    pub(crate) key: &'static str,
}

macro_rules! settings {
    ($($constant:ident: $name:literal, $label:literal, $flags:literal, [$($variable:literal),*], $key:literal;)*) => {
        $(pub(crate) const $constant: Setting =
            Setting { name: $name, label: $label, flags: $flags, variables: &[$($variable),*], key: $key };)*
    };
}

settings! {
    ENVIRONMENT_ID: "environment_id", "environment ID", "--environment-id", ["PINGONE_ENVIRONMENT_ID"], "environment_id";
    TOP_LEVEL_DOMAIN: "top_level_domain", "region", "--top-level-domain", ["PINGONE_TOP_LEVEL_DOMAIN", "PINGONE_ROOT_DOMAIN", "PINGONE_REGION_CODE", "PINGONE_API_DOMAIN"], "top_level_domain";
    API_URL: "api_url", "API URL", "--api-url", ["PINGONE_API_URL"], "api_url";
    AUTH_URL: "auth_url", "auth URL", "--auth-url", ["PINGONE_AUTH_URL"], "auth_url";
    TOKEN_URL: "token_url", "token URL", "--token-url", ["PINGONE_TOKEN_URL"], "token_url";
    PROXY: "proxy", "proxy", "--proxy", ["HTTPS_PROXY", "ALL_PROXY"], "proxy";
    CA_CERTIFICATE: "ca_certificate", "CA certificate", "--ca-certificate", ["PINGONE_CA_CERTIFICATE"], "ca_certificate";
    CLIENT_ID: "client_id", "client ID", "--client-id", ["PINGONE_CLIENT_ID", "PINGONE_CLIENT_CREDENTIALS_CLIENT_ID"], "client_id";
    WORKER_ENVIRONMENT_ID: "worker_environment_id", "worker application's environment ID", "--worker-environment-id",
        ["PINGONE_WORKER_ENVIRONMENT_ID"], "worker_environment_id";
    CLIENT_AUTHENTICATION: "client_authentication", "client authentication", "--client-authentication",
        ["PINGONE_CLIENT_AUTHENTICATION"], "client_authentication";
    SIGN_IN_CLIENT_ID: "sign_in_client_id", "client ID of the application that people sign in with", "--sign-in-client-id",
        ["PINGONE_SIGN_IN_CLIENT_ID"], "sign_in_client_id";
    SIGN_IN_ENVIRONMENT_ID: "sign_in_environment_id", "environment ID of the application that people sign in with",
        "--sign-in-environment-id", ["PINGONE_SIGN_IN_ENVIRONMENT_ID"], "sign_in_environment_id";
    TOKEN_STORE: "token_store", "token store", "", [], "token_store";
    TRANSACTION_ID: "transaction_id", "transaction ID", "--transaction-id", ["PINGONE_TRANSACTION_ID"], "transaction_id";
    JOURNAL: "journal", "journal", "--journal", [], "journal";
    CLIENT_SECRET: "client_secret", "client secret",
        "--client-secret-file, --client-secret-fd, --client-secret-prompt", ["PINGONE_CLIENT_SECRET", "PINGONE_CLIENT_CREDENTIALS_CLIENT_SECRET"], "client_secret_file";
    ACCESS_TOKEN: "access_token", "access token",
        "--access-token-file, --access-token-fd, --access-token-prompt", ["PINGONE_API_ACCESS_TOKEN"], "access_token_file";
}

/// Where a value comes from, from lowest to highest precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Default,
    Profile,
    Variable,
    Flag,
}

impl Source {
    /// Returns the name in `config show`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Profile => "profile",
            Self::Variable => "variable",
            Self::Flag => "flag",
        }
    }
}

/// A value and its origin.
#[derive(Clone, Debug)]
pub(crate) struct Sourced<T> {
    pub(crate) value: T,
    pub(crate) source: Source,
    /// The flag, the variable, or the profile and its file.
    pub(crate) origin: String,
}

impl<T> Sourced<T> {
    pub(super) fn flag(value: T, flag: &str) -> Self {
        Self { value, source: Source::Flag, origin: format!("flag {flag}") }
    }
}

/// Why the settings can't be used.
#[derive(Debug)]
pub(crate) enum ConfigError {
    /// Every problem, not only the first one. None of them contains a secret.
    Invalid(Vec<String>),
    /// Interrupted at a prompt.
    Interrupted,
}

impl ConfigError {
    pub(super) fn one(problem: impl Into<String>) -> Self {
        Self::Invalid(vec![problem.into()])
    }
}
