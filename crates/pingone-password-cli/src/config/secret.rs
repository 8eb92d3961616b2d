//! Secrets: from files, descriptors, the environment and the terminal, and never from the command line.

use std::env;
use std::fmt;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::profile::Profile;
use super::{ACCESS_TOKEN, CLIENT_SECRET, Found, Setting};
use crate::args::SettingArgs;
use crate::interrupt;

/// Where a secret is, before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Secret {
    File(PathBuf),
    #[cfg(unix)]
    Descriptor(u32),
    Variable(&'static str),
    Prompt(&'static str),
}

/// Where the client secret is.
pub(super) fn client_secret(args: &SettingArgs, profile: Option<&Profile>) -> Option<Found<Secret>> {
    let file = args.client_secret_file.clone().map(|path| (Secret::File(path), "--client-secret-file"));
    #[cfg(unix)]
    let file = file.or(args.client_secret_fd.map(|number| (Secret::Descriptor(number), "--client-secret-fd")));
    let prompt = args.client_secret_prompt.then_some((Secret::Prompt("Client secret"), "--client-secret-prompt"));
    find(CLIENT_SECRET, file.or(prompt), profile)
}

/// Where the access token is.
pub(super) fn access_token(args: &SettingArgs, profile: Option<&Profile>) -> Option<Found<Secret>> {
    let file = args.access_token_file.clone().map(|path| (Secret::File(path), "--access-token-file"));
    #[cfg(unix)]
    let file = file.or(args.access_token_fd.map(|number| (Secret::Descriptor(number), "--access-token-fd")));
    let prompt = args.access_token_prompt.then_some((Secret::Prompt("Access token"), "--access-token-prompt"));
    find(ACCESS_TOKEN, file.or(prompt), profile)
}

fn find(setting: Setting, flag: Option<(Secret, &str)>, profile: Option<&Profile>) -> Option<Found<Secret>> {
    let by_flag = flag.map(|(secret, flag)| Found::by_flag(secret, flag));
    let in_environment = || {
        let is_set = env::var_os(setting.variable).is_some_and(|value| !value.is_empty());
        is_set.then(|| Found::in_variable(Secret::Variable(setting.variable), setting))
    };
    let in_profile = || {
        let profile = profile?;
        let Found { value, place, origin } = profile.setting(setting)?;
        Some(Found { value: Secret::File(profile.path(&value)), place, origin })
    };
    by_flag.or_else(in_environment).or_else(in_profile)
}

/// A prompt, where there is someone to answer it.
pub(super) fn prompt_if_possible(what: &'static str) -> Option<Secret> {
    (io::stdin().is_terminal() && io::stderr().is_terminal()).then_some(Secret::Prompt(what))
}

impl Secret {
    /// Reads the secret, without the line break at its end.
    ///
    /// # Errors
    ///
    /// Where it can't be read, is empty, or is in a file that others can read.
    pub(super) fn read(&self) -> Result<SecretString, Unread> {
        let text = match self {
            Self::File(path) => read_file(path, Guard::OnlyMine)?,
            // The way to a descriptor that needs no unsafe code.
            #[cfg(unix)]
            Self::Descriptor(number) => read_file(Path::new(&format!("/dev/fd/{number}")), Guard::None)?,
            Self::Variable(name) => env::var(name).map_err(|_| format!("the variable {name} is no text"))?,
            Self::Prompt(what) => {
                let prompt = || rpassword::prompt_password(format!("{what}: "));
                interrupt::outlived_by(prompt).map_err(|error| match error.kind() {
                    io::ErrorKind::Interrupted => Unread::Interrupted,
                    _ => Unread::Because(format!("there is no terminal to ask for it: {error}")),
                })?
            }
        };
        let secret = SecretString::from(text.trim_end_matches(['\r', '\n']));
        // Not left behind in memory.
        drop(SecretString::from(text));
        if secrecy::ExposeSecret::expose_secret(&secret).is_empty() {
            Err(format!("{self} is empty").into())
        } else {
            Ok(secret)
        }
    }
}

/// Why a secret can't be read.
#[derive(Debug)]
pub(super) enum Unread {
    /// Whoever was asked for it pressed Ctrl-C.
    Interrupted,
    Because(String),
}

impl From<String> for Unread {
    fn from(why: String) -> Self {
        Self::Because(why)
    }
}

/// Who may read a file with a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guard {
    OnlyMine,
    #[cfg(unix)]
    None,
}

/// No secret is as long as this.
const LONGEST: u64 = 64 << 10;

fn read_file(path: &Path, guard: Guard) -> Result<String, String> {
    let failed = |error: io::Error| format!("{} can't be read: {error}", path.display());
    let file = File::open(path).map_err(failed)?;
    if guard == Guard::OnlyMine {
        check_mode(path, &file)?;
    }
    let mut text = String::new();
    file.take(LONGEST + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > LONGEST { Err(format!("{} is too long for a secret", path.display())) } else { Ok(text) }
}

/// Of the file that was opened, not of what the path may lead to by now.
#[cfg(unix)]
fn check_mode(path: &Path, file: &File) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;

    let metadata = file.metadata().map_err(|error| format!("{} can't be looked at: {error}", path.display()))?;
    if metadata.is_dir() {
        return Err(format!("{} is a folder", path.display()));
    }
    let mode = metadata.permissions().mode() & 0o777;
    let of_others = mode & 0o077;
    if of_others == 0 {
        return Ok(());
    }
    let path = path.display();
    let advice = if metadata.is_file() { format!("; run: chmod 600 {path}") } else { String::new() };
    Err(format!("{path} can be read or written by others (mode {mode:03o}){advice}"))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn check_mode(_: &Path, _: &File) -> Result<(), String> {
    Ok(())
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "the file {}", path.display()),
            #[cfg(unix)]
            Self::Descriptor(number) => write!(f, "the descriptor {number}"),
            Self::Variable(name) => write!(f, "the variable {name}"),
            Self::Prompt(_) => f.write_str("what was typed"),
        }
    }
}
