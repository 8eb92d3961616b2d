//! A run from its plan to its exit code.

use std::time::Duration;

use anyhow::anyhow;
use chrono::Local;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::engine::{self, Engine, Stop, listen};
use super::journal::resume_command;
use super::no_plan::NoPlan;
use super::options::{Operation, Options};
use super::plan::Plan;
use super::report::{RowWriter, Tally, UnreadRows, write_page};
use super::shutdown::Closed;
use crate::config::Target;
use crate::exit::Exit;
use crate::output::{CLOSED, Format, may_be_closed};
use crate::terminal::{interrupt, note};

/// The delay before a retry, before it waits for a permit.
const MIN_DELAY: Duration = Duration::from_millis(1);

/// Runs the operation for many users, until all are done or the run stops.
///
/// # Errors
///
/// Fails if standard output can't be written. Failures of users are in [`Exit`].
pub(crate) async fn run(options: &Options, target: Target) -> anyhow::Result<Exit> {
    if options.has_changes() && options.no_journal && options.format != Format::Table && may_be_closed() {
        return Ok(reject(&anyhow!(CLOSED)));
    }
    let (sender, mut interrupts) = mpsc::channel(2);
    let plan = match Plan::make(options, &target).await {
        Ok(plan) => plan,
        Err(NoPlan::Invalid(error)) => return Ok(reject(&error)),
        Err(NoPlan::Lookup { problem, exit }) => {
            note(format!("error: {problem}"));
            return Ok(exit);
        }
        Err(NoPlan::Empty) => {
            note("error: the list contains no users; --allow-empty accepts that");
            return Ok(Exit::Failed);
        }
    };
    // Until here Ctrl-C ends the program: nothing has been sent.
    interrupt::take_over();
    let listener = tokio::spawn(listen(sender));
    let exit = execute(plan, options, target, &mut interrupts).await;
    listener.abort();
    exit
}

fn reject(error: &anyhow::Error) -> Exit {
    note(format!("error: {error:#}"));
    Exit::Usage
}

async fn execute(
    plan: Plan,
    options: &Options,
    target: Target,
    interrupts: &mut mpsc::Receiver<()>,
) -> anyhow::Result<Exit> {
    let Plan {
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
    } = plan;
    let operation = options.operation;
    let counts = users.counts;
    let concurrency = concurrency.min(engine::max_useful_concurrency(rate));
    // The rate limiter spaces retries.
    let policy = engine::retry_policy(rate, concurrency, options.patience).base_delay(MIN_DELAY).max_delay(MIN_DELAY);
    let builder = target.builder.external_transaction_id(transaction_id.clone());
    let client = match builder.rate_limiter(limiter.clone()).retry(policy).build() {
        Ok(client) => client,
        Err(error) => return Ok(reject(&error.into())),
    };
    let resume = journal.as_ref().map(|journal| resume_command(operation, journal.path(), std::env::args_os()));
    if let (Some(command), 1..) = (&resume, counts.users) {
        // Printed up front, because a crash can't print it.
        note(format!("if interrupted, resume with: {command}"));
    }
    let end = options.valves.end(Local::now());
    if let Some((_, time)) = &end {
        note(format!("takes users until {time}"));
    }
    let journal_path = journal.as_ref().map(|journal| journal.path().to_owned());
    let unread = options.has_changes().then(|| UnreadRows::new(journal.is_some()));
    let rows = RowWriter::new(options.format, operation, unread.clone());
    let started = Instant::now();
    let mut engine = Engine::new(engine::Setup {
        client,
        options,
        only_locked_out,
        lock,
        concurrency,
        counts,
        has_unlocked,
        journal: journal.as_ref(),
        rows: rows.as_ref(),
        limiter: limiter.clone(),
        end,
    });
    engine.run(engine::queue(users), interrupts).await;

    let engine::Ended { tally, stop, interrupts: interrupted, is_on_terminal, has_forbidden } = engine.finish();
    let closed = Closed::wait(journal, rows, interrupted > 1, interrupts).await;
    // The reader of a read's output has closed the pipe and needs no summary.
    let is_quiet = matches!(stop, Some(Stop::Output)) && closed.is_broken_pipe() && !options.has_changes();
    if !is_quiet {
        note(tally.summary(operation, lock, started.elapsed(), limiter.throttle_count(), is_on_terminal).trim_end());
        note(format!("find this run in PingOne's audit by externalCorrelation.transactionId {transaction_id}"));
    }
    let has_remaining = !is_quiet && (stop.is_some() || tally.has_failures());
    let is_resumable = !closed.is_journal_broken();
    let exit = if is_quiet { exit_of(&tally) } else { conclude(stop, &tally) };
    let exit = if has_forbidden { exit.and(Exit::NotAllowed) } else { exit };
    let exit = if source.has_changed() {
        note("the list has changed since it was read: users added meanwhile were not processed");
        exit.and(Exit::Failed)
    } else {
        exit
    };
    let exit = match (&options.report, &journal_path) {
        (Some(page), Some(journal)) => match write_page(journal, page) {
            Ok(()) => {
                note(format!("report: {}", page.display()));
                exit
            }
            Err(error) => {
                note(format!("error: no report: {error:#}"));
                exit.and(Exit::Failed)
            }
        },
        _ => exit,
    };
    let exit = if interrupted > 0 { exit.and(Exit::Interrupted) } else { exit };
    let is_output_lost = closed.is_output_lost();
    let exit = closed.conclude(exit, options.has_changes());
    if let Some(unread) = unread.filter(|_| is_output_lost) {
        unread.report(journal_path.as_deref().filter(|_| is_resumable));
    }
    if has_remaining && is_resumable && !options.dry_run {
        match resume {
            Some(command) => note(format!("resume with: {command}")),
            None if operation == Operation::Unlock => note("there is no journal, so the run can't be resumed"),
            None => {}
        }
    }
    Ok(exit)
}

fn exit_of(tally: &Tally) -> Exit {
    if tally.has_failures() || tally.input.invalid > 0 { Exit::Failed } else { Exit::Done }
}

/// Prints why the run stopped, if it did, and returns its exit code.
fn conclude(stop: Option<Stop>, tally: &Tally) -> Exit {
    match stop {
        None => exit_of(tally),
        Some(Stop::Interrupted) => {
            note("interrupted");
            Exit::Interrupted
        }
        Some(Stop::EveryUser { why, exit }) => {
            note(format!("stopped: every user would fail like this: {why}"));
            exit
        }
        Some(Stop::Outage(why)) => {
            note(format!("stopped: the server or the network did not come back: {why}"));
            Exit::Failed
        }
        Some(Stop::Throttled { wait, why }) => {
            let wait = humantime::format_duration(Duration::from_secs(wait.as_secs()));
            note(format!("stopped: the server asks to wait {wait}, which is longer than --patience: {why}"));
            Exit::Failed
        }
        Some(Stop::Limit(limit)) => {
            note(format!("stopped: --limit {limit} is reached"));
            exit_of(tally).and(Exit::Limit)
        }
        Some(Stop::Time(time)) => {
            note(format!("stopped: it is {time}"));
            exit_of(tally).and(Exit::Time)
        }
        Some(Stop::TooManyFailures(why)) => {
            note(format!("stopped: {why}"));
            Exit::TooManyFailures
        }
        Some(Stop::Users(why)) => {
            note(format!("stopped: can't read the temporary list of users: {why}"));
            Exit::Failed
        }
        Some(Stop::Journal) => {
            note("stopped: can't write the journal");
            Exit::Failed
        }
        // What happened follows.
        Some(Stop::Output) => Exit::Failed,
    }
}
