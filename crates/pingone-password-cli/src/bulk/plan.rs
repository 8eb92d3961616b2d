//! Plans a run before anything is sent: the users, the journal, the confirmation.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use pingone_password::UserId;

use super::input::{Input, Worklist};
use super::journal::{Header, Journal, JournalRecord, Replay, Settings, VERSION, now};
use super::options::{DEFAULT_CONCURRENCY, MAX_CONCURRENCY, Operation, Options};
use super::rate::Rate;
use crate::config::Target;
use crate::terminal::{note, plain};

/// Up to this many users are unlocked without a confirmation.
const UNCONFIRMED: u64 = 10;

/// The result of earlier runs.
#[derive(Debug, Default)]
pub(crate) struct Earlier {
    /// Users whose unlock may have been applied.
    pub(crate) pending: HashSet<UserId>,
    /// Whether any user was unlocked.
    pub(crate) has_done: bool,
}

/// A run that can start.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The users to process.
    pub(crate) users: Worklist,
    pub(crate) earlier: Earlier,
    pub(crate) journal: Option<Journal>,
    pub(crate) only_locked_out: bool,
    pub(crate) rate: Option<Rate>,
    pub(crate) concurrency: usize,
}

impl Plan {
    /// Plans a run, and asks for confirmation if needed.
    ///
    /// # Errors
    ///
    /// Fails if the run can't start. Nothing was sent.
    pub(crate) async fn make(options: &Options, target: &Target) -> anyhow::Result<Self> {
        if !options.users.is_empty() && options.from.is_some() {
            bail!("give the users either on the command line or by --from, not both");
        }
        if let Some(path) = &options.resume {
            return Self::resume(options, target, path).await;
        }
        let input = match &options.from {
            Some(path) => Input::open(path, options.column.clone())?,
            None => Input::ids(options.users.clone()),
        };
        let (rate, concurrency) = (options.rate, options.concurrency.unwrap_or(DEFAULT_CONCURRENCY));
        let users = worklist(&input, &HashSet::new(), options.is_strict)?;
        let path = journal_path(options, &input);
        confirm(options, target, &input, users.counts.users)?;
        let header = Header {
            version: VERSION,
            operation: options.operation,
            environment_id: target.environment_id.to_string(),
            base_url: target.client.base_url().to_owned(),
            input: input.name().map(|path| path.display().to_string()),
            input_sha256: input.digest().to_owned(),
            settings: Settings {
                column: options.column.clone(),
                only_locked_out: options.only_locked_out,
                rate: rate.map(|rate| rate.to_string()),
                concurrency,
            },
            started_at: now(),
        };
        let journal = path.map(|path| Journal::create(&path, header)).transpose()?;
        let (earlier, only_locked_out) = (Earlier::default(), options.only_locked_out);
        Ok(Self { users, earlier, journal, only_locked_out, rate, concurrency })
    }

    async fn resume(options: &Options, target: &Target, path: &Path) -> anyhow::Result<Self> {
        let (Replay { header, finished, pending, has_done, .. }, journal) = Journal::resume(path)?;
        if header.operation != options.operation {
            bail!("the journal belongs to `{}`, not to `{}`", header.operation.as_str(), options.operation.as_str());
        }
        if header.environment_id != target.environment_id.to_string() {
            bail!("the journal belongs to environment {}, not to {}", header.environment_id, target.environment_id);
        }
        if header.base_url != target.client.base_url() && !options.allows_other_server {
            bail!(
                "the journal belongs to the API at {}, not at {}: --other-server resumes nevertheless",
                plain(&header.base_url),
                target.client.base_url()
            );
        }
        // The rate of the first run, unless a flag overrides it.
        let Settings { column, rate, concurrency, .. } = header.settings;
        let rate = match (options.rate, rate) {
            (Some(rate), _) => Some(rate),
            (None, Some(rate)) => {
                Some(rate.parse().with_context(|| format!("invalid rate in the journal: {}", plain(&rate)))?)
            }
            (None, None) => None,
        };
        let concurrency = options.concurrency.unwrap_or(concurrency).clamp(1, MAX_CONCURRENCY);
        let column = options.column.clone().or(column);
        let input = match (&options.from, header.input.as_deref()) {
            (Some(from), _) => Input::open(from, column)?,
            (None, _) if !options.users.is_empty() => Input::ids(options.users.clone()),
            (None, Some("-")) => bail!("the users came from standard input: give them again by --from -"),
            (None, Some(file)) => Input::open(Path::new(file), column)?,
            (None, None) => bail!("the users were on the command line: give them again"),
        };
        if input.digest() != header.input_sha256 {
            bail!(
                "the journal belongs to another input: the content of the original one{} was different",
                header.input.map(|input| format!(", {},", plain(&input))).unwrap_or_default()
            );
        }
        let users = worklist(&input, &finished, options.is_strict)?;
        let earlier = Earlier { pending, has_done };
        note(format!("{} done before, {} remaining", users.counts.earlier, users.counts.users));
        confirm(options, target, &input, users.counts.users)?;
        let record = JournalRecord::Resumed { at: now() };
        if journal.writer().add_durably(&record).await.is_err() {
            journal.close().await?;
            bail!("can't write the journal {}", path.display());
        }
        // The condition of the first run still holds.
        let only_locked_out = options.only_locked_out || header.settings.only_locked_out;
        Ok(Self { users, earlier, journal: Some(journal), only_locked_out, rate, concurrency })
    }
}

/// Reads the input and reports invalid lines, as an error in strict mode.
fn worklist(input: &Input, finished: &HashSet<UserId>, is_strict: bool) -> anyhow::Result<Worklist> {
    let report = |number, problem: &str| note(format!("line {number}: {problem}"));
    let users = Worklist::of(input.lines()?, |user| finished.contains(user), report)?;
    if is_strict && users.counts.invalid > 0 {
        bail!("{} invalid lines with --strict: nothing was sent", users.counts.invalid);
    }
    Ok(users)
}

/// Returns the path of the journal. By default only an unlock of a file has one.
fn journal_path(options: &Options, input: &Input) -> Option<PathBuf> {
    if options.no_journal || options.dry_run {
        return None;
    }
    options.journal.clone().or_else(|| {
        let from = options.from.as_ref().filter(|_| options.operation == Operation::Unlock && input.is_regular())?;
        let mut path = OsString::from(from);
        path.push(".journal.jsonl");
        Some(path.into())
    })
}

/// Asks for confirmation to unlock many users.
fn confirm(options: &Options, target: &Target, input: &Input, users: u64) -> anyhow::Result<()> {
    if users <= UNCONFIRMED || options.is_confirmed || options.dry_run || options.operation == Operation::State {
        return Ok(());
    }
    let mut stderr = io::stderr();
    if !io::stdin().is_terminal() || !stderr.is_terminal() || input.is_standard_input() {
        bail!("unlocking {users} users needs a confirmation, and there is no terminal: confirm by --yes");
    }
    write!(stderr, "Unlock {users} users of environment {}? [y/N] ", target.environment_id)?;
    stderr.flush()?;
    let mut reply = String::new();
    io::stdin().lock().read_line(&mut reply).context("can't read the reply")?;
    if !matches!(reply.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        bail!("not confirmed: nothing was sent");
    }
    Ok(())
}
