//! Many users: read from a file, worked on side by side at a steady pace, and written down in a journal from which a run
//! that was broken off goes on.

mod args;
mod ending;
mod engine;
mod feed;
mod input;
mod journal;
mod lines;
mod network;
mod pace;
mod plan;
mod print;
mod progress;
mod record;
mod refusals;
mod replay;
mod resume_command;
mod sorter;
mod tally;
mod work;
mod worklist;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use pingone_password::{RetryPolicy, UserId};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

pub(crate) use args::{BulkArgs, ChangeArgs, Rate};

use crate::config::Target;
use crate::exit::Exit;
use crate::output::Format;
use crate::report::note;
use ending::Closed;
use engine::Engine;
use network::Network;
use pace::Throttle;
use plan::Plan;
use print::BulkPrinter;
use progress::Progress;
use refusals::Refusals;
use tally::Tally;
use work::{Stop, Stopping, Work};
use worklist::Counts;

/// How long a user's call may take, with its retries and while it is held, beyond what it waits for its turns.
const CALL: Duration = Duration::from_secs(600);
/// How many turns a call may need: four attempts and the looks between them.
const TURNS: u32 = 8;

/// What is done for each user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Operation {
    /// Reads the state of the password.
    State,
    /// Unlocks the password.
    Unlock,
}

impl Operation {
    fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Unlock => "unlock",
        }
    }
}

/// Does the operation for many users, until all are done or Ctrl-C.
///
/// # Errors
///
/// Where the program can't do its own work, such as write to standard output. What concerns users is in [`Exit`].
pub(crate) async fn run(
    operation: Operation,
    args: &BulkArgs,
    ids: Vec<UserId>,
    target: Target,
    format: Format,
) -> anyhow::Result<Exit> {
    let (sender, mut interrupts) = mpsc::channel(2);
    let plan = match Plan::make(operation, args, ids, &target).await {
        Ok(plan) => plan,
        Err(error) => return Ok(refuse(&error)),
    };
    // Up to here Ctrl-C ends the program: nothing has been sent.
    crate::interrupt::take_over();
    let listener = tokio::spawn(listen(sender));
    let exit = go(plan, args, target, format, &mut interrupts).await;
    listener.abort();
    exit
}

/// Passes on each Ctrl-C, and what a service manager sends.
async fn listen(interrupts: mpsc::Sender<()>) -> io::Result<()> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    #[cfg(unix)]
    let mut interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
    loop {
        #[cfg(unix)]
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c().await?;
        if interrupts.send(()).await.is_err() {
            return Ok(());
        }
    }
}

fn refuse(error: &anyhow::Error) -> Exit {
    note(format!("error: {error:#}"));
    Exit::Usage
}

async fn go(
    plan: Plan,
    args: &BulkArgs,
    target: Target,
    format: Format,
    interrupts: &mut mpsc::Receiver<()>,
) -> anyhow::Result<Exit> {
    let Plan { operation, users, earlier, journal, only_locked_out, rate, concurrency } = plan;
    let counts = users.counts;
    let throttle = Throttle::new(rate);
    let concurrency = concurrency.min(pace::most_callers(rate));
    // Its turns come for sure, but on a slow pace each comes after everybody else's.
    let turns = pace::slowest_round(rate, concurrency).saturating_mul(TURNS);
    let policy = RetryPolicy::default().deadline(turns.saturating_add(CALL));
    let client = match target.builder.rate_limiter(throttle.clone()).retry(policy).build() {
        Ok(client) => client,
        Err(error) => return Ok(refuse(&error.into())),
    };
    let resume = journal.as_ref().map(|journal| {
        let present = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
        resume_command::resume_command(operation, journal.path(), present)
    });
    if counts == Counts::default() {
        note("the input names no users");
    }
    if let (Some(command), 1..) = (&resume, counts.users) {
        // Now, because a crash has no last words.
        note(format!("if this is broken off, go on by: {command}"));
    }
    let printer = BulkPrinter::new(format, operation);
    let (stopping_sender, stopping) = watch::channel(Stopping::No);
    let started = Instant::now();
    let mut engine = Engine {
        work: Work {
            client,
            operation,
            only_locked_out,
            dry_run: args.changes.dry_run,
            pen: journal.as_ref().map(journal::Journal::pen),
            lines: printer.as_ref().map(BulkPrinter::sender),
            network: Arc::new(Network::new(args.patience())),
            stopping,
        },
        concurrency,
        throttle,
        progress: Progress::new(counts.users, printer.is_some()),
        tally: Tally::of(counts),
        stopping: stopping_sender,
        refusals: Refusals::after(earlier.has_done),
        names_failures: format == Format::Table,
        stop: None,
        is_lost: false,
        interrupts: 0,
    };
    engine.run(feed::feed(users, earlier.open), interrupts).await;

    let Engine { work, throttle, progress, tally, refusals, stop, interrupts: interrupted, .. } = engine;
    // The journal and the printer end when nobody can add to them any more.
    drop(work);
    let closed = Closed::of(journal, printer, interrupted > 1, interrupts).await;
    // Whoever stopped reading has enough.
    let is_quiet = matches!(stop, Some(Stop::Output)) && closed.is_broken_pipe();
    if !is_quiet {
        note(tally.summary(operation, started.elapsed(), throttle.holds(), progress.is_on_terminal()).trim_end());
    }
    let is_left = !is_quiet && (stop.is_some() || tally.has_failures());
    let exit = if is_quiet { of_tally(&tally) } else { conclude(stop, &tally) };
    let exit = if refusals.any() { exit.and(Exit::NotAllowed) } else { exit };
    let exit = closed.conclude(if interrupted > 0 { exit.and(Exit::Interrupted) } else { exit });
    if is_left && !args.changes.dry_run {
        match resume {
            Some(command) => note(format!("go on with the rest: {command}")),
            None if operation == Operation::Unlock => note("there is no journal, so this can't be resumed"),
            None => {}
        }
    }
    Ok(exit)
}

/// What the users make of the exit.
fn of_tally(tally: &Tally) -> Exit {
    if tally.has_failures() || tally.input.bad > 0 { Exit::Failed } else { Exit::Done }
}

/// Says why the run stopped, where it did.
fn conclude(stop: Option<Stop>, tally: &Tally) -> Exit {
    match stop {
        None => of_tally(tally),
        Some(Stop::Interrupted) => {
            note("interrupted");
            Exit::Interrupted
        }
        Some(Stop::NotAllowed(why)) => {
            note(format!("stopped, because this would happen to every user: {why}"));
            Exit::NotAllowed
        }
        Some(Stop::Network(why)) => {
            note(format!("stopped, because the network stayed lost: {why}"));
            Exit::Failed
        }
        Some(Stop::Users(why)) => {
            note(format!("stopped, because the list of the users, kept in a temporary file, can't be read: {why}"));
            Exit::Failed
        }
        Some(Stop::Journal) => {
            note("stopped, because the journal can't be written");
            Exit::Failed
        }
        Some(Stop::Output) => {
            note("stopped, because standard output can't be written");
            Exit::Failed
        }
    }
}
