//! What the commands say of a sign-in.

use std::io;

use pingone_password::{Person, SignInError, SignInErrorKind, SignedIn};

use crate::config::Target;
use crate::exit::Exit;
use crate::output;
use crate::terminal::{self, plain};

/// Describes a sign-in.
pub(super) fn describe(target: &Target, signed_in: &SignedIn) -> String {
    let SignedIn { person, signed_in_at, expires_at, can_refresh, .. } = signed_in;
    let until = if *can_refresh {
        format!("{}, then refreshed, up to 30 days from the sign-in", expires_at.format("%Y-%m-%d %H:%M UTC"))
    } else {
        format!("{}", expires_at.format("%Y-%m-%d %H:%M UTC"))
    };
    let store = target.sign_in.as_ref().map(|configured| configured.store.to_string()).unwrap_or_default();
    format!(
        "Signed in as {}\n  environment  {}\n  since        {}\n  until        {until}\n  kept in      {store}\n",
        person.as_ref().map_or_else(|| "a person whom PingOne doesn't name".to_owned(), name),
        target.environment_id,
        signed_in_at.format("%Y-%m-%d %H:%M UTC"),
    )
}

fn name(person: &Person) -> String {
    match (&person.name, &person.username) {
        (Some(name), Some(username)) => format!("{} ({})", plain(name), plain(username)),
        _ => plain(person.label()),
    }
}

/// Prints what has changed. If that can't be printed, its first line goes to standard error.
///
/// # Errors
///
/// Fails if standard output can't be written, except for a closed pipe.
pub(super) fn print_change(text: &str) -> io::Result<()> {
    let printed = output::print(text);
    if printed.is_err() {
        terminal::note(text.lines().next().unwrap_or_default());
    }
    printed
}

/// Warns that a worker application's secret is set, too: everyone who can read it has the worker's power.
pub(super) fn warn_of_worker(target: &Target) {
    if let Some(origin) = &target.unused_worker {
        terminal::note(format!(
            "warning: the secret of a worker application is set, too, by {origin}; it isn't used: remove it from this computer"
        ));
    }
}

/// Reports why a sign-in failed, or has ended.
pub(super) fn report(error: &SignInError) -> Exit {
    let (advice, exit) = match error.kind() {
        SignInErrorKind::NotSignedIn => (Some("Sign in: pingone-password login"), Exit::NotAllowed),
        SignInErrorKind::Listener => {
            (Some("Choose another --port that is a redirect URI of the application, or use --device."), Exit::Failed)
        }
        SignInErrorKind::Store => (None, Exit::Failed),
        SignInErrorKind::Denied | SignInErrorKind::Expired => (None, Exit::NotAllowed),
        _ => (error.advice(), Exit::NotAllowed),
    };
    let advice = advice.map(|advice| format!("\n  advice: {advice}")).unwrap_or_default();
    terminal::error(format!("{}{advice}", plain(&error.to_string())));
    exit
}
