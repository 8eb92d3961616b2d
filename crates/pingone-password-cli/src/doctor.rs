//! `doctor`: what is set up right, what isn't, and what to do about it.

use std::io;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use pingone_password::{Error, ErrorKind, PasswordState, Response, RetryPolicy, UserId};

use crate::args::SettingArgs;
use crate::config::{Config, ConfigError, Target};
use crate::exit::Exit;
use crate::output::style::{BAD, GOOD, WARNING, paint};
use crate::output::{self, duration};
use crate::{interrupt, report};

/// How many seconds a clock may be off.
const TOLERANCE: i64 = 60;

/// What came of a check.
enum Verdict {
    Ok,
    Failed(Exit),
    /// It could not be told.
    Skipped,
}

/// A check: what came of it, what was found, and what to do.
struct Check {
    name: &'static str,
    verdict: Verdict,
    found: String,
    advice: Option<String>,
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Ok, found: found.into(), advice: None }
    }

    fn failed(name: &'static str, exit: Exit, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Failed(exit), found: found.into(), advice: Some(advice.into()) }
    }

    fn skipped(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Skipped, found: found.into(), advice: None }
    }

    fn exit(&self) -> Exit {
        match self.verdict {
            Verdict::Failed(exit) => exit,
            Verdict::Ok | Verdict::Skipped => Exit::Done,
        }
    }

    fn print(&self) -> io::Result<()> {
        let verdict = match self.verdict {
            Verdict::Ok => paint(GOOD, "ok     "),
            Verdict::Failed(_) => paint(BAD, "failed "),
            Verdict::Skipped => paint(WARNING, "skipped"),
        };
        let lines = self.found.lines().chain(self.advice.as_deref());
        let lines: Vec<_> = lines.collect();
        // Under the first line, which begins behind the check's name.
        let text = lines.join(&format!("\n{:25}", ""));
        output::print(&format!("{verdict}  {:14}  {text}\n", self.name))
    }
}

const CONFIGURATION: &str = "configuration";
const CONNECTION: &str = "connection";
const TOKEN: &str = "access token";
const CLOCK: &str = "clock";
const PERMISSION: &str = "permission";

/// Makes the checks, and prints each.
///
/// # Errors
///
/// Where the output can't be written.
pub(crate) async fn run(settings: &SettingArgs, user: Option<UserId>) -> io::Result<Exit> {
    let target = match Config::collect(settings).and_then(|config| Target::of(&config)) {
        Ok(target) => target,
        Err(ConfigError::Interrupted) => {
            report::error("interrupted, and nothing was sent");
            return Ok(Exit::Interrupted);
        }
        Err(ConfigError::Mistakes(mistakes)) => {
            let advice = "See what is set: pingone-password config show";
            let check = Check::failed(CONFIGURATION, Exit::Usage, mistakes.join("\n"), advice);
            check.print()?;
            return Ok(check.exit());
        }
    };
    let found = format!("environment {}, by {}", target.environment_id, target.credentials);
    Check::ok(CONFIGURATION, found).print()?;

    let client = match target.builder.clone().retry(RetryPolicy::none()).build() {
        Ok(client) => client,
        Err(error) => {
            let check = Check::failed(CONFIGURATION, Exit::Usage, error.to_string(), error.advice());
            check.print()?;
            return Ok(check.exit());
        }
    };
    interrupt::take_over();
    let nobody = UserId::from(uuid::Uuid::nil());
    let result = tokio::select! {
        biased;
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            report::error("interrupted");
            return Ok(Exit::Interrupted);
        }
        result = client.read_password_state(user.unwrap_or(nobody)).with_response() => result,
    };
    let date = match &result {
        Ok(response) => response.date(),
        Err(error) => error.date(),
    };
    let result = result.map(Response::into_inner);
    let mut exit = Exit::Done;
    let checks = [connection(&target, &result), token(&target, &result)];
    let checks = checks.into_iter().chain(clock(date)).chain([permission(user, &result)]);
    for check in checks {
        check.print()?;
        exit = exit.and(check.exit());
    }
    Ok(exit)
}

/// Whether PingOne is there.
fn connection(target: &Target, result: &Result<PasswordState, Error>) -> Check {
    let url = target.client.base_url();
    let Err(error) = result else { return Check::ok(CONNECTION, url) };
    let advice = match error.kind() {
        ErrorKind::AccessToken if report::has_no_authorization_server(error) => {
            let found = format!("the authorization server: {}", report::said(error));
            let advice = "Check the network, and the region or the auth URL: the authorization server gave no answer.";
            return Check::failed(CONNECTION, Exit::of(error), found, advice);
        }
        ErrorKind::AccessToken => return Check::ok(CONNECTION, "the authorization server answers"),
        ErrorKind::Connect => {
            "Check the network, the region or the API URL, and that this computer trusts the certificate."
        }
        ErrorKind::Timeout | ErrorKind::ConnectionLost => "Check the network, and whether a firewall is in between.",
        ErrorKind::InvalidResponse | ErrorKind::ResponseTooLarge => {
            "Check the API URL: what answered may not be PingOne."
        }
        ErrorKind::Server => "Try again later: PingOne, or a gateway before it, has a problem.",
        _ => return Check::ok(CONNECTION, url),
    };
    Check::failed(CONNECTION, Exit::of(error), format!("{url}: {}", report::said(error)), advice)
}

/// Whether there is an access token, and the server takes it.
fn token(target: &Target, result: &Result<PasswordState, Error>) -> Check {
    let left = target.claims.and_then(|claims| claims.seconds_left(Utc::now()));
    let life = match left {
        Some(left @ 1..) => format!(", and good for another {}", duration(left)),
        Some(_) => ", though it says that it has expired".to_owned(),
        None => String::new(),
    };
    match result {
        Ok(_) => Check::ok(TOKEN, format!("accepted{life}")),
        Err(error) => match error.kind() {
            ErrorKind::AccessToken if !report::has_no_authorization_server(error) => {
                Check::failed(TOKEN, Exit::NotAllowed, report::said(error), error.advice())
            }
            ErrorKind::Unauthenticated => {
                let why = if left.is_some_and(|left| left <= 0) { "it has expired: " } else { "" };
                Check::failed(TOKEN, Exit::NotAllowed, format!("{why}{}", report::said(error)), error.advice())
            }
            ErrorKind::Forbidden | ErrorKind::NotFound => Check::ok(TOKEN, format!("accepted{life}")),
            _ => Check::skipped(TOKEN, "not checked, as the server did not say"),
        },
    }
}

/// Whether this computer's clock is right, by the server's.
fn clock(there: Option<SystemTime>) -> Option<Check> {
    let off = Utc::now().signed_duration_since(DateTime::<Utc>::from(there?)).num_seconds();
    Some(if off.abs() > TOLERANCE {
        let way = if off > 0 { "ahead of" } else { "behind" };
        let found = format!("{} {way} the server's", duration(off.abs()));
        Check::failed(CLOCK, Exit::Failed, found, "Set this computer's clock.")
    } else {
        Check::ok(CLOCK, "right to within a minute, by the server's")
    })
}

/// Whether the access token may read.
fn permission(user: Option<UserId>, result: &Result<PasswordState, Error>) -> Check {
    match (result, user) {
        (Ok(state), Some(user)) => Check::ok(
            PERMISSION,
            format!("may read user {user}, whose password is {}", output::plain(state.status.as_str())),
        ),
        (Ok(_), None) => Check::ok(PERMISSION, "may read"),
        (Err(error), _) => match (error.kind(), user) {
            (ErrorKind::Forbidden | ErrorKind::RateLimited, _) | (ErrorKind::Rejected, Some(_)) => {
                Check::failed(PERMISSION, Exit::of(error), report::said(error), error.advice())
            }
            (ErrorKind::NotFound, Some(user)) => {
                let found = format!("there is no user {user}: {}", report::said(error));
                Check::failed(PERMISSION, Exit::of(error), found, error.advice())
            }
            (ErrorKind::NotFound | ErrorKind::Rejected, None) => Check::skipped(
                PERMISSION,
                "only an existing user tells whether states may be read\nGive one: pingone-password doctor USER_ID",
            ),
            _ => Check::skipped(PERMISSION, "not checked, as the server did not say"),
        },
    }
}
