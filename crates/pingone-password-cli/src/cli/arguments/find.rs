//! The flags of `find`.

use pingone_password::Filter;
use uuid::Uuid;

use crate::bulk::Rate;
use crate::config::SettingFlags;
use crate::output::FoundFormat;

use super::bulk::concurrency;

const EXAMPLES: &str = "\
Examples:
  pingone-password find --email maria@example.com
  pingone-password find --filter 'name.family sw \"Sil\"'
  pingone-password find --locked-out --rate 30/s
  pingone-password find --locked-out --output ids > locked-out.txt \\
    && pingone-password unlock --from locked-out.txt --rate 30/s";

/// Find users, such as those who are locked out; changes nothing
///
/// Lists the users who meet all conditions, or all users, as their pages arrive. If the list can't be completed, the exit code
/// is not 0.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct FindArgs {
    /// The user with this username
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) username: Option<String>,

    /// The users with this email address
    #[arg(long, value_name = "ADDRESS")]
    pub(in crate::cli) email: Option<String>,

    /// The users that match a SCIM filter, such as `name.family sw "Sil"`
    #[arg(long, value_name = "EXPR")]
    pub(in crate::cli) filter: Option<Filter>,

    /// The users of a population
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) population: Option<Uuid>,

    /// Only users whose password is locked out: reads the password state of those whose account is locked or can't
    /// authenticate
    #[arg(long)]
    pub(in crate::cli) locked_out: bool,

    /// Read the password state of every user, in case that lockouts don't show in the account
    #[arg(long)]
    pub(in crate::cli) thorough: bool,

    /// Output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(in crate::cli) output: FoundFormat,

    /// Maximum rate of requests, such as 30/s or 900/m, including retries
    #[arg(long, value_name = "N/s")]
    pub(in crate::cli) rate: Option<Rate>,

    /// Number of password states that are read at the same time [default: 16]
    #[arg(long, value_name = "N", value_parser = concurrency)]
    pub(in crate::cli) concurrency: Option<usize>,

    #[command(flatten)]
    pub(in crate::cli) settings: SettingFlags,
}
