//! Settings from a profile: a named group of settings in a TOML file.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::Deserialize;

use super::cleanup::cleaned;
use super::environment::variable;
use super::flags::SettingFlags;
use super::setting::{ConfigError, Setting, Source, Sourced};
use crate::terminal::plain;

const NAME: &str = "PINGONE_PASSWORD_PROFILE";
const FILE: &str = "PINGONE_PASSWORD_CONFIG";

/// One profile.
#[derive(Debug)]
pub(crate) struct Profile {
    name: String,
    file: PathBuf,
    settings: Keys,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    profile: BTreeMap<String, Keys>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    environment_id: Option<String>,
    top_level_domain: Option<String>,
    api_url: Option<String>,
    auth_url: Option<String>,
    token_url: Option<String>,
    proxy: Option<String>,
    ca_certificate: Option<String>,
    client_id: Option<String>,
    worker_environment_id: Option<String>,
    client_authentication: Option<String>,
    sign_in_client_id: Option<String>,
    sign_in_environment_id: Option<String>,
    token_store: Option<String>,
    transaction_id: Option<String>,
    journal: Option<String>,
    client_secret_file: Option<String>,
    access_token_file: Option<String>,
}

impl Profile {
    /// Finds the selected profile. Also returns a description of its location.
    ///
    /// # Errors
    ///
    /// Fails if a profile or file that was selected by name doesn't exist, or if the file is invalid.
    pub(super) fn find(flags: &SettingFlags) -> Result<(Option<Self>, String), ConfigError> {
        let asked_file = flags.config.clone().or_else(|| variable(FILE).map(|path| cleaned(&path).into()));
        let asked_name = flags.profile.clone().or_else(|| variable(NAME)).map(|name| cleaned(&name).to_owned());
        let name = asked_name.clone().unwrap_or_else(|| "default".to_owned());
        let Some(file) = asked_file.clone().or_else(default_file) else {
            return match asked_name {
                None => Ok((None, format!("profile `{}` of the file in --config", plain(&name)))),
                Some(_) => Err(ConfigError::one(format!(
                    "can't find profile `{}`: there is no home directory; set --config or {FILE}",
                    plain(&name)
                ))),
            };
        };
        let places = format!("profile `{}` of {}", plain(&name), file.display());
        check_mode(&file).map_err(ConfigError::one)?;
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && asked_file.is_none() && asked_name.is_none() => {
                return Ok((None, places));
            }
            Err(error) => {
                return Err(ConfigError::one(format!("can't read the profiles in {}: {error}", file.display())));
            }
        };
        let mut profiles = parse(text.trim_start_matches('\u{feff}'), &file)?;
        match profiles.remove(&name) {
            Some(settings) => Ok((Some(Self { name, file, settings }), places)),
            None if asked_name.is_none() => Ok((None, places)),
            None => {
                let names: Vec<_> = profiles.keys().map(|name| plain(name)).collect();
                let available = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                Err(ConfigError::one(format!(
                    "no profile `{}` in {}; available profiles: {available}",
                    plain(&name),
                    file.display()
                )))
            }
        }
    }

    /// Returns a setting of the profile.
    pub(super) fn setting(&self, setting: Setting) -> Option<Sourced<String>> {
        let Keys { environment_id, top_level_domain, api_url, auth_url, client_id, .. } = &self.settings;
        let Keys { worker_environment_id, client_authentication, client_secret_file, access_token_file, .. } =
            &self.settings;
        let Keys { token_url, proxy, ca_certificate, transaction_id, journal, .. } = &self.settings;
        let Keys { sign_in_client_id, sign_in_environment_id, token_store, .. } = &self.settings;
        let value = match setting.key {
            "environment_id" => environment_id,
            "top_level_domain" => top_level_domain,
            "api_url" => api_url,
            "auth_url" => auth_url,
            "token_url" => token_url,
            "proxy" => proxy,
            "ca_certificate" => ca_certificate,
            "client_id" => client_id,
            "worker_environment_id" => worker_environment_id,
            "client_authentication" => client_authentication,
            "sign_in_client_id" => sign_in_client_id,
            "sign_in_environment_id" => sign_in_environment_id,
            "token_store" => token_store,
            "transaction_id" => transaction_id,
            "journal" => journal,
            "client_secret_file" => client_secret_file,
            "access_token_file" => access_token_file,
            _ => return None,
        };
        let value = value.clone().filter(|value| !cleaned(value).is_empty())?;
        Some(Sourced { value, source: Source::Profile, origin: self.origin() })
    }

    /// Returns a setting that names a file.
    pub(super) fn file(&self, setting: Setting) -> Option<Sourced<PathBuf>> {
        let Sourced { value, source, origin } = self.setting(setting)?;
        Some(Sourced { value: self.path(cleaned(&value)), source, origin })
    }

    /// Resolves a path relative to the profile's file.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.file.parent().unwrap_or(Path::new("")).join(path)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn origin(&self) -> String {
        format!("profile `{}` of {}", plain(&self.name), self.file.display())
    }
}

/// Rejects a file that others can write: they could send secrets to a server of theirs.
#[cfg(unix)]
fn check_mode(file: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;

    let Ok(metadata) = fs::metadata(file) else { return Ok(()) };
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o022 == 0 || !metadata.is_file() {
        return Ok(());
    }
    let path = file.display();
    Err(format!(
        "can't use the profiles in {path}: others can write the file (mode {mode:03o}); run: chmod go-w {path}"
    ))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "same signature as on Unix")]
fn check_mode(_: &Path) -> Result<(), String> {
    Ok(())
}

fn default_file() -> Option<PathBuf> {
    let folder = etcetera::choose_base_strategy().ok()?.config_dir();
    Some(folder.join("pingone-password").join("config.toml"))
}

/// Parses a file of profiles. The message leaves out the line itself, which `toml` would print: it may contain a secret.
fn parse(text: &str, file: &Path) -> Result<BTreeMap<String, Keys>, ConfigError> {
    let invalid = |error: &toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let is_secret =
            ["client_secret", "access_token"].iter().any(|key| error.message().contains(&format!("`{key}`, ")));
        let line_text = text.lines().nth(line - 1).unwrap_or_default();
        let hint = if line_text.contains('\\') {
            "; write a value with backslashes, such as a path, in single quotes"
        } else if is_secret {
            "; a profile contains no secrets: name a file in `client_secret_file` or `access_token_file`"
        } else {
            ""
        };
        ConfigError::one(format!("{}, line {line}: {}{hint}", file.display(), plain(error.message())))
    };
    toml::from_str::<File>(text).map(|file| file.profile).map_err(|error| invalid(&error))
}
