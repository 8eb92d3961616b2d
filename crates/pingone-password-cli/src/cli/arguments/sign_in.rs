//! The arguments of the commands that concern a person's sign-in.

use clap::Args;

use crate::config::SettingFlags;

const LOGIN_EXAMPLES: &str = "\
Examples:
  pingone-password login
  pingone-password login --device
  pingone-password login --profile production";

/// Sign in as yourself, so that your roles count and PingOne's audit names you
///
/// Opens a browser on this computer, or with --device shows a code for a browser on any other. The tokens are kept in the
/// keychain of this computer, for each profile.
#[derive(Debug, Args)]
#[command(after_help = LOGIN_EXAMPLES)]
pub(crate) struct LoginArgs {
    /// Show a code to enter in a browser on another device
    #[arg(long, conflicts_with_all = ["port", "no_browser"])]
    pub(crate) device: bool,

    /// Print the address of the sign-in page instead of opening a browser
    #[arg(long)]
    pub(crate) no_browser: bool,

    /// Port of the redirect URI http://127.0.0.1:PORT/callback; 0 is any free one
    #[arg(long, value_name = "PORT", default_value_t = 7464)]
    pub(crate) port: u16,

    #[command(flatten)]
    pub(crate) settings: SettingFlags,
}

const LOGOUT_EXAMPLES: &str = "\
Examples:
  pingone-password logout";

/// Forget the tokens of your sign-in
///
/// PingOne can't revoke the tokens for its API: a copy of them stays valid until it expires.
#[derive(Debug, Args)]
#[command(after_help = LOGOUT_EXAMPLES)]
pub(crate) struct LogoutArgs {
    #[command(flatten)]
    pub(crate) settings: SettingFlags,
}

const WHOAMI_EXAMPLES: &str = "\
Examples:
  pingone-password whoami";

/// Show who acts: the person who signed in, the worker application or the access token
#[derive(Debug, Args)]
#[command(after_help = WHOAMI_EXAMPLES)]
pub(crate) struct WhoamiArgs {
    #[command(flatten)]
    pub(crate) settings: SettingFlags,
}
