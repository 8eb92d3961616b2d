//! Settings from flags.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// The settings as flags. No flag takes a secret: everyone on a computer can see its command lines.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Settings")]
#[expect(clippy::doc_markdown, reason = "the help would show the backticks")]
pub(crate) struct SettingFlags {
    /// ID of the users' environment [env: PINGONE_ENVIRONMENT_ID]
    #[arg(long, value_name = "UUID")]
    pub(crate) environment_id: Option<String>,

    /// Region: com, ca, eu, com.au, sg or asia [env: PINGONE_TOP_LEVEL_DOMAIN, PINGONE_ROOT_DOMAIN,
    /// PINGONE_REGION_CODE or PINGONE_API_DOMAIN]
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) top_level_domain: Option<String>,

    /// Base URL of the API, instead of the region's [env: PINGONE_API_URL]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) api_url: Option<String>,

    /// Base URL of the authorization server, instead of the region's [env: PINGONE_AUTH_URL]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) auth_url: Option<String>,

    /// Token endpoint of a custom domain: https://DOMAIN/as/token [env: PINGONE_TOKEN_URL]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) token_url: Option<String>,

    /// Proxy for HTTPS, such as http://proxy.example.com:3128 [env: HTTPS_PROXY or ALL_PROXY, except for the
    /// hosts in NO_PROXY]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) proxy: Option<String>,

    /// Use no proxy, whatever the environment variables say
    #[arg(long, conflicts_with = "proxy")]
    pub(crate) no_proxy: bool,

    /// PEM file with certificates of authorities to trust in addition to the platform's, such as a TLS-inspecting proxy's
    /// [env: PINGONE_CA_CERTIFICATE]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ca_certificate: Option<String>,

    /// Client ID of the worker application [env: PINGONE_CLIENT_ID or
    /// PINGONE_CLIENT_CREDENTIALS_CLIENT_ID]
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,

    /// Environment of the worker application, if it differs from the users' [env: PINGONE_WORKER_ENVIRONMENT_ID]
    #[arg(long, value_name = "UUID")]
    pub(crate) worker_environment_id: Option<String>,

    /// Token endpoint authentication method: basic or post [env: PINGONE_CLIENT_AUTHENTICATION]
    #[arg(long, value_name = "METHOD")]
    pub(crate) client_authentication: Option<String>,

    /// Client ID of the application that people sign in with [env: PINGONE_SIGN_IN_CLIENT_ID]
    #[arg(long, value_name = "ID")]
    pub(crate) sign_in_client_id: Option<String>,

    /// Environment of that application, if it differs from the users' [env: PINGONE_SIGN_IN_ENVIRONMENT_ID]
    #[arg(long, value_name = "UUID")]
    pub(crate) sign_in_environment_id: Option<String>,

    /// ID that PingOne's audit shows for the requests of this run: 1 to 100 of the characters A-Z a-z 0-9 . _ - / @ = # +
    /// [env: PINGONE_TRANSACTION_ID] [default: a new UUID]
    #[arg(long, value_name = "ID")]
    pub(crate) transaction_id: Option<String>,

    /// Read the client secret from a file that only you can read [env: PINGONE_CLIENT_SECRET or
    /// PINGONE_CLIENT_CREDENTIALS_CLIENT_SECRET, the secret itself]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, group = "client_secret")]
    pub(crate) client_secret_file: Option<PathBuf>,

    /// Read the client secret from a file descriptor
    #[cfg(unix)]
    #[arg(long, value_name = "N", group = "client_secret")]
    pub(crate) client_secret_fd: Option<u32>,

    /// Ask for the client secret on the terminal
    #[arg(long, group = "client_secret")]
    pub(crate) client_secret_prompt: bool,

    /// Read an access token from a file that only you can read, instead of using a worker application [env:
    /// PINGONE_API_ACCESS_TOKEN, the token itself]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, group = "access_token")]
    pub(crate) access_token_file: Option<PathBuf>,

    /// Read an access token from a file descriptor
    #[cfg(unix)]
    #[arg(long, value_name = "N", group = "access_token")]
    pub(crate) access_token_fd: Option<u32>,

    /// Ask for an access token on the terminal
    #[arg(long, group = "access_token")]
    pub(crate) access_token_prompt: bool,

    /// Profile to read settings from [env: PINGONE_PASSWORD_PROFILE] [default: `default`, if it exists]
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// File with the profiles [env: PINGONE_PASSWORD_CONFIG] [default: pingone-password/config.toml in your config
    /// folder]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
}

impl SettingFlags {
    /// Returns whether a secret is read from standard input.
    pub(crate) fn is_standard_input_secret(&self) -> bool {
        #[cfg(unix)]
        let is_secret = [self.client_secret_fd, self.access_token_fd].contains(&Some(0));
        #[cfg(not(unix))]
        let is_secret = false;
        is_secret
    }
}
