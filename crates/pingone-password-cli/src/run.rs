//! From the command line to the exit code.

use std::io;
use std::path::Path;

use clap::Parser;
use pingone_password::UserId;

use crate::args::{Arguments, Command, ConfigCommand, SettingArgs};
use crate::bulk::{self, BulkArgs};
use crate::config::{Config, ConfigError, Target};
use crate::exit::Exit;
use crate::users::FEW;
use crate::{config, doctor, documents, report, state, unlock, users};

/// Runs the program.
pub(crate) fn main() -> Exit {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Nobody is left to be told where this fails.
            _ = error.print();
            return if error.exit_code() == 0 { Exit::Done } else { Exit::Usage };
        }
    };
    run(arguments.command).unwrap_or_else(Stop::report)
}

/// Why the program stops before its end.
#[derive(Debug)]
enum Stop {
    /// The command line or the configuration is wrong.
    Usage(Vec<String>),
    /// Interrupted before anything was sent.
    Interrupted,
    /// Something on this computer failed.
    Other(anyhow::Error),
}

impl Stop {
    fn report(self) -> Exit {
        match self {
            Self::Usage(mistakes) => {
                mistakes.iter().for_each(report::error);
                Exit::Usage
            }
            Self::Interrupted => {
                report::error("interrupted, and nothing was sent");
                Exit::Interrupted
            }
            Self::Other(error) => {
                report::error(format!("{error:#}"));
                Exit::Failed
            }
        }
    }
}

impl From<ConfigError> for Stop {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::Mistakes(mistakes) => Self::Usage(mistakes),
            ConfigError::Interrupted => Self::Interrupted,
        }
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Other(error.into())
    }
}

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

fn run(command: Command) -> Result<Exit, Stop> {
    match command {
        Command::State(args) => {
            let users = users(&args.users.ids, &args.bulk, &args.settings)?;
            if are_many(&users, &args.bulk) {
                if args.expand.is_some() {
                    let mistake = format!(
                        "--expand is for up to {FEW} users on the command line, without --from, --resume, --rate, \
                         --concurrency, --journal or --patience"
                    );
                    return Err(Stop::Usage(vec![mistake]));
                }
                let target = target(&args.settings)?;
                return wait_for(bulk::run(bulk::Operation::State, &args.bulk, users, target, args.output.output));
            }
            let target = target(&args.settings)?;
            wait_for(state::run(&target.client, &users, args.expand, args.output.output))
        }
        Command::Unlock(args) => {
            let users = users(&args.users.ids, &args.bulk, &args.settings)?;
            let target = target(&args.settings)?;
            let bulk = BulkArgs { changes: args.changes, ..args.bulk };
            if are_many(&users, &bulk) {
                return wait_for(bulk::run(bulk::Operation::Unlock, &bulk, users, target, args.output.output));
            }
            wait_for(unlock::run(&target.client, &users, args.output.output))
        }
        Command::Doctor(args) => {
            let users = parse(args.user.as_slice())?;
            wait_for(doctor::run(&args.settings, users.first().copied()))
        }
        Command::Config { command: ConfigCommand::Show(args) } => {
            config::show(&Config::collect(&args.settings)?, args.output.output)?;
            Ok(Exit::Done)
        }
        Command::Completions(args) => documents::completions(args.shell).map(|()| Exit::Done).map_err(Stop::from),
        Command::Man { directory } => documents::manual(&directory).map(|()| Exit::Done).map_err(Stop::from),
    }
}

/// Whether the users are worked on side by side: there are many, or something is asked for that only that way can do.
fn are_many(users: &[UserId], args: &BulkArgs) -> bool {
    let BulkArgs { from, resume, rate, concurrency, journal, patience, changes, .. } = args;
    let is_from_elsewhere = from.is_some() || resume.is_some();
    let has_speed = rate.is_some() || concurrency.is_some() || patience.is_some();
    let is_choosy = changes.only_locked_out || changes.dry_run;
    users.len() > FEW || is_from_elsewhere || has_speed || is_choosy || journal.is_some()
}

/// The users on the command line, where there are any, and what goes together.
fn users(ids: &[String], bulk: &BulkArgs, settings: &SettingArgs) -> Result<Vec<UserId>, Stop> {
    if ids.is_empty() && bulk.from.is_none() && bulk.resume.is_none() {
        let mistake = "no users: give their ids, or --from FILE, or --resume JOURNAL";
        return Err(Stop::Usage(vec![mistake.to_owned()]));
    }
    if bulk.from.as_deref() == Some(Path::new("-")) && settings.is_standard_input_secret() {
        let mistake = "standard input can't be both the users and a secret: give one of them by a file";
        return Err(Stop::Usage(vec![mistake.to_owned()]));
    }
    parse(ids)
}

fn parse(ids: &[String]) -> Result<Vec<UserId>, Stop> {
    users::parse(ids).map_err(Stop::Usage)
}

fn target(settings: &SettingArgs) -> Result<Target, Stop> {
    Ok(Target::of(&Config::collect(settings)?)?)
}

/// Runs what is done over the network, on this one thread.
fn wait_for<E>(work: impl Future<Output = Result<Exit, E>>) -> Result<Exit, Stop>
where
    Stop: From<E>,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(work)?)
}
