//! Plans a run before anything is sent: the users, the journal, the confirmation.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use pingone_password::ExternalTransactionId;

use super::engine::SharedRateLimiter;
use super::input::{Column, Listed, Source, Worklist};
use super::journal::{EarlierUsers, Header, Journal, JournalRecord, Replay, Settings, VERSION, Who, newest, now};
use super::list::{List, exclude};
use super::no_plan::NoPlan;
use super::options::{DEFAULT_CONCURRENCY, MAX_CONCURRENCY, Operation, Options, ResumeFrom};
use super::rate::Rate;
use crate::config::Target;
use crate::lock::Lock;
use crate::lookup::By;
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
        match &options.resume {
            Some(ResumeFrom::Journal(path)) => return Self::resume(options, target, path).await,
            Some(ResumeFrom::Newest) => {
                let path = newest(options.from.as_deref(), options.operation)?;
                return Self::resume(options, target, &path).await;
            }
            None => {}
        }
        let source = match &options.from {
            Some(path) => Source::open(path)?,
            None => Source::Users(options.users.clone()),
        };
        let (rate, concurrency) = (options.rate, options.concurrency.unwrap_or(DEFAULT_CONCURRENCY));
        let limiter = SharedRateLimiter::new(rate, options.patience);
        let column = Column { name: options.column.as_deref(), by: options.by, conditions: &options.conditions };
        let list = List { source: &source, column, earlier: EarlierUsers::default(), limiter: &limiter };
        let mut users = list.read(options, target).await?;
        let path = journal_path(options, &source);
        if path.is_none() && (options.reason.is_some() || options.report.is_some()) {
            return Err(
                anyhow!("--reason and --report need a journal, and there is none: name one by --journal").into()
            );
        }
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
            signed_in_as: target.person().await.map(|person| person.label().to_owned()),
            input: source.name().map(|path| path.display().to_string()),
            input_sha256: users.digest.clone(),
            invalid_lines: users.counts.invalid,
            users: Some(users.counts.users),
            settings: Settings {
                column: options.column.clone(),
                by: options.by,
                conditions: options.conditions.clone(),
                only_locked_out,
                lock,
                rate: rate.map(|rate| rate.to_string()),
                concurrency,
            },
            started_at: now(),
            who: Who::now(options.reason.clone()),
            resumable: true,
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
        let (replay, journal) = Journal::resume(path, options.shard)?;
        let Replay { header, users: earlier, mut listed, has_done, damaged_lines, idle_time, .. } = replay;
        check_header(&header, options, target)?;
        // The rate of the first run, unless a flag overrides it.
        let Settings { column, by, conditions, lock, rate, concurrency, .. } = header.settings;
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
        limiter.resume_after(idle_time);
        let users = if has_names {
            if let Some(path) = &options.exclude {
                exclude(path, by, options, target, &limiter, &mut listed).await?;
            }
            let doubts_all = earlier.doubts_all();
            listed.finish(earlier.sorted(), doubts_all, header.invalid_lines)?
        } else {
            let column = Column { name: column.as_deref(), by, conditions: &conditions };
            List { source: &source, column, earlier, limiter: &limiter }.read(options, target).await?
        };
        if users.digest != header.input_sha256 {
            return Err(if has_names {
                anyhow!(
                    "the users in the journal are incomplete, or others than with these --shard and --exclude: start again \
                     with --only-locked-out and another --journal"
                )
            } else {
                let original = header.input.map(|input| format!(", {},", plain(&input))).unwrap_or_default();
                anyhow!(
                    "the journal belongs to another input: the original one{original} had other users, after --shard and \
                     --exclude"
                )
            }
            .into());
        }
        note(format!("{} done before, {} remaining", users.counts.earlier, users.counts.users));
        confirm(options, target, &source, users.counts.users)?;
        let record = JournalRecord::Resumed { at: now(), who: Who::now(options.reason.clone()) };
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
    let (lines, users) = match lines.len() - 1 {
        0 => (format!("line {first} of the journal is damaged"), "the state of its user is"),
        more => (
            format!("line {first} of the journal and {} more are damaged", grouped(more as u64)),
            "the states of their users are",
        ),
    };
    let users = if doubts_all { "the states of all remaining users are" } else { users };
    note(format!("{lines}: {users} read before any unlock"));
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
    let conditions: BTreeSet<_> = header.settings.conditions.iter().collect();
    if !options.conditions.is_empty() && options.conditions.iter().collect::<BTreeSet<_>>() != conditions {
        let original: Vec<_> = conditions.iter().map(|condition| quoted(&condition.to_string())).collect();
        let original = if original.is_empty() { "none".to_owned() } else { original.join(", ") };
        bail!("the journal belongs to a run with another --where: {original}");
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
