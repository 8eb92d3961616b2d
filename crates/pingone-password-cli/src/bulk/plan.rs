//! Plans a run before anything is sent: the users, the journal, the confirmation.

use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use pingone_password::{ExternalTransactionId, RetryPolicy};

use super::engine::{SharedRateLimiter, call_deadline};
use super::input::{Column, Counts, Entry, Given, InvalidLines, Listed, Source, Worklist, WorklistBuilder, read_list};
use super::journal::{EarlierUsers, Header, Journal, JournalRecord, Replay, Settings, VERSION, now};
use super::names::{LookupError, Names};
use super::options::{DEFAULT_CONCURRENCY, MAX_CONCURRENCY, Operation, Options};
use super::rate::Rate;
use crate::config::Target;
use crate::exit::Exit;
use crate::lock::Lock;
use crate::lookup::{BatchLookup, By, KnownUser};
use crate::output::server_said;
use crate::terminal::{grouped, note, plain, quoted};

/// Up to this many users are unlocked without a confirmation.
const UNCONFIRMED: u64 = 10;

/// A run that can start.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) source: Source,
    /// The users to process.
    pub(crate) users: Worklist,
    /// Whether an earlier run unlocked any user.
    pub(crate) has_unlocked: bool,
    pub(crate) journal: Option<Journal>,
    pub(crate) only_locked_out: bool,
    pub(crate) lock: Lock,
    pub(crate) rate: Option<Rate>,
    pub(crate) concurrency: usize,
    pub(crate) transaction_id: ExternalTransactionId,
    pub(crate) limiter: SharedRateLimiter,
}

/// Why a run doesn't start.
#[derive(Debug)]
pub(crate) enum NoPlan {
    /// The options or the list are wrong.
    Invalid(anyhow::Error),
    /// The list is empty.
    Empty,
    /// The names of the list can't be looked up.
    Lookup { problem: String, exit: Exit },
}

impl From<anyhow::Error> for NoPlan {
    fn from(error: anyhow::Error) -> Self {
        Self::Invalid(error)
    }
}

impl From<LookupError> for NoPlan {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::Other(error) => Self::Invalid(error),
            LookupError::Server(error) => Self::Lookup {
                problem: format!(
                    "can't look up the names of the list, so nothing was unlocked\n  server: {}\n  advice: {}",
                    server_said(&error),
                    plain(error.advice())
                ),
                exit: Exit::of(&error),
            },
        }
    }
}

impl Plan {
    /// Plans a run, and asks for confirmation if needed.
    ///
    /// # Errors
    ///
    /// Fails if the run can't start. Nothing was sent.
    pub(crate) async fn make(options: &Options, target: &Target) -> Result<Self, NoPlan> {
        if !options.users.is_empty() && options.from.is_some() {
            return Err(anyhow!("give the users either on the command line or by --from, not both").into());
        }
        if let Some(path) = &options.resume {
            return Self::resume(options, target, path).await;
        }
        let source = match &options.from {
            Some(path) => Source::open(path)?,
            None => Source::Users(options.users.clone()),
        };
        let (rate, concurrency) = (options.rate, options.concurrency.unwrap_or(DEFAULT_CONCURRENCY));
        let limiter = SharedRateLimiter::new(rate, options.patience);
        let column = Column { name: options.column.as_deref(), by: options.by };
        let list = List { source: &source, column, earlier: EarlierUsers::default(), limiter: &limiter };
        let mut users = list.read(options, target).await?;
        let path = journal_path(options, &source);
        confirm(options, target, &source, users.counts.users)?;
        let lock = options.lock.unwrap_or_default();
        // What is locked has to be known.
        let only_locked_out = options.only_locked_out || lock == Lock::Any;
        let header = Header {
            version: VERSION,
            operation: options.operation,
            environment_id: target.environment_id.to_string(),
            base_url: target.client.base_url().to_owned(),
            transaction_id: Some(target.transaction_id.to_string()),
            input: source.name().map(|path| path.display().to_string()),
            input_sha256: users.digest.clone(),
            invalid_lines: users.counts.invalid,
            settings: Settings {
                column: options.column.clone(),
                by: options.by,
                only_locked_out,
                lock,
                rate: rate.map(|rate| rate.to_string()),
                concurrency,
            },
            started_at: now(),
        };
        let journal = path.map(|path| Journal::create(&path, header)).transpose()?;
        if let (Some(journal), By::Username | By::Email) = (&journal, options.by) {
            // A resumed run must not find other users by the same names.
            record_users(journal, &mut users).await?;
        }
        let transaction_id = target.transaction_id.clone();
        let has_unlocked = false;
        Ok(Self {
            source,
            users,
            has_unlocked,
            journal,
            only_locked_out,
            lock,
            rate,
            concurrency,
            transaction_id,
            limiter,
        })
    }

    async fn resume(options: &Options, target: &Target, path: &Path) -> Result<Self, NoPlan> {
        let (Replay { header, users: earlier, listed, has_done, damaged_lines, .. }, journal) = Journal::resume(path)?;
        check_header(&header, options, target)?;
        // The rate of the first run, unless a flag overrides it.
        let Settings { column, by, lock, rate, concurrency, .. } = header.settings;
        let rate = match (options.rate, rate) {
            (Some(rate), _) => Some(rate),
            (None, Some(rate)) => {
                Some(rate.parse().with_context(|| format!("invalid rate in the journal: {}", plain(&rate)))?)
            }
            (None, None) => None,
        };
        let concurrency = options.concurrency.unwrap_or(concurrency).clamp(1, MAX_CONCURRENCY);
        let has_names = by != By::Id;
        let source = match (&options.from, header.input.as_deref()) {
            _ if has_names => Source::Users(Vec::new()),
            (Some(from), _) => Source::open(from)?,
            (None, _) if !options.users.is_empty() => Source::Users(options.users.clone()),
            (None, Some("-")) => {
                return Err(anyhow!("the users came from standard input: give them again by --from -").into());
            }
            (None, Some(file)) => Source::open(Path::new(file))?,
            (None, None) => return Err(anyhow!("the users were on the command line: give them again").into()),
        };
        report_damage(&damaged_lines, earlier.doubts_all());
        let limiter = SharedRateLimiter::new(rate, options.patience);
        let users = if has_names {
            let doubts_all = earlier.doubts_all();
            listed.finish(earlier.sorted(), doubts_all, header.invalid_lines)?
        } else {
            let column = Column { name: column.as_deref(), by };
            List { source: &source, column, earlier, limiter: &limiter }.read(options, target).await?
        };
        if users.digest != header.input_sha256 && has_names {
            return Err(anyhow!(
                "the users in the journal are incomplete: start again with --only-locked-out and another --journal"
            )
            .into());
        }
        if users.digest != header.input_sha256 {
            let original = header.input.map(|input| format!(", {}", plain(&input))).unwrap_or_default();
            return Err(
                anyhow!(
                    "the journal belongs to another input: the original one{original} had other users, after --shard and --exclude"
                )
                .into()
            );
        }
        note(format!("{} done before, {} remaining", users.counts.earlier, users.counts.users));
        confirm(options, target, &source, users.counts.users)?;
        let record = JournalRecord::Resumed { at: now() };
        if journal.writer().add_durably(&record).await.is_err() {
            journal.close().await?;
            return Err(anyhow!("can't write the journal {}", path.display()).into());
        }
        // The condition of the first run still holds.
        let only_locked_out = options.only_locked_out || header.settings.only_locked_out;
        let has_unlocked = has_done;
        let transaction_id = transaction_id(header.transaction_id.as_deref(), target);
        let journal = Some(journal);
        Ok(Self {
            source,
            users,
            has_unlocked,
            journal,
            only_locked_out,
            lock,
            rate,
            concurrency,
            transaction_id,
            limiter,
        })
    }
}

/// Returns the transaction ID of a resumed run: that of the first run, unless a setting overrides it.
fn transaction_id(of_first_run: Option<&str>, target: &Target) -> ExternalTransactionId {
    let of_first_run = of_first_run.filter(|_| !target.has_own_transaction_id).and_then(|id| id.parse().ok());
    of_first_run.unwrap_or_else(|| target.transaction_id.clone())
}

/// Reports damaged records of the journal.
fn report_damage(lines: &[u64], doubts_all: bool) {
    let Some(first) = lines.first() else { return };
    let lines = match lines.len() - 1 {
        0 => format!("line {first} of the journal is damaged"),
        more => format!("line {first} of the journal and {more} more are damaged"),
    };
    let users = if doubts_all { "all remaining users" } else { "their users" };
    note(format!("{lines}: the states of {users} are read before any unlock"));
}

/// Checks that the journal belongs to the same run.
fn check_header(header: &Header, options: &Options, target: &Target) -> anyhow::Result<()> {
    if header.operation != options.operation {
        bail!("the journal belongs to `{}`, not to `{}`", header.operation.as_str(), options.operation.as_str());
    }
    if header.environment_id != target.environment_id.to_string() {
        bail!("the journal belongs to environment {}, not to {}", plain(&header.environment_id), target.environment_id);
    }
    if header.base_url != target.client.base_url() && !options.allows_other_server {
        bail!(
            "the journal belongs to the API at {}, not at {}: --other-server resumes nevertheless",
            plain(&header.base_url),
            target.client.base_url()
        );
    }
    if header.settings.by != By::Id && (options.from.is_some() || !options.users.is_empty()) {
        bail!("the journal has the users of its list of names: resume it without --from");
    }
    let lock = header.settings.lock;
    if let Some(other) = options.lock.filter(|other| *other != lock) {
        bail!("the journal belongs to a run with --lock {}, not {}", lock.as_str(), other.as_str());
    }
    if options.column.is_some() && options.column != header.settings.column {
        let original = header.settings.column.as_deref().map_or("none".to_owned(), quoted);
        bail!("the journal belongs to a run with another --column: {original}");
    }
    Ok(())
}

/// Writes all users to the journal. They are on disk when this returns.
async fn record_users(journal: &Journal, users: &mut Worklist) -> Result<(), NoPlan> {
    let cannot = |_| anyhow!("can't write the journal {}", journal.path().display());
    let writer = journal.writer();
    let mut last = None;
    for listed in users.by_ref() {
        let Listed { user, username, .. } = listed.context("can't read the temporary list of users")?;
        if let Some(record) = last.replace(JournalRecord::Listed { user: user.to_string(), username }) {
            writer.add(&record).await.map_err(cannot)?;
        }
    }
    if let Some(record) = last {
        writer.add_durably(&record).await.map_err(cannot)?;
    }
    Ok(users.rewind()?)
}

/// A list of users that is about to be read.
struct List<'a> {
    source: &'a Source,
    column: Column<'a>,
    earlier: EarlierUsers,
    /// Spaces the lookups of names.
    limiter: &'a SharedRateLimiter,
}

impl List<'_> {
    /// Reads the list in one pass, looks up its names, and reports invalid lines: as an error in strict mode.
    async fn read(self, options: &Options, target: &Target) -> Result<Worklist, NoPlan> {
        let Self { source, column, earlier, limiter } = self;
        let mut builder = WorklistBuilder::of(options.shard);
        if let Some(path) = &options.exclude {
            exclude(path, options, target, limiter, &mut builder).await?;
        }
        let mut names = Names::default();
        let mut invalid_lines = InvalidLines::of(source.file());
        if let Source::Users(users) = source {
            users.iter().try_for_each(|user| builder.push(*user))?;
        } else if let Some(reader) = source.reader() {
            read_list(reader, column, &mut |Entry { line, user }| match user {
                Ok(Given::Id(user)) => builder.push(user),
                Ok(Given::Name(name)) => names.push(line, &name),
                Err(problem) => invalid_lines.add(line, &problem),
            })
            .with_context(|| format!("can't use the list {}", source.name().unwrap_or(Path::new("")).display()))?;
        }
        if source.has_changed() {
            return Err(anyhow!("the list changed while it was read: nothing was sent").into());
        }
        let is_rejected = |invalid_lines: &InvalidLines| options.is_strict && invalid_lines.count() > 0;
        if !names.is_empty() && !is_rejected(&invalid_lines) {
            let lookup = lookup(target, limiter, options)?;
            let mut sink = |line, found: Result<_, String>| match found {
                Ok(KnownUser { user_id, user }) => {
                    builder.push_named(user_id, user.and_then(|user| user.username).as_deref())
                }
                Err(problem) => invalid_lines.add(line, &problem),
            };
            names.look_up(lookup, &mut sink).await?;
        }
        let is_rejected = is_rejected(&invalid_lines);
        let invalid = invalid_lines.finish()?;
        if is_rejected {
            return Err(anyhow!("{} invalid lines with --strict: nothing was sent", grouped(invalid)).into());
        }
        let doubts_all = earlier.doubts_all();
        let users = builder.finish(earlier.sorted(), doubts_all, invalid)?;
        let Counts { excluded, elsewhere, .. } = users.counts;
        if let Some(shard) = options.shard {
            note(format!("shard {shard}: leaves {} lines to other shards", grouped(elsewhere)));
        }
        if options.exclude.is_some() {
            note(format!("leaves out {} users of the list --exclude", grouped(excluded)));
        }
        let is_empty = users.counts == Counts::default();
        if is_empty && !options.allows_empty { Err(NoPlan::Empty) } else { Ok(users) }
    }
}

/// Reads the list of users that are left out. A line that can't be read or names nobody rejects it, because its user would be
/// unlocked.
async fn exclude(
    path: &Path,
    options: &Options,
    target: &Target,
    limiter: &SharedRateLimiter,
    builder: &mut WorklistBuilder,
) -> Result<(), NoPlan> {
    let source = Source::open(path)?;
    let reader = source.reader().ok_or_else(|| anyhow!("can't read {}", path.display()))?;
    let mut names = Names::default();
    let mut invalid_lines = InvalidLines::of(source.file());
    let column = Column { name: None, by: options.by };
    read_list(reader, column, &mut |Entry { line, user }| match user {
        Ok(Given::Id(user)) => builder.exclude(user),
        Ok(Given::Name(name)) => names.push(line, &name),
        Err(problem) => invalid_lines.add(line, &problem),
    })
    .with_context(|| format!("can't use the list {}", path.display()))?;
    if !names.is_empty() && invalid_lines.count() == 0 {
        let mut sink = |line, found: Result<_, String>| match found {
            Ok(KnownUser { user_id, .. }) => builder.exclude(user_id),
            Err(problem) => invalid_lines.add(line, &problem),
        };
        names.look_up(lookup(target, limiter, options)?, &mut sink).await?;
    }
    match invalid_lines.finish()? {
        0 => Ok(()),
        count => {
            let problem = "invalid lines in the list of users to leave out: nothing was sent";
            Err(anyhow!("{}: {} {problem}", path.display(), grouped(count)).into())
        }
    }
}

/// Returns a lookup whose requests wait for the run's rate limiter.
fn lookup(target: &Target, limiter: &SharedRateLimiter, options: &Options) -> anyhow::Result<BatchLookup> {
    let deadline = call_deadline(options.rate, Names::CONCURRENCY, options.patience);
    let builder = target.builder.clone().rate_limiter(limiter.clone());
    Ok(BatchLookup::new(builder.retry(RetryPolicy::default().deadline(deadline)).build()?))
}

/// Returns the path of the journal. By default only an unlock of a file has one.
fn journal_path(options: &Options, source: &Source) -> Option<PathBuf> {
    if options.no_journal || options.dry_run {
        return None;
    }
    options.journal.clone().or_else(|| {
        let from =
            options.from.as_ref().filter(|_| options.operation == Operation::Unlock && source.file().is_some())?;
        let mut path = OsString::from(from);
        path.push(".journal.jsonl");
        Some(path.into())
    })
}

/// Asks for confirmation to unlock many users.
fn confirm(options: &Options, target: &Target, source: &Source, users: u64) -> anyhow::Result<()> {
    if users <= UNCONFIRMED || options.is_confirmed || options.dry_run || options.operation == Operation::State {
        return Ok(());
    }
    let mut stderr = io::stderr();
    if !io::stdin().is_terminal() || !stderr.is_terminal() || source.is_standard_input() {
        bail!("unlocking {users} users needs a confirmation, and there is no terminal: confirm with --yes");
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
