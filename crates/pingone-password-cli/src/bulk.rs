//! Many users: read from a file, worked on side by side at a steady pace, and written down in a journal from which a run
//! that was broken off goes on.

mod args;
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
mod replay;
mod resume_command;
mod tally;
mod work;

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use pingone_password::{ClientBuilder, EnvironmentId, RetryPolicy, UserId};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

pub use args::{BulkArgs, InvalidRate, Rate};

use crate::output::Format;
use engine::Engine;
use network::Network;
use pace::Throttle;
use plan::Plan;
use print::Printer;
use progress::Progress;
use tally::Tally;
use work::{Stop, Work};

/// How long a user's call may take, with its retries and while it is held.
const CALL: Duration = Duration::from_secs(600);

/// What is done for each user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
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

/// Where the users are.
#[derive(Debug)]
pub struct Target {
    /// A client that is set up but for its pace and its retries.
    pub builder: ClientBuilder,
    /// The users' environment.
    pub environment_id: EnvironmentId,
    /// Where requests go, for the journal.
    pub base_url: String,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything was done.
    AllDone,
    /// At least one user failed, or was not reached.
    SomeFailed,
    /// The run could not begin; nothing was sent.
    Usage,
    /// Not authenticated or not allowed.
    NotAllowed,
    /// Interrupted.
    Interrupted,
}

/// Does the operation for many users, until all are done or Ctrl-C.
///
/// # Errors
///
/// Where the program can't do its own work, such as write to standard output. What concerns users is in [`Exit`].
pub async fn run(
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
    say(&format!("error: {error:#}"));
    Exit::Usage
}

/// Where nobody listens, there is nobody to tell.
fn say(text: &str) {
    _ = writeln!(io::stderr(), "{text}");
}

async fn go(
    plan: Plan,
    args: &BulkArgs,
    target: Target,
    format: Format,
    interrupts: &mut mpsc::Receiver<()>,
) -> anyhow::Result<Exit> {
    let Plan { operation, input, earlier, journal, users, only_locked_out, .. } = plan;
    let throttle = Throttle::new(args.rate);
    let policy = RetryPolicy::default().deadline(CALL);
    let client = match target.builder.pace(throttle.clone()).retry(policy).build() {
        Ok(client) => client,
        Err(error) => return Ok(refuse(&error.into())),
    };
    let resume = journal.as_ref().map(|journal| {
        let is_standard_input = input.is_standard_input();
        let present = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
        resume_command::resume_command(operation, journal.path(), is_standard_input, present)
    });
    let printer = Printer::new(format);
    let (is_stopping, stopping) = watch::channel(false);
    let started = Instant::now();
    let mut engine = Engine {
        work: Work {
            client,
            operation,
            only_locked_out,
            dry_run: args.dry_run,
            pen: journal.as_ref().map(journal::Journal::pen),
            lines: printer.as_ref().map(Printer::sender),
            network: Arc::new(Network::new(args.patience)),
            is_stopping: stopping,
        },
        concurrency: args.concurrency,
        throttle,
        progress: Progress::new(users),
        tally: Tally::default(),
        is_stopping,
        names_failures: format == Format::Table,
        stop: None,
        is_lost: false,
        is_cut_short: false,
    };
    engine.run(feed::feed(input, Arc::new(earlier)), interrupts).await;

    let Engine { work, throttle, progress, tally, stop, is_cut_short, .. } = engine;
    // The journal and the printer end when nobody can add to them any more.
    drop(work);
    let journal_closed = match journal {
        Some(journal) => journal.close().await,
        None => Ok(()),
    };
    let output_written = match printer {
        Some(printer) if !is_cut_short => printer.close().await,
        _ => Ok(()),
    };
    if let Some(Stop::Output) = stop
        && is_broken_pipe(&output_written)
    {
        return Ok(if tally.has_failures() { Exit::SomeFailed } else { Exit::AllDone });
    }
    say(tally.summary(operation, started.elapsed(), throttle.holds(), progress.is_on_terminal()).trim_end());
    if let Err(error) = &journal_closed {
        say(&format!("error: {error:#}"));
    }
    let is_left = stop.is_some() || tally.has_failures();
    let exit = conclude(stop, &tally);
    if is_left && !args.dry_run {
        match resume {
            Some(command) => say(&format!("go on with the rest: {command}")),
            None if operation == Operation::Unlock => say("there is no journal, so this can't be resumed"),
            None => {}
        }
    }
    if !is_broken_pipe(&output_written) {
        output_written.context("can't write to standard output")?;
    }
    Ok(if journal_closed.is_err() && exit == Exit::AllDone { Exit::SomeFailed } else { exit })
}

/// Whether the reader of the output is gone, which is no failure.
fn is_broken_pipe(output_written: &io::Result<()>) -> bool {
    output_written.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Says why the run stopped, where it did.
fn conclude(stop: Option<Stop>, tally: &Tally) -> Exit {
    match stop {
        None if tally.has_failures() || tally.bad > 0 => Exit::SomeFailed,
        None => Exit::AllDone,
        Some(Stop::Interrupted) => {
            say("interrupted");
            Exit::Interrupted
        }
        Some(Stop::NotAllowed(why)) => {
            say(&format!("stopped, because this would happen to every user: {why}"));
            Exit::NotAllowed
        }
        Some(Stop::Network(why)) => {
            say(&format!("stopped, because the network stayed lost: {why}"));
            Exit::SomeFailed
        }
        Some(Stop::Input(why)) => {
            say(&format!("stopped, because the input can't be read any further: {why}"));
            Exit::SomeFailed
        }
        Some(Stop::Journal) => {
            say("stopped, because the journal can't be written");
            Exit::SomeFailed
        }
        Some(Stop::Output) => {
            say("stopped, because standard output can't be written");
            Exit::SomeFailed
        }
    }
}
