//! Runs the command that the command line names.

use std::io;
use std::path::Path;
use std::time::Duration;

use clap::Parser;
use pingone_password::{Client, UserId};

use super::arguments::{Arguments, BulkArgs, ChangeArgs, Command, ConfigCommand, FindArgs, UnlockArgs, UserArgs};
use super::find::Finder;
use super::find_query::FindQuery;
use super::recorder::{Recorder, RequestCounter};
use super::unlock::Unlock;
use super::{config_show, doctor, documents, login, logout, request_log, state, whoami};
use crate::bulk::journal::{self, Header, Trail, VERSION, Who, now};
use crate::bulk::{self, DEFAULT_CONCURRENCY, FEW, Operation, Options, Rate, SharedRateLimiter, retry_policy};
use crate::config::{ConfigError, SettingFlags, Settings, Target};
use crate::exit::Exit;
use crate::lock::Lock;
use crate::lookup::{self, By, Key, KnownUser, Unresolved, not_an_id, resolve};
use crate::output;
use crate::padding::unpadded;
use crate::terminal;

/// Runs the program.
pub(crate) fn main() -> Exit {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            if error.exit_code() != 0 {
                // A failed write is ignored: no channel is left to report it on.
                _ = error.print();
                return Exit::Usage;
            }
            // The help, or the version.
            return match output::print(&error.render().ansi().to_string()) {
                Ok(()) => Exit::Done,
                Err(error) => Failure::from(error).report(),
            };
        }
    };
    request_log::start(arguments.verbose);
    run(arguments.command).unwrap_or_else(Failure::report)
}

/// How long lookups wait for a server that fails.
const PATIENCE: Duration = Duration::from_secs(300);

/// Why a command ends early.
#[derive(Debug)]
enum Failure {
    /// The command line or the configuration is wrong.
    Usage(Vec<String>),
    /// Not every user was found.
    Unresolved(Unresolved),
    /// Interrupted before anything was sent.
    Interrupted,
    /// Something on this computer failed.
    Other(anyhow::Error),
}

impl Failure {
    fn usage(problem: impl Into<String>) -> Self {
        Self::Usage(vec![problem.into()])
    }

    fn report(self) -> Exit {
        match self {
            Self::Usage(problems) => {
                problems.iter().for_each(terminal::error);
                Exit::Usage
            }
            Self::Unresolved(Unresolved { problems, exit }) => {
                problems.iter().for_each(terminal::error);
                exit
            }
            Self::Interrupted => {
                terminal::error("interrupted; nothing was sent");
                Exit::Interrupted
            }
            Self::Other(error) => {
                terminal::error(format!("{error:#}"));
                Exit::Failed
            }
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::Invalid(problems) => Self::Usage(problems),
            ConfigError::Interrupted => Self::Interrupted,
        }
    }
}

impl From<Unresolved> for Failure {
    fn from(unresolved: Unresolved) -> Self {
        Self::Unresolved(unresolved)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Other(error.into())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::State(args) => {
            let keys = keys(&args.users, &args.bulk, &args.settings)?;
            let format = args.output.output;
            let is_bulk = is_bulk(keys.len(), &args.bulk, ChangeArgs::default()) || args.bulk.journal.is_some();
            if is_bulk && args.expand.is_some() {
                return Err(Failure::usage(format!(
                    "--expand takes up to {FEW} users on the command line, without --from, --resume, --rate, \
                     --concurrency, --journal or --patience"
                )));
            }
            let target = target(&args.settings)?;
            block_on(async {
                let users = resolve(&lookup_client(&target, args.bulk.rate)?, &keys).await?;
                if is_bulk {
                    let options =
                        args.bulk.options(Operation::State, ChangeArgs::default(), ids(&users), args.users.by, format);
                    return Ok(bulk::run(&options, target).await?);
                }
                Ok::<_, Failure>(state::run(&target.client, &users, args.expand, format).await?)
            })
        }
        Command::Unlock(args) => unlock(*args),
        Command::Find(args) => find(*args),
        Command::Login(args) => {
            let target = Target::of_sign_in(&Settings::merge(&args.settings)?)?;
            block_on(login::run(&target, &args))
        }
        Command::Logout(args) => {
            let target = Target::of_sign_in(&Settings::merge(&args.settings)?)?;
            block_on(logout::run(&target))
        }
        Command::Whoami(args) => {
            let target = target(&args.settings)?;
            block_on(whoami::run(&target))
        }
        Command::Report(args) => {
            bulk::report(&args.journals, args.output, args.failed.as_deref())?;
            Ok(Exit::Done)
        }
        Command::Doctor(args) => {
            let user = match &args.user {
                Some(text) => Some(unpadded(text).parse().map_err(|_| Failure::usage(not_an_id(text)))?),
                None => None,
            };
            block_on(doctor::run(&args.settings, user))
        }
        Command::Config { command: ConfigCommand::Show(args) } => {
            config_show::show(&Settings::merge(&args.settings)?, args.output.output)?;
            Ok(Exit::Done)
        }
        Command::Completions(args) => documents::completions(args.shell).map(|()| Exit::Done).map_err(Failure::from),
        Command::Man { directory } => documents::manual(&directory).map(|()| Exit::Done).map_err(Failure::from),
    }
}

fn unlock(args: UnlockArgs) -> Result<Exit, Failure> {
    let keys = keys(&args.users, &args.bulk, &args.settings)?;
    let (lock, format) = (args.lock.unwrap_or_default(), args.output.output);
    if args.no_check && lock == Lock::Any {
        return Err(Failure::usage("--lock any reads what is locked: it excludes --no-check"));
    }
    let settings = Settings::merge(&args.settings)?;
    let target = Target::of(&settings)?;
    if is_bulk(keys.len(), &args.bulk, args.changes) {
        return block_on(async {
            let users = resolve(&lookup_client(&target, args.bulk.rate)?, &keys).await?;
            let options = args.bulk.options(Operation::Unlock, args.changes, ids(&users), args.users.by, format);
            Ok::<_, Failure>(bulk::run(&Options { lock: args.lock, ..options }, target).await?)
        });
    }
    let reason = args.bulk.reason.clone();
    let journal = args.bulk.journal.or_else(|| settings.journal.map(|found| found.value));
    if reason.is_some() && journal.is_none() {
        return Err(Failure::usage("--reason needs a journal, and there is none: name one by --journal"));
    }
    let trail =
        journal.as_deref().map(Trail::open).transpose().map_err(|error| Failure::usage(format!("{error:#}")))?;
    let counter = RequestCounter::default();
    let client = if trail.is_some() { counted(&target, &counter)? } else { target.client.clone() };
    block_on(async {
        let users = resolve(&client, &keys).await?;
        let recorder = match trail {
            Some(trail) => {
                let signed_in_as = target.person().await.map(|person| person.label().to_owned());
                let header = Header { signed_in_as, who: Who::now(reason), ..header(&target, lock, !args.no_check) };
                Recorder::new(trail, header, &ids(&users), counter)
            }
            None => Recorder::default(),
        };
        let unlock = Unlock { client: &client, users: &users, lock, format, recorder };
        Ok::<_, Failure>(if args.no_check {
            unlock.run_unchecked().await?
        } else {
            unlock.run(args.changes.yes).await?
        })
    })
}

/// Describes an unlock of a few users in a journal.
fn header(target: &Target, lock: Lock, is_checked: bool) -> Header {
    Header {
        version: VERSION,
        operation: Operation::Unlock,
        environment_id: target.environment_id.to_string(),
        base_url: target.client.base_url().to_owned(),
        transaction_id: Some(target.transaction_id.to_string()),
        signed_in_as: None,
        input: None,
        input_sha256: String::new(),
        invalid_lines: 0,
        settings: journal::Settings {
            column: None,
            conditions: Vec::new(),
            by: By::default(),
            only_locked_out: is_checked,
            lock,
            rate: None,
            concurrency: 1,
        },
        // Someone who is unlocked twice would count as not begun.
        users: None,
        started_at: now(),
        who: Who::default(),
        resumable: false,
    }
}

/// Returns a client that counts its requests.
fn counted(target: &Target, counter: &RequestCounter) -> Result<Client, Failure> {
    let builder = target.builder.clone().rate_limiter(counter.clone());
    builder.build().map_err(|error| Failure::usage(error.to_string()))
}

fn find(args: FindArgs) -> Result<Exit, Failure> {
    let FindArgs { username, email, filter, population, locked_out, thorough, output, rate, concurrency, settings } =
        args;
    let username = username.map(|username| lookup::username(&username));
    let email = email.map(|email| lookup::email(&email));
    let keys = username.into_iter().chain(email).collect::<Result<_, _>>().map_err(Failure::usage)?;
    let query = FindQuery { keys, filter, population, locked_out, thorough };
    let concurrency = concurrency.unwrap_or(DEFAULT_CONCURRENCY);
    let client = paced(&target(&settings)?, rate, concurrency)?;
    block_on(Finder::new(client, query, concurrency, anstream::stdout(), output).run())
}

/// Returns the client that looks up the names on the command line.
fn lookup_client(target: &Target, rate: Option<Rate>) -> Result<Client, Failure> {
    if rate.is_some() { paced(target, rate, 1) } else { Ok(target.client.clone()) }
}

/// Returns a client whose requests wait for a rate limiter.
fn paced(target: &Target, rate: Option<Rate>, callers: usize) -> Result<Client, Failure> {
    let limiter = SharedRateLimiter::new(rate, PATIENCE);
    let builder = target.builder.clone().rate_limiter(limiter).retry(retry_policy(rate, callers, PATIENCE));
    builder.build().map_err(|error| Failure::usage(error.to_string()))
}

/// Returns whether this is a bulk run: it has many users, or a flag that only a bulk run supports.
fn is_bulk(users: usize, args: &BulkArgs, changes: ChangeArgs) -> bool {
    let BulkArgs { from, resume, rate, concurrency, patience, max_failures, .. } = args;
    let BulkArgs { limit, stop_after, until, shard, exclude, progress, report, .. } = args;
    let has_valve = limit.is_some() || stop_after.is_some() || until.is_some() || shard.is_some() || exclude.is_some();
    let has_progress = progress.is_some();
    let has_input = from.is_some() || resume.is_some();
    let has_speed = rate.is_some() || concurrency.is_some() || patience.is_some() || max_failures.is_some();
    let has_condition = changes.only_locked_out || changes.dry_run;
    users > FEW || has_valve || has_progress || has_input || has_speed || has_condition || report.is_some()
}

/// Parses the users on the command line, and checks that there is exactly one source of users.
fn keys(args: &UserArgs, bulk: &BulkArgs, settings: &SettingFlags) -> Result<Vec<Key>, Failure> {
    if args.names.is_empty() && bulk.from.is_none() && bulk.resume.is_none() {
        return Err(Failure::usage("no users: give their IDs or names, --from FILE, or --resume JOURNAL"));
    }
    if bulk.from.as_deref() == Some(Path::new("-")) && settings.is_standard_input_secret() {
        return Err(Failure::usage(
            "standard input can't be both the list of users and a secret: read one of them from a file",
        ));
    }
    if let Some(Some(path)) = &bulk.resume
        && let Some(user) = path.to_str().filter(|text| text.parse::<UserId>().is_ok() && !path.exists())
    {
        return Err(Failure::usage(format!(
            "{user} is a user ID, not a journal: the word after --resume names the journal\n  \
             without one, put the users first, or write --resume --"
        )));
    }
    Key::parse_all(&args.names, args.by).map_err(Failure::Usage)
}

fn ids(users: &[KnownUser]) -> Vec<UserId> {
    users.iter().map(|known| known.user_id).collect()
}

fn target(settings: &SettingFlags) -> Result<Target, Failure> {
    Ok(Target::of(&Settings::merge(settings)?)?)
}

/// Runs a future on the current thread.
fn block_on<E>(future: impl Future<Output = Result<Exit, E>>) -> Result<Exit, Failure>
where
    Failure: From<E>,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(future)?)
}
