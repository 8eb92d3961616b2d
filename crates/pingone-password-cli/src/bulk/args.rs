//! What many users can be told on the command line.

use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// How many users are worked on, which ones, and how fast.
#[derive(clap::Args, Debug, Clone)]
#[command(next_help_heading = "Many users")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct BulkArgs {
    /// Take the users from a file, or from standard input (`-`): one id per line, CSV with a header, or JSON Lines
    #[arg(long, value_name = "FILE|-")]
    pub from: Option<PathBuf>,

    /// The column of the CSV, or the property of the JSON objects, that has the user's id [default: `id`, `user_id` or
    /// `userId`]
    #[arg(long, value_name = "NAME")]
    pub column: Option<String>,

    /// Start nothing if any line of the file is bad
    #[arg(long)]
    pub strict: bool,

    /// Read each user's state first, and unlock only who is locked out
    #[arg(long)]
    pub only_locked_out: bool,

    /// Only read, and say what would happen
    #[arg(long)]
    pub dry_run: bool,

    /// Don't ask for confirmation
    #[arg(long, short)]
    pub yes: bool,

    /// Never send more requests than this, such as 30/s or 900/m; resends and looks at the state count, too
    #[arg(long, value_name = "N/s")]
    pub rate: Option<Rate>,

    /// How many users are worked on at the same time
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = concurrency)]
    pub concurrency: usize,

    /// Where to write down what happens to each user [default: next to the file, FILE.journal.jsonl]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["no_journal", "resume"])]
    pub journal: Option<PathBuf>,

    /// Write nothing down: a run that is broken off can't be resumed
    #[arg(long, conflicts_with = "resume")]
    pub no_journal: bool,

    /// Go on with a run that was broken off, by its journal
    #[arg(long, value_name = "JOURNAL", conflicts_with = "dry_run")]
    pub resume: Option<PathBuf>,

    /// How long to wait for a network that is lost before the run stops, such as 30s or 5m
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = humantime::parse_duration)]
    pub patience: Duration,
}

impl Default for BulkArgs {
    /// What there is without any flag.
    fn default() -> Self {
        Self {
            from: None,
            column: None,
            strict: false,
            only_locked_out: false,
            dry_run: false,
            yes: false,
            rate: None,
            concurrency: 16,
            journal: None,
            no_journal: false,
            resume: None,
            patience: Duration::from_secs(300),
        }
    }
}

fn concurrency(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=1024) => Ok(number),
        _ => Err("it has to be a number from 1 to 1024".to_owned()),
    }
}

/// A number of requests in a second, a minute or an hour, such as `30/s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many requests.
    pub(crate) count: NonZeroU32,
    /// In what time.
    pub(crate) per: Duration,
    unit: char,
}

impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        let (count, unit) = text.split_once('/').unwrap_or((text, "s"));
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
pub struct InvalidRate;

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
        for (text, shown) in [("30/s", "30/s"), ("30", "30/s"), ("900/min", "900/m"), ("2000 / hour", "2000/h")] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), shown);
        }
        for text in ["", "0/s", "-1/s", "1.5/s", "30/d", "30/", "/s", "100001/s"] {
            assert_eq!(text.parse::<Rate>(), Err(InvalidRate), "{text}");
        }
    }
}
