//! What a run is about, settled before anything is sent: the users, the journal, and that someone wants it.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use pingone_password::UserId;

use super::args::{CONCURRENCY, MOST_CONCURRENT};
use super::input::Input;
use super::journal::Journal;
use super::record::{Header, JournalRecord, Settings, VERSION, now};
use super::replay::Replay;
use super::worklist::Worklist;
use super::{BulkArgs, Operation, Rate};
use crate::config::Target;
use crate::output::plain;
use crate::report::note;

/// More users than these are not changed without a confirmation.
const WITHOUT_ASKING: u64 = 10;

/// What earlier runs have left.
#[derive(Debug, Default)]
pub(crate) struct Earlier {
    /// The unlock of these may have happened.
    pub(crate) open: HashSet<UserId>,
    /// Whether somebody's happened for sure.
    pub(crate) has_done: bool,
}

/// A run that can begin.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) operation: Operation,
    /// Who is left to be done.
    pub(crate) users: Worklist,
    pub(crate) earlier: Earlier,
    pub(crate) journal: Option<Journal>,
    pub(crate) only_locked_out: bool,
    pub(crate) rate: Option<Rate>,
    pub(crate) concurrency: usize,
}

impl Plan {
    /// Looks at everything, and asks where it has to.
    ///
    /// # Errors
    ///
    /// Why the run can't begin. Nothing was sent.
    pub(crate) async fn make(
        operation: Operation,
        args: &BulkArgs,
        ids: Vec<UserId>,
        target: &Target,
    ) -> anyhow::Result<Self> {
        if !ids.is_empty() && args.from.is_some() {
            bail!("the users come either from the command line or from --from, not from both");
        }
        if let Some(path) = &args.resume {
            return Self::resume(operation, args, ids, target, path).await;
        }
        let input = match &args.from {
            Some(path) => Input::open(path, args.column.clone())?,
            None => Input::ids(ids),
        };
        let (rate, concurrency) = (args.rate, args.concurrency.unwrap_or(CONCURRENCY));
        let users = worklist(&input, &HashSet::new(), args.strict)?;
        let path = journal_path(operation, args, &input);
        confirm(operation, args, target, &input, users.counts.users)?;
        let header = Header {
            version: VERSION,
            operation,
            environment_id: target.environment_id.to_string(),
            base_url: target.client.base_url().to_owned(),
            input: input.name().map(|path| path.display().to_string()),
            input_sha256: input.digest().to_owned(),
            settings: Settings {
                column: args.column.clone(),
                only_locked_out: args.changes.only_locked_out,
                rate: rate.map(|rate| rate.to_string()),
                concurrency,
            },
            started_at: now(),
        };
        let journal = path.map(|path| Journal::begin(&path, header)).transpose()?;
        let (earlier, only_locked_out) = (Earlier::default(), args.changes.only_locked_out);
        Ok(Self { operation, users, earlier, journal, only_locked_out, rate, concurrency })
    }

    async fn resume(
        operation: Operation,
        args: &BulkArgs,
        ids: Vec<UserId>,
        target: &Target,
        path: &Path,
    ) -> anyhow::Result<Self> {
        let (Replay { header, finished, open, has_done, .. }, journal) = Journal::resume(path)?;
        if header.operation != operation {
            bail!("the journal is of `{}`, not of `{}`", header.operation.as_str(), operation.as_str());
        }
        if header.environment_id != target.environment_id.to_string() {
            bail!("the journal is of the environment {}, not of {}", header.environment_id, target.environment_id);
        }
        if header.base_url != target.client.base_url() && !args.other_server {
            bail!(
                "the journal is of the API at {}, not at {}: --other-server goes on all the same",
                plain(&header.base_url),
                target.client.base_url()
            );
        }
        // As fast as before, unless someone says otherwise.
        let Settings { column, rate, concurrency, .. } = header.settings;
        let rate = match (args.rate, rate) {
            (Some(rate), _) => Some(rate),
            (None, Some(rate)) => {
                Some(rate.parse().with_context(|| format!("the journal's rate is {}", plain(&rate)))?)
            }
            (None, None) => None,
        };
        let concurrency = args.concurrency.unwrap_or(concurrency).clamp(1, MOST_CONCURRENT);
        let column = args.column.clone().or(column);
        let input = match (&args.from, header.input.as_deref()) {
            (Some(from), _) => Input::open(from, column)?,
            (None, _) if !ids.is_empty() => Input::ids(ids),
            (None, Some("-")) => bail!("the users came from standard input: give them again, by --from -"),
            (None, Some(file)) => Input::open(Path::new(file), column)?,
            (None, None) => bail!("the users were on the command line: give them again"),
        };
        if input.digest() != header.input_sha256 {
            bail!(
                "the journal is of another input: the one it was begun with{} had other content",
                header.input.map(|input| format!(", {},", plain(&input))).unwrap_or_default()
            );
        }
        let users = worklist(&input, &finished, args.strict)?;
        let earlier = Earlier { open, has_done };
        note(format!("{} done before, {} left", users.counts.earlier, users.counts.users));
        confirm(operation, args, target, &input, users.counts.users)?;
        let record = JournalRecord::Resumed { at: now() };
        if journal.pen().add_durably(&record).await.is_err() {
            journal.close().await?;
            bail!("can't write the journal {}", path.display());
        }
        // Whoever wanted to spare those who are not locked out still does.
        let only_locked_out = args.changes.only_locked_out || header.settings.only_locked_out;
        Ok(Self { operation, users, earlier, journal: Some(journal), only_locked_out, rate, concurrency })
    }
}

/// Reads the input, and says which lines are bad: an error where they have to be.
fn worklist(input: &Input, finished: &HashSet<UserId>, is_strict: bool) -> anyhow::Result<Worklist> {
    let tell = |number, mistake: &str| note(format!("line {number}: {mistake}"));
    let users = Worklist::of(input.lines()?, |user| finished.contains(user), tell)?;
    if is_strict && users.counts.bad > 0 {
        bail!("{} bad lines, and --strict: nothing was sent", users.counts.bad);
    }
    Ok(users)
}

/// Where the journal is. A read needs none, unless someone wants it.
fn journal_path(operation: Operation, args: &BulkArgs, input: &Input) -> Option<PathBuf> {
    if args.no_journal || args.changes.dry_run {
        return None;
    }
    args.journal.clone().or_else(|| {
        let from = args.from.as_ref().filter(|_| operation == Operation::Unlock && input.is_regular())?;
        let mut path = OsString::from(from);
        path.push(".journal.jsonl");
        Some(path.into())
    })
}

/// Asks whether so many users are meant.
fn confirm(operation: Operation, args: &BulkArgs, target: &Target, input: &Input, users: u64) -> anyhow::Result<()> {
    if users <= WITHOUT_ASKING || args.changes.yes || args.changes.dry_run || operation == Operation::State {
        return Ok(());
    }
    let mut stderr = io::stderr();
    if !io::stdin().is_terminal() || !stderr.is_terminal() || input.is_standard_input() {
        bail!("{users} users would be unlocked, and there is nobody to ask: --yes does without");
    }
    write!(stderr, "Unlock {users} users of the environment {}? [y/N] ", target.environment_id)?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).context("can't read the answer")?;
    if !matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        bail!("not confirmed: nothing was sent");
    }
    Ok(())
}
