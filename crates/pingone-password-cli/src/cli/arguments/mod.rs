//! The command line.

mod bulk;
mod find;
mod sign_in;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

pub(super) use bulk::{BulkArgs, ChangeArgs};
pub(super) use find::FindArgs;
pub(super) use sign_in::{LoginArgs, LogoutArgs, WhoamiArgs};

use crate::bulk::ReportFormat;
use crate::config::SettingFlags;
use crate::lock::Lock;
use crate::lookup::By;
use crate::output::Format;

const EXAMPLES: &str = "\
Examples:
  Check the setup:
    pingone-password doctor

  Help a user who can't sign on:
    pingone-password state maria.silva
    pingone-password unlock maria.silva

  Find the users who are locked out:
    pingone-password find --locked-out --output ids > locked-out.txt

  Unlock many users, from a file with one ID per line:
    pingone-password unlock --from locked-out.txt

Exit codes:
  0    all done
  1    a user, a line of the input, a check, the output or something on this computer failed
  2    the command line or the configuration is wrong; nothing was sent
  3    not authenticated or not allowed: 401, 403, or no access token
  4    stopped by --limit, and users remain
  5    stopped by --stop-after or --until, and users remain
  6    stopped because too many users failed, see --max-failures
  130  interrupted

Results go to standard output, messages to standard error.";

/// Read the state of PingOne users' passwords and unlock them
#[derive(Debug, Parser)]
#[command(name = "pingone-password", version, after_help = EXAMPLES, disable_help_subcommand = true)]
#[command(arg_required_else_help = true, subcommand_required = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,

    /// Log each request on standard error; twice, also users and retries
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub(super) verbose: u8,
}

// The flags of a command are made when it is called: those of all commands would be a third of the CPU time of a start. The list
// of the commands needs the first line of each description before that.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(super) enum Command {
    /// Read the state of users' passwords; changes nothing
    State(Box<StateArgs>),
    /// Unlock users' passwords
    Unlock(Box<UnlockArgs>),
    /// Find users, such as those who are locked out; changes nothing
    Find(Box<FindArgs>),
    /// Sign in as yourself, so that your roles count and PingOne's audit names you
    Login(LoginArgs),
    /// Forget the tokens of your sign-in
    Logout(LogoutArgs),
    /// Show who acts: the person who signed in, the worker application or the access token
    Whoami(WhoamiArgs),
    /// Report what bulk runs did, from their journals
    Report(ReportArgs),
    /// Check configuration, connection, access token, clock and permission
    Doctor(DoctorArgs),
    /// Inspect the configuration
    #[command(arg_required_else_help = true)]
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Print shell completions
    Completions(CompletionsArgs),
    /// Write the manual pages into a folder
    #[command(hide = true)]
    Man {
        /// An existing folder
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        directory: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    Show(ShowArgs),
}

const STATE_EXAMPLES: &str = "\
Examples:
  pingone-password state maria.silva
  pingone-password state maria@example.com \\
    --expand passwordPolicy
  pingone-password state --from users.txt --output json \\
    | jq -r 'select(.status == \"PASSWORD_LOCKED_OUT\").user_id'";

/// Read the state of users' passwords; changes nothing
///
/// Shows whether a user is locked out, for how long, and when the password was last changed.
#[derive(Debug, Args)]
#[command(after_help = STATE_EXAMPLES)]
pub(super) struct StateArgs {
    #[command(flatten)]
    pub(super) users: UserArgs,

    /// Include a related resource
    #[arg(long, value_name = "RESOURCE")]
    pub(super) expand: Option<Expand>,

    #[command(flatten)]
    pub(super) output: OutputArgs,

    #[command(flatten)]
    pub(super) bulk: BulkArgs,

    #[command(flatten)]
    pub(super) settings: SettingFlags,
}

const UNLOCK_EXAMPLES: &str = "\
Examples:
  pingone-password unlock maria.silva
  pingone-password unlock --lock any c3042000-188f-4bc7-a269-dee1602cf7af
  pingone-password unlock --from locked-out.txt --dry-run
  pingone-password unlock --from locked-out.txt --rate 30/s --yes";

/// Unlock users' passwords
///
/// If a response is lost, the user's state is read before the unlock is retried. If the outcome stays unknown, the user is
/// reported as unknown.
#[derive(Debug, Args)]
#[command(after_help = UNLOCK_EXAMPLES)]
pub(super) struct UnlockArgs {
    #[command(flatten)]
    pub(super) users: UserArgs,

    #[command(flatten)]
    pub(super) output: OutputArgs,

    #[command(flatten)]
    pub(super) bulk: BulkArgs,

    /// Which lock [default: password]
    #[arg(long, value_enum, value_name = "LOCK")]
    pub(super) lock: Option<Lock>,

    /// Send the unlock without reading first whether the user is locked
    #[arg(long)]
    pub(super) no_check: bool,

    #[command(flatten)]
    pub(super) changes: ChangeArgs,

    #[command(flatten)]
    pub(super) settings: SettingFlags,
}

const REPORT_EXAMPLES: &str = "\
Examples:
  pingone-password report locked-out.txt.journal.jsonl
  pingone-password report --output html *.journal.jsonl > report.html
  pingone-password report --failed failed.csv *.journal.jsonl";

/// Report what bulk runs did, from their journals
///
/// How many users, when, by whom and why, what failed, and what is left to do. Several journals, such as those of shards, make
/// one report. Sends nothing.
#[derive(Debug, Args)]
#[command(after_help = REPORT_EXAMPLES)]
pub(super) struct ReportArgs {
    /// The journals
    #[arg(value_name = "JOURNAL", required = true, value_hint = ValueHint::FilePath)]
    pub(super) journals: Vec<PathBuf>,

    /// Output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(super) output: ReportFormat,

    /// Write the users who are not done to a CSV file, which --from takes
    #[arg(long, value_name = "FILE.csv")]
    pub(super) failed: Option<PathBuf>,
}

const DOCTOR_EXAMPLES: &str = "\
Examples:
  pingone-password doctor
  pingone-password doctor c3042000-188f-4bc7-a269-dee1602cf7af
  pingone-password doctor --profile production";

/// Check configuration, connection, access token, clock and permission
///
/// Changes nothing: reads one password state. Without a user ID, it reads a user that does not exist, which still shows
/// whether the server responds and accepts the access token.
#[derive(Debug, Args)]
#[command(after_help = DOCTOR_EXAMPLES)]
pub(super) struct DoctorArgs {
    /// A user whose state to read, to check the permission
    #[arg(value_name = "USER_ID")]
    pub(super) user: Option<String>,

    #[command(flatten)]
    pub(super) settings: SettingFlags,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  pingone-password config show
  pingone-password config show --profile production
  pingone-password config show --output json \\
    | jq -r 'select(.setting == \"environment_id\").origin'";

/// Print each setting, its value and its origin
///
/// Flags override environment variables, and these override the profile. An empty variable counts as not set. Secrets are
/// neither read nor printed.
#[derive(Debug, Args)]
#[command(after_help = SHOW_EXAMPLES)]
pub(super) struct ShowArgs {
    #[command(flatten)]
    pub(super) output: OutputArgs,

    #[command(flatten)]
    pub(super) settings: SettingFlags,
}

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  pingone-password completions bash \\
    > ~/.local/share/bash-completion/completions/pingone-password
  pingone-password completions zsh > ~/.zfunc/_pingone-password
  pingone-password completions fish \\
    > ~/.config/fish/completions/pingone-password.fish";

/// Print shell completions
#[derive(Debug, Args)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(super) struct CompletionsArgs {
    #[arg(value_name = "SHELL")]
    pub(super) shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct UserArgs {
    /// User IDs, usernames or email addresses; duplicates are sent once
    #[arg(value_name = "USER")]
    pub(super) names: Vec<String>,

    /// What users are named by, here or in a list [default: a UUID is an ID, anything else a username, and an address that
    /// isn't one an email; in a list, IDs]
    #[arg(long, value_enum, value_name = "KIND")]
    pub(super) by: Option<By>,
}

#[derive(Debug, Args)]
pub(super) struct OutputArgs {
    /// Output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(super) output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Expand {
    /// The user's password policy
    #[value(name = "passwordPolicy")]
    PasswordPolicy,
}
