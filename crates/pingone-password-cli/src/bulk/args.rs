//! What many users can be told on the command line.

use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::ArgGroup;

/// How many users are worked on, which ones, and how fast.
#[derive(clap::Args, Debug, Clone)]
#[command(next_help_heading = "Many users")]
#[group(skip)]
#[command(group(ArgGroup::new("input").args(["from", "resume"]).multiple(true)))]
pub(crate) struct BulkArgs {
    /// Take the users from a file, or from standard input (`-`): one id per line, CSV with a header, or JSON Lines
    #[arg(long, value_name = "FILE|-")]
    pub(crate) from: Option<PathBuf>,

    /// The column of the CSV, or the property of the JSON objects, that has the user's id [default: `id`, `user_id` or
    /// `userId`]
    #[arg(long, value_name = "NAME", requires = "input")]
    pub(crate) column: Option<String>,

    /// Start nothing if any line of the file is bad
    #[arg(long, requires = "input")]
    pub(crate) strict: bool,

    /// What only an unlock can be told.
    #[arg(skip)]
    pub(crate) changes: ChangeArgs,

    /// Never send more requests than this, such as 30/s or 900/m; resends and looks at the state count, too
    #[arg(long, value_name = "N/s")]
    pub(crate) rate: Option<Rate>,

    /// How many users are worked on at the same time [default: 16]
    #[arg(long, value_name = "N", value_parser = concurrency)]
    pub(crate) concurrency: Option<usize>,

    /// Where to write down what happens to each user [default: next to the file, FILE.journal.jsonl]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["no_journal", "resume"])]
    pub(crate) journal: Option<PathBuf>,

    /// Write nothing down: a run that is broken off can't be resumed
    #[arg(long, requires = "from", conflicts_with = "resume")]
    pub(crate) no_journal: bool,

    /// Go on with a run that was broken off, by its journal: with the same users, and as fast unless told otherwise
    #[arg(long, value_name = "JOURNAL")]
    pub(crate) resume: Option<PathBuf>,

    /// Go on though the API is at another URL than it was
    #[arg(long, requires = "resume")]
    pub(crate) other_server: bool,

    /// How long to wait for a network that is lost before the run stops, such as 30s or 5m [default: 5m]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) patience: Option<Duration>,
}

/// Which users are changed, and whether at all.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Many users")]
#[group(skip)]
pub(crate) struct ChangeArgs {
    /// Read each user's state first, and unlock only who is locked out
    #[arg(long)]
    pub(crate) only_locked_out: bool,

    /// Only read, and say what would happen
    #[arg(long, conflicts_with_all = ["resume", "journal"])]
    pub(crate) dry_run: bool,

    /// Don't ask for confirmation
    #[arg(long, short)]
    pub(crate) yes: bool,
}

impl BulkArgs {
    /// How long a network may be lost.
    pub(crate) fn patience(&self) -> Duration {
        self.patience.unwrap_or(Duration::from_secs(300))
    }
}

/// How many users are worked on at the same time, unless it is said.
pub(crate) const CONCURRENCY: usize = 16;

/// More than these are not worked on at the same time.
pub(crate) const MOST_CONCURRENT: usize = 1024;

fn concurrency(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=MOST_CONCURRENT) => Ok(number),
        _ => Err(format!("it has to be a number from 1 to {MOST_CONCURRENT}")),
    }
}

/// A number of requests in a second, a minute or an hour, such as `30/s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    /// How many requests.
    pub(crate) count: NonZeroU32,
    /// In what time.
    pub(crate) per: Duration,
    unit: char,
}

impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        let (count, unit) = text.split_once('/').ok_or(InvalidRate)?;
        let seconds = match unit.trim() {
            "s" | "sec" | "second" => 1,
            "m" | "min" | "minute" => 60,
            "h" | "hour" => 3600,
            _ => return Err(InvalidRate),
        };
        let unit = unit.trim().chars().next().unwrap_or('s');
        match count.trim().parse::<NonZeroU32>() {
            Ok(count) if count.get() <= 100_000 => Ok(Self { count, per: Duration::from_secs(seconds), unit }),
            _ => Err(InvalidRate),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.count, self.unit)
    }
}

/// A text that is no rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidRate;

impl fmt::Display for InvalidRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it has to be a whole number from 1 to 100000 and a unit of time, such as 30/s, 900/m or 2000/h")
    }
}

impl std::error::Error for InvalidRate {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_and_a_unit() {
        for (text, shown) in [("30/s", "30/s"), ("900/min", "900/m"), ("2000 / hour", "2000/h")] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), shown);
        }
        for text in ["", "30", "0/s", "-1/s", "1.5/s", "30/d", "30/", "/s", "100001/s"] {
            assert_eq!(text.parse::<Rate>(), Err(InvalidRate), "{text}");
        }
    }
}
