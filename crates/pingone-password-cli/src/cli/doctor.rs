//! `doctor`: checks the setup and advises what to fix.

use std::io;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use pingone_password::{Error, ErrorKind, PasswordState, Response, RetryPolicy, UserId};

use crate::config::{ConfigError, SettingFlags, Settings, Target};
use crate::exit::Exit;
use crate::output::{self, duration, is_auth_server_unreachable, server_said};
use crate::terminal::style::{BAD, GOOD, WARNING, paint};
use crate::terminal::{self, interrupt, plain, stdout_width, wrap};

/// The tolerated difference between the clocks, in seconds.
const TOLERANCE: i64 = 60;

/// The result of a check.
enum Verdict {
    Ok,
    Failed(Exit),
    /// Passed, with a remark.
    Warning,
    /// Not checked.
    Skipped,
}

/// A check, its result and what to do.
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

    fn warning(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Warning, found: found.into(), advice: Some(advice.into()) }
    }

    fn skipped(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Skipped, found: found.into(), advice: None }
    }

    fn exit(&self) -> Exit {
        match self.verdict {
            Verdict::Failed(exit) => exit,
            Verdict::Ok | Verdict::Warning | Verdict::Skipped => Exit::Done,
        }
    }

    fn print(&self) -> io::Result<()> {
        let verdict = match self.verdict {
            Verdict::Ok => paint(GOOD, "ok     "),
            Verdict::Failed(_) => paint(BAD, "failed "),
            Verdict::Warning => paint(WARNING, "warning"),
            Verdict::Skipped => paint(WARNING, "skipped"),
        };
        let lines = self.found.lines().chain(self.advice.as_deref());
        let lines = match stdout_width() {
            Some(width) => lines.flat_map(|line| wrap(line, width.saturating_sub(INDENT))).collect::<Vec<_>>(),
            None => lines.map(str::to_owned).collect(),
        };
        let text = lines.join(&format!("\n{:INDENT$}", ""));
        output::print(&format!("{verdict}  {:14}  {text}\n", self.name))
    }
}

/// The columns before the text of a check.
const INDENT: usize = 25;
const CONFIGURATION: &str = "configuration";
const SIGN_IN: &str = "sign-in";
const CONNECTION: &str = "connection";
const TOKEN: &str = "access token";
const CLOCK: &str = "clock";
const PERMISSION: &str = "permission";

/// Runs the checks and prints each.
///
/// # Errors
///
/// Fails if standard output can't be written.
pub(super) async fn run(flags: &SettingFlags, user: Option<UserId>) -> io::Result<Exit> {
    let target = match Settings::merge(flags).and_then(|settings| Target::of(&settings)) {
        Ok(target) => target,
        Err(ConfigError::Interrupted) => {
            terminal::error("interrupted; nothing was sent");
            return Ok(Exit::Interrupted);
        }
        Err(ConfigError::Invalid(problems)) => {
            let advice = "Print the settings: pingone-password config show";
            let check = Check::failed(CONFIGURATION, Exit::Usage, problems.join("\n"), advice);
            check.print()?;
            return Ok(check.exit());
        }
    };
    let found = format!("environment {}, with {}", target.environment_id, target.credentials);
    Check::ok(CONFIGURATION, found).print()?;
    if let Some(configured) = &target.sign_in {
        match configured.sign_in.person().await {
            Ok(person) => Check::ok(SIGN_IN, format!("acts as {}", plain(person.label()))).print()?,
            Err(error) => {
                let advice = "Sign in: pingone-password login";
                let check = Check::failed(SIGN_IN, Exit::NotAllowed, plain(&error.to_string()), advice);
                check.print()?;
                return Ok(check.exit());
            }
        }
    }
    if let Some(origin) = &target.unused_worker {
        let found = format!("the secret of a worker application is set, too, by {origin}");
        Check::warning(SIGN_IN, found, "It isn't used. Remove it from this computer.").print()?;
    }
    if target.is_own_environment {
        Check::warning(
            CONFIGURATION,
            "the environment is the worker application's own, which often contains only administrators",
            "In PingOne's tools, PINGONE_ENVIRONMENT_ID names that one. Check that the users are in it, or set \
             --worker-environment-id.",
        )
        .print()?;
    }

    let client = match target.builder.clone().retry(RetryPolicy::none()).build() {
        Ok(client) => client,
        Err(error) => {
            let check = Check::failed(CONFIGURATION, Exit::Usage, error.to_string(), error.advice());
            check.print()?;
            return Ok(check.exit());
        }
    };
    interrupt::take_over();
    let missing_user = UserId::from(uuid::Uuid::nil());
    let result = tokio::select! {
        biased;
        interrupted = interrupt::requested() => {
            interrupted?;
            terminal::error("interrupted");
            return Ok(Exit::Interrupted);
        }
        result = client.read_password_state(user.unwrap_or(missing_user)).with_response() => result,
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

/// Returns whether an error has PingOne's format. A gateway's page or another API's error doesn't.
fn is_from_pingone(error: &Error) -> bool {
    error.code().is_some()
}

/// Checks whether the server responds.
fn connection(target: &Target, result: &Result<PasswordState, Error>) -> Check {
    let url = target.client.base_url();
    let Err(error) = result else { return Check::ok(CONNECTION, url) };
    // A failing server or gateway has advice of its own below.
    let may_be_pingone = is_from_pingone(error) || error.is_access_token() || error.kind() == ErrorKind::Server;
    if error.status().is_some() && !may_be_pingone {
        let advice = "Check the API URL, and proxies and gateways on the way: the response is not PingOne's.";
        return Check::failed(CONNECTION, Exit::Failed, format!("{url}: {}", server_said(error)), advice);
    }
    let advice = match error.kind() {
        ErrorKind::AccessToken if is_auth_server_unreachable(error) => {
            let found = format!("the authorization server: {}", server_said(error));
            let advice = "Check the network, and the region or the auth URL: the authorization server did not respond.";
            return Check::failed(CONNECTION, Exit::of(error), found, advice);
        }
        ErrorKind::AccessToken => return Check::ok(CONNECTION, "the authorization server responds"),
        ErrorKind::Connect => {
            "Check the network, the region or the API URL, and that this computer trusts the certificate."
        }
        ErrorKind::Timeout | ErrorKind::ConnectionLost => "Check the network and firewalls on the way.",
        ErrorKind::InvalidResponse | ErrorKind::ResponseTooLarge => {
            "Check the API URL: the response may not be PingOne's."
        }
        ErrorKind::Server => "Retry later: PingOne or a gateway in front of it has a problem.",
        _ => return Check::ok(CONNECTION, url),
    };
    Check::failed(CONNECTION, Exit::of(error), format!("{url}: {}", server_said(error)), advice)
}

/// Checks whether the server accepts the access token.
fn token(target: &Target, result: &Result<PasswordState, Error>) -> Check {
    let seconds = target.claims.and_then(|claims| claims.seconds_until_expiry(Utc::now()));
    let expiry = match seconds {
        Some(seconds @ 1..) => format!(", expires in {}", duration(seconds)),
        Some(_) => ", although its expiry has passed".to_owned(),
        None => String::new(),
    };
    match result {
        Ok(_) => Check::ok(TOKEN, format!("accepted{expiry}")),
        Err(error) => match error.kind() {
            ErrorKind::AccessToken if !is_auth_server_unreachable(error) => {
                Check::failed(TOKEN, Exit::NotAllowed, server_said(error), error.advice())
            }
            ErrorKind::Unauthenticated if is_from_pingone(error) => {
                let why = if seconds.is_some_and(|seconds| seconds <= 0) { "expired: " } else { "" };
                Check::failed(TOKEN, Exit::NotAllowed, format!("{why}{}", server_said(error)), error.advice())
            }
            ErrorKind::Forbidden | ErrorKind::NotFound if is_from_pingone(error) => {
                Check::ok(TOKEN, format!("accepted{expiry}"))
            }
            _ => Check::skipped(TOKEN, "not checked: the server gave no information"),
        },
    }
}

/// Compares this computer's clock with the server's.
fn clock(there: Option<SystemTime>) -> Option<Check> {
    let off = Utc::now().signed_duration_since(DateTime::<Utc>::from(there?)).num_seconds();
    Some(if off.abs() > TOLERANCE {
        let direction = if off > 0 { "ahead of" } else { "behind" };
        let found = format!("{} {direction} the server's", duration(off.abs()));
        Check::failed(CLOCK, Exit::Failed, found, "Set this computer's clock.")
    } else {
        Check::ok(CLOCK, "within a minute of the server's")
    })
}

/// Checks whether the access token is allowed to read.
fn permission(user: Option<UserId>, result: &Result<PasswordState, Error>) -> Check {
    match (result, user) {
        (Ok(state), Some(user)) => Check::ok(
            PERMISSION,
            format!("allowed to read; the password status of user {user} is {}", plain(state.status.as_str())),
        ),
        (Ok(_), None) => Check::ok(PERMISSION, "allowed to read"),
        (Err(error), _) if error.status().is_some() && !is_from_pingone(error) => {
            Check::skipped(PERMISSION, "not checked: the response is not PingOne's")
        }
        (Err(error), _) => match (error.kind(), user) {
            (ErrorKind::Forbidden | ErrorKind::RateLimited, _) | (ErrorKind::Rejected, Some(_)) => {
                Check::failed(PERMISSION, Exit::of(error), server_said(error), error.advice())
            }
            (ErrorKind::NotFound, Some(user)) => {
                let found = format!("user {user} not found: {}", server_said(error));
                Check::failed(PERMISSION, Exit::of(error), found, error.advice())
            }
            (ErrorKind::NotFound | ErrorKind::Rejected, None) => Check::skipped(
                PERMISSION,
                "not checked: this needs an existing user\nName one: pingone-password doctor USER_ID",
            ),
            _ => Check::skipped(PERMISSION, "not checked: the server gave no information"),
        },
    }
}
