//! The flags of bulk runs.

use std::path::PathBuf;
use std::time::Duration;

use clap::ArgGroup;
use pingone_password::UserId;

use crate::bulk::{
    Condition, MAX_CONCURRENCY, MaxFailures, Operation, Options, ProgressFormat, Rate, ResumeFrom, Shard, TimeOfDay,
    Valves,
};
use crate::lookup::By;
use crate::output::Format;

const DEFAULT_PATIENCE: Duration = Duration::from_secs(300);

/// Which users, and how fast.
#[derive(clap::Args, Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(next_help_heading = "Bulk runs")]
#[group(skip)]
#[command(group(ArgGroup::new("input").args(["from", "resume"]).multiple(true)))]
pub(in crate::cli) struct BulkArgs {
    /// Read users from a file, or from standard input (`-`): one per line, CSV with a header, or JSON; IDs, unless `--by` says
    /// otherwise
    #[arg(long, value_name = "FILE|-")]
    pub(in crate::cli) from: Option<PathBuf>,

    /// CSV column or JSON property with the user [default: `id`, `user_id` or `userId`; `username` or `user_name` with `--by
    /// username`; `email` with `--by email`]
    #[arg(long, value_name = "NAME", requires = "input")]
    column: Option<String>,

    /// Take only users whose column or property, such as `department` or `population.id`, has this value; several conditions have
    /// to be met together
    #[arg(long = "where", value_name = "COLUMN=VALUE", requires = "input")]
    conditions: Vec<Condition>,

    /// Send nothing if any line of the input is invalid
    #[arg(long, requires = "input")]
    strict: bool,

    /// Accept a list without users
    #[arg(long, requires = "input")]
    allow_empty: bool,

    /// Maximum rate of requests, such as 30/s or 900/m, including retries and state checks
    #[arg(long, value_name = "N/s")]
    pub(in crate::cli) rate: Option<Rate>,

    /// Number of users processed at the same time [default: 16]
    #[arg(long, value_name = "N", value_parser = concurrency)]
    pub(in crate::cli) concurrency: Option<usize>,

    /// Journal file with the result of each user; up to ten users on the command line are appended to it [default:
    /// FILE.journal.jsonl, for unlock --from FILE; else the profile's `journal`, for up to ten users]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["no_journal", "resume"])]
    pub(in crate::cli) journal: Option<PathBuf>,

    /// Why, such as a ticket number, for the journal and the report
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub(in crate::cli) reason: Option<String>,

    /// Write a report on the run as an HTML page
    #[arg(long, value_name = "FILE.html", conflicts_with = "no_journal")]
    pub(in crate::cli) report: Option<PathBuf>,

    /// Write no journal; an interrupted run can't be resumed
    #[arg(long, requires = "from", conflicts_with = "resume")]
    no_journal: bool,

    /// Resume an interrupted run from its journal, with the same users, rate and concurrency; without a file, from the newest
    /// journal of the list in its folder
    #[arg(long, value_name = "JOURNAL", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "a flag with an optional value, as clap knows it")]
    pub(in crate::cli) resume: Option<Option<PathBuf>>,

    /// Resume although the API URL differs from the journal's
    #[arg(long, requires = "resume")]
    other_server: bool,

    /// How long to wait for a failing server or network before the run stops, such as 30s or 5m [default: 5m]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(in crate::cli) patience: Option<Duration>,

    /// Take this many users at most; the rest can be resumed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(in crate::cli) limit: Option<u64>,

    /// Stop after this time, such as 45m; the rest can be resumed
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(in crate::cli) stop_after: Option<Duration>,

    /// Stop at this local time, such as 06:00; the rest can be resumed
    #[arg(long, value_name = "HH:MM")]
    pub(in crate::cli) until: Option<TimeOfDay>,

    /// Take only the K-th of N parts of the users, for N computers with the same list
    #[arg(long, value_name = "K/N")]
    pub(in crate::cli) shard: Option<Shard>,

    /// Leave out the users of a list, which is read like the one of --from
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) exclude: Option<PathBuf>,

    /// Stop after this many failures in a row, or after more than a percentage of all users failed [default: 20]
    #[arg(long, value_name = "N|P%")]
    pub(in crate::cli) max_failures: Option<MaxFailures>,

    /// How progress is reported on standard error [default: text]
    #[arg(long, value_name = "FORMAT")]
    pub(in crate::cli) progress: Option<ProgressFormat>,
}

/// What only an unlock supports.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Bulk runs")]
#[group(skip)]
pub(in crate::cli) struct ChangeArgs {
    /// Read each user's state first and unlock only users who are locked out
    #[arg(long)]
    pub(in crate::cli) only_locked_out: bool,

    /// Read the states and report what would be sent; changes nothing
    #[arg(long, conflicts_with_all = ["resume", "journal"])]
    pub(in crate::cli) dry_run: bool,

    /// Don't ask for confirmation
    #[arg(long, short)]
    pub(in crate::cli) yes: bool,
}

impl BulkArgs {
    /// Makes the options of a bulk run.
    pub(in crate::cli) fn options(
        &self,
        operation: Operation,
        changes: ChangeArgs,
        users: Vec<UserId>,
        by: Option<By>,
        format: Format,
    ) -> Options {
        let Self {
            from,
            column,
            strict,
            allow_empty,
            rate,
            concurrency,
            journal,
            no_journal,
            resume,
            other_server,
            patience,
            max_failures,
            limit,
            stop_after,
            until,
            shard,
            exclude,
            conditions,
            progress,
            reason,
            report,
        } = self.clone();
        let ChangeArgs { only_locked_out, dry_run, yes } = changes;
        Options {
            operation,
            lock: None,
            users,
            from,
            column,
            by: by.unwrap_or_default(),
            conditions,
            is_strict: strict,
            allows_empty: allow_empty,
            only_locked_out,
            dry_run,
            is_confirmed: yes,
            rate,
            concurrency,
            max_failures: max_failures.unwrap_or_default(),
            valves: Valves { limit, stop_after, until },
            shard,
            exclude,
            journal,
            reason,
            report,
            no_journal,
            resume: resume.map(|journal| journal.map_or(ResumeFrom::Newest, ResumeFrom::Journal)),
            allows_other_server: other_server,
            patience: patience.unwrap_or(DEFAULT_PATIENCE),
            format,
            progress: progress.unwrap_or_default(),
        }
    }
}

pub(super) fn reason(text: &str) -> Result<String, String> {
    const MAX_CHARS: usize = 200;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_CHARS || text.contains(char::is_control) {
        return Err(format!("expected 1 to {MAX_CHARS} characters on one line"));
    }
    Ok(text.to_owned())
}

pub(super) fn concurrency(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=MAX_CONCURRENCY) => Ok(number),
        _ => Err(format!("expected a number from 1 to {MAX_CONCURRENCY}")),
    }
}
