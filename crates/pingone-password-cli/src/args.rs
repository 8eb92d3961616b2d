//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use crate::bulk::{BulkArgs, ChangeArgs};
use crate::output::Format;

const EXAMPLES: &str = "\
Examples:
  Is everything set up?
    pingone-password doctor

  Someone is on the phone and can't sign on:
    pingone-password state c3042000-188f-4bc7-a269-dee1602cf7af
    pingone-password unlock c3042000-188f-4bc7-a269-dee1602cf7af

  Many users, one id per line:
    pingone-password unlock --from locked-out.txt

Exit codes:
  0    all done
  1    something failed: a user, a line of the input, a check of doctor, or this computer
  2    the command line or the configuration is wrong, and nothing was sent
  3    not authenticated or not allowed: 401, 403, or no access token
  130  interrupted

What was found goes to standard output, everything else to standard error.";

/// Read the state of PingOne users' passwords, and unlock them
#[derive(Debug, Parser)]
#[command(name = "pingone-password", version, after_help = EXAMPLES, disable_help_subcommand = true)]
#[command(arg_required_else_help = true, subcommand_required = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    State(Box<StateArgs>),
    Unlock(Box<UnlockArgs>),
    Doctor(DoctorArgs),
    /// Look at the configuration
    #[command(arg_required_else_help = true)]
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    Completions(CompletionsArgs),
    /// Write the manual pages into a folder
    #[command(hide = true)]
    Man {
        /// The folder, which has to be there
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        directory: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    Show(ShowArgs),
}

const STATE_EXAMPLES: &str = "\
Examples:
  pingone-password state c3042000-188f-4bc7-a269-dee1602cf7af
  pingone-password state --expand passwordPolicy c3042000-188f-4bc7-a269-dee1602cf7af
  pingone-password state --from users.txt --output json | jq -r 'select(.status == \"PASSWORD_LOCKED_OUT\").user_id'";

/// Read the state of users' passwords: nothing changes
///
/// Says whether a user is locked out, for how long, and when the password was last changed.
#[derive(Debug, Args)]
#[command(after_help = STATE_EXAMPLES)]
pub(crate) struct StateArgs {
    #[command(flatten)]
    pub(crate) users: UserArgs,

    /// Ask for a related resource, too
    #[arg(long, value_name = "RESOURCE")]
    pub(crate) expand: Option<Expand>,

    #[command(flatten)]
    pub(crate) output: OutputArgs,

    #[command(flatten)]
    pub(crate) bulk: BulkArgs,

    #[command(flatten)]
    pub(crate) settings: SettingArgs,
}

const UNLOCK_EXAMPLES: &str = "\
Examples:
  pingone-password unlock c3042000-188f-4bc7-a269-dee1602cf7af
  pingone-password unlock --from locked-out.txt --dry-run
  pingone-password unlock --from locked-out.txt --rate 30/s --output csv > done.csv";

/// Unlock users' passwords
///
/// When an answer gets lost, the user's state is read before another unlock is sent. Where nobody knows whether a user was
/// unlocked, it says so.
#[derive(Debug, Args)]
#[command(after_help = UNLOCK_EXAMPLES)]
pub(crate) struct UnlockArgs {
    #[command(flatten)]
    pub(crate) users: UserArgs,

    #[command(flatten)]
    pub(crate) output: OutputArgs,

    #[command(flatten)]
    pub(crate) bulk: BulkArgs,

    #[command(flatten)]
    pub(crate) changes: ChangeArgs,

    #[command(flatten)]
    pub(crate) settings: SettingArgs,
}

const DOCTOR_EXAMPLES: &str = "\
Examples:
  pingone-password doctor
  pingone-password doctor c3042000-188f-4bc7-a269-dee1602cf7af
  pingone-password doctor --profile production";

/// Check the configuration, the connection, the access token, the clock and the permission to read
///
/// Nothing changes: it reads one password state. Without a user's id it asks for a user that does not exist, which still
/// tells whether the server can be reached and takes the access token.
#[derive(Debug, Args)]
#[command(after_help = DOCTOR_EXAMPLES)]
pub(crate) struct DoctorArgs {
    /// A user whose state may be read, to check the permission
    #[arg(value_name = "USER_ID")]
    pub(crate) user: Option<String>,

    #[command(flatten)]
    pub(crate) settings: SettingArgs,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  pingone-password config show
  pingone-password config show --profile production
  pingone-password config show --output json | jq -r 'select(.setting == \"environment_id\").origin'";

/// Print each setting, its value, and where it comes from
///
/// A flag comes before the environment, and that before the profile. An empty variable counts as not set. Secrets are
/// neither read nor shown.
#[derive(Debug, Args)]
#[command(after_help = SHOW_EXAMPLES)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    pub(crate) output: OutputArgs,

    #[command(flatten)]
    pub(crate) settings: SettingArgs,
}

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  pingone-password completions bash > ~/.local/share/bash-completion/completions/pingone-password
  pingone-password completions zsh > ~/.zfunc/_pingone-password
  pingone-password completions fish > ~/.config/fish/completions/pingone-password.fish";

/// Print the completions for a shell
#[derive(Debug, Args)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(crate) struct CompletionsArgs {
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct UserArgs {
    /// The users, by their ids; one that is given twice is sent once
    #[arg(value_name = "USER_ID")]
    pub(crate) ids: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// How to print what was found
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Expand {
    /// The password policy that holds for the user
    #[value(name = "passwordPolicy")]
    PasswordPolicy,
}

/// The settings. Each can also come from the environment or from a profile, and no flag takes a secret.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Settings")]
#[expect(clippy::doc_markdown, reason = "this is what the help shows, and it would show the backticks")]
pub(crate) struct SettingArgs {
    /// The environment of the users [env: PINGONE_ENVIRONMENT_ID]
    #[arg(long, value_name = "UUID")]
    pub(crate) environment_id: Option<String>,

    /// The region, by its domain: com, ca, eu, com.au, sg or asia [env: PINGONE_TOP_LEVEL_DOMAIN]
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) top_level_domain: Option<String>,

    /// The API, for a gateway or a server of your own, instead of the region's [env: PINGONE_API_URL]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) api_url: Option<String>,

    /// The authorization server, for a gateway or a server of your own, instead of the region's [env: PINGONE_AUTH_URL]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) auth_url: Option<String>,

    /// The token endpoint, for a custom domain: https://DOMAIN/as/token [env: PINGONE_TOKEN_URL]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) token_url: Option<String>,

    /// The proxy to send HTTPS through, such as http://proxy.example.com:3128 [env: HTTPS_PROXY]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) proxy: Option<String>,

    /// The worker application [env: PINGONE_CLIENT_ID]
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,

    /// The worker application's environment, where it isn't the users' [env: PINGONE_WORKER_ENVIRONMENT_ID]
    #[arg(long, value_name = "UUID")]
    pub(crate) worker_environment_id: Option<String>,

    /// How the worker application shows who it is: basic or post [env: PINGONE_CLIENT_AUTHENTICATION]
    #[arg(long, value_name = "HOW")]
    pub(crate) client_authentication: Option<String>,

    /// Read the worker application's secret from a file that only you can read [env: PINGONE_CLIENT_SECRET, the secret
    /// itself]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, group = "client_secret")]
    pub(crate) client_secret_file: Option<PathBuf>,

    /// Read the worker application's secret from a file descriptor
    #[cfg(unix)]
    #[arg(long, value_name = "N", group = "client_secret")]
    pub(crate) client_secret_fd: Option<u32>,

    /// Ask for the worker application's secret on the terminal
    #[arg(long, group = "client_secret")]
    pub(crate) client_secret_prompt: bool,

    /// Read an access token from a file that only you can read, instead of a worker application [env:
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

    /// The profile to take settings from [env: PINGONE_PASSWORD_PROFILE] [default: `default`, where there is one]
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// The file of the profiles [env: PINGONE_PASSWORD_CONFIG] [default: pingone-password/config.toml in the user's
    /// config folder]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
}

impl SettingArgs {
    /// Whether a secret is read from standard input.
    pub(crate) fn is_standard_input_secret(&self) -> bool {
        #[cfg(unix)]
        let is_secret = [self.client_secret_fd, self.access_token_fd].contains(&Some(0));
        #[cfg(not(unix))]
        let is_secret = false;
        is_secret
    }
}
