//! Reads a list of users, and looks up its names.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use pingone_password::UserId;

use super::engine::{SharedRateLimiter, retry_policy};
use super::input::{Column, Counts, Entry, Given, InvalidLines, Source, Worklist, WorklistBuilder, read_list};
use super::journal::EarlierUsers;
use super::names::Names;
use super::no_plan::NoPlan;
use super::options::Options;
use crate::config::Target;
use crate::lookup::{BatchLookup, By, KnownUser};
use crate::terminal::{counted, grouped, note};

/// A list of users that is about to be read.
pub(super) struct List<'a> {
    pub(super) source: &'a Source,
    pub(super) column: Column<'a>,
    pub(super) earlier: EarlierUsers,
    /// Spaces the lookups of names.
    pub(super) limiter: &'a SharedRateLimiter,
}

impl List<'_> {
    /// Reads the list in one pass, looks up its names, and reports invalid lines: as an error in strict mode.
    pub(super) async fn read(self, options: &Options, target: &Target) -> Result<Worklist, NoPlan> {
        let Self { source, column, earlier, limiter } = self;
        let mut builder = WorklistBuilder::of(options.shard);
        if let Some(path) = &options.exclude {
            exclude(path, column.by, options, target, limiter, &mut builder).await?;
        }
        let mut read = ReadLines::of(source);
        if let Source::Users(users) = source {
            users.iter().try_for_each(|user| builder.push(*user))?;
        } else {
            read.lines(source, column, &mut |user| builder.push(user))?;
        }
        let ReadLines { names, mut invalid_lines, unmatched } = read;
        let is_rejected = |invalid_lines: &InvalidLines| options.is_strict && invalid_lines.count() > 0;
        let has_looked_up = !names.is_empty() && !is_rejected(&invalid_lines);
        if has_looked_up {
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
        let sent = if has_looked_up { "only lookups were sent" } else { "nothing was sent" };
        let invalid = invalid_lines.finish()?;
        if is_rejected {
            return Err(anyhow!("{} with --strict: {sent}", counted(invalid, "invalid line")).into());
        }
        let doubts_all = earlier.doubts_all();
        let users = builder.finish(earlier.sorted(), doubts_all, invalid)?;
        let Counts { excluded, elsewhere, .. } = users.counts;
        if column.by == By::Id && users.counts == (Counts { invalid, ..Counts::default() }) && invalid > 0 {
            note("no line has a user ID; --by username reads usernames, and --by email addresses");
        }
        if !column.conditions.is_empty() {
            note(format!("lines that don't match --where: {}", grouped(unmatched)));
        }
        if let Some(shard) = options.shard {
            note(format!("shard {shard}: leaves {} to other shards", counted(elsewhere, "line")));
        }
        if options.exclude.is_some() {
            note(format!("leaves out {} of the list --exclude", counted(excluded, "user")));
        }
        let is_empty = users.counts == Counts::default();
        if is_empty && !options.allows_empty { Err(NoPlan::Empty) } else { Ok(users) }
    }
}

/// Reads the list of users that are left out. A line that can't be read or names nobody rejects it, because its user would be
/// unlocked.
pub(super) async fn exclude(
    path: &Path,
    by: By,
    options: &Options,
    target: &Target,
    limiter: &SharedRateLimiter,
    builder: &mut WorklistBuilder,
) -> Result<(), NoPlan> {
    let source = Source::open(path)?;
    let mut read = ReadLines::of(&source);
    read.lines(&source, Column { by, ..Column::default() }, &mut |user| builder.exclude(user))?;
    let ReadLines { names, mut invalid_lines, .. } = read;
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
            let lines = counted(count, "invalid line");
            Err(anyhow!("{}: {lines} in the list of users to leave out: nothing was sent", path.display()).into())
        }
    }
}

/// What the lines of a list say, apart from IDs.
struct ReadLines {
    names: Names,
    invalid_lines: InvalidLines,
    /// The number of lines that don't match the conditions.
    unmatched: u64,
}

impl ReadLines {
    fn of(source: &Source) -> Self {
        Self { names: Names::default(), invalid_lines: InvalidLines::of(source.file()), unmatched: 0 }
    }

    /// Reads a list. IDs go to the sink.
    ///
    /// # Errors
    ///
    /// Fails if the list can't be read, or if it changes meanwhile.
    fn lines(
        &mut self,
        source: &Source,
        column: Column<'_>,
        ids: &mut dyn FnMut(UserId) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let Some(reader) = source.reader() else { return Ok(()) };
        let name = source.name().unwrap_or(Path::new("")).display();
        read_list(reader, column, &mut |Entry { line, user }| match user {
            Ok(Given::Id(user)) => ids(user),
            Ok(Given::Name(name)) => self.names.push(line, &name),
            Ok(Given::Unmatched) => {
                self.unmatched += 1;
                Ok(())
            }
            Err(problem) => self.invalid_lines.add(line, &problem),
        })
        .with_context(|| format!("can't use the list {name}"))?;
        if source.has_changed() {
            bail!("the list {name} changed while it was read: nothing was sent");
        }
        Ok(())
    }
}

/// Returns a lookup whose requests wait for the run's rate limiter.
fn lookup(target: &Target, limiter: &SharedRateLimiter, options: &Options) -> anyhow::Result<BatchLookup> {
    let policy = retry_policy(options.rate, Names::CONCURRENCY, options.patience);
    Ok(BatchLookup::new(target.builder.clone().rate_limiter(limiter.clone()).retry(policy).build()?))
}
