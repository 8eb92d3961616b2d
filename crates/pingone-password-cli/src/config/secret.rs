//! Secrets from files, file descriptors, environment variables and the terminal, but never from the command line.

use std::env;
use std::fmt;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::cleanup::cleaned;
use super::environment;
use super::flags::SettingFlags;
use super::profile::Profile;
use super::setting::{ACCESS_TOKEN, CLIENT_SECRET, Setting, Source, Sourced};
use crate::terminal::interrupt;

/// The location of a secret that has not been read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Secret {
    File(PathBuf),
    #[cfg(unix)]
    Descriptor(u32),
    Variable(&'static str),
    Prompt(&'static str),
}

/// Locates the client secret.
pub(super) fn client_secret(flags: &SettingFlags, profile: Option<&Profile>) -> Option<Sourced<Secret>> {
    let file = flags.client_secret_file.clone().map(|path| (Secret::File(path), "--client-secret-file"));
    #[cfg(unix)]
    let file = file.or(flags.client_secret_fd.map(|number| (Secret::Descriptor(number), "--client-secret-fd")));
    let prompt = flags.client_secret_prompt.then_some((Secret::Prompt("Client secret"), "--client-secret-prompt"));
    find(CLIENT_SECRET, file.or(prompt), profile)
}

/// Locates the access token.
pub(super) fn access_token(flags: &SettingFlags, profile: Option<&Profile>) -> Option<Sourced<Secret>> {
    let file = flags.access_token_file.clone().map(|path| (Secret::File(path), "--access-token-file"));
    #[cfg(unix)]
    let file = file.or(flags.access_token_fd.map(|number| (Secret::Descriptor(number), "--access-token-fd")));
    let prompt = flags.access_token_prompt.then_some((Secret::Prompt("Access token"), "--access-token-prompt"));
    find(ACCESS_TOKEN, file.or(prompt), profile)
}

fn find(setting: Setting, flag: Option<(Secret, &str)>, profile: Option<&Profile>) -> Option<Sourced<Secret>> {
    let flag = flag.map(|(secret, flag)| Sourced::flag(secret, flag));
    let in_environment = || {
        let (name, value) = environment::find(setting)?;
        let removed = if cleaned(&value) == value { "" } else { " (white space or quotes removed)" };
        drop(SecretString::from(value));
        let origin = format!("variable {name}{removed}");
        Some(Sourced { value: Secret::Variable(name), source: Source::Variable, origin })
    };
    let in_profile = || {
        let Sourced { value, source, origin } = profile?.file(setting)?;
        Some(Sourced { value: Secret::File(value), source, origin })
    };
    flag.or_else(in_environment).or_else(in_profile)
}

/// Returns a prompt if there is a terminal for it.
pub(super) fn prompt_on_terminal(label: &'static str) -> Option<Secret> {
    (io::stdin().is_terminal() && io::stderr().is_terminal()).then_some(Secret::Prompt(label))
}

impl Secret {
    /// Reads the secret and removes white space and quotes around it.
    ///
    /// # Errors
    ///
    /// Fails if the secret can't be read, is empty, or is in a file that others can read.
    pub(super) fn read(&self) -> Result<SecretString, ReadSecretError> {
        let text = match self {
            Self::File(path) => read_file(path, Permissions::OwnerOnly)?,
            // Opens a descriptor without unsafe code.
            #[cfg(unix)]
            Self::Descriptor(number) => read_file(Path::new(&format!("/dev/fd/{number}")), Permissions::Any)?,
            Self::Variable(name) => env::var(name).map_err(|_| format!("the variable {name} is not valid UTF-8"))?,
            Self::Prompt(label) => {
                let prompt = || rpassword::prompt_password(format!("{label}: "));
                interrupt::at_prompt(prompt).map_err(|error| match error.kind() {
                    io::ErrorKind::Interrupted => ReadSecretError::Interrupted,
                    _ => ReadSecretError::Unreadable(format!("can't ask for it on a terminal: {error}")),
                })?
            }
        };
        let secret = SecretString::from(cleaned(&text));
        // Zeroized on drop.
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
pub(super) enum ReadSecretError {
    /// Ctrl-C at the prompt.
    Interrupted,
    Unreadable(String),
}

impl From<String> for ReadSecretError {
    fn from(why: String) -> Self {
        Self::Unreadable(why)
    }
}

/// The permissions that a file with a secret needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Permissions {
    OwnerOnly,
    #[cfg(unix)]
    Any,
}

/// The maximum size of a secret in bytes.
const MAX_LENGTH: u64 = 64 << 10;

fn read_file(path: &Path, permissions: Permissions) -> Result<String, String> {
    let failed = |error: io::Error| format!("can't read {}: {error}", path.display());
    let file = File::open(path).map_err(failed)?;
    if permissions == Permissions::OwnerOnly {
        check_mode(path, &file)?;
    }
    let mut text = String::new();
    file.take(MAX_LENGTH + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > MAX_LENGTH { Err(format!("{} is too large for a secret", path.display())) } else { Ok(text) }
}

/// Checks the file that was opened, not the path: that may lead elsewhere by now.
#[cfg(unix)]
fn check_mode(path: &Path, file: &File) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;

    let metadata = file.metadata().map_err(|error| format!("can't read the mode of {}: {error}", path.display()))?;
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
    let access = if of_others & 0o044 == 0 { "write" } else { "read" };
    Err(format!("can't use the secret file {path}: others can {access} it (mode {mode:03o}){advice}"))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "same signature as on Unix")]
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
            Self::Prompt(_) => f.write_str("the input"),
        }
    }
}
