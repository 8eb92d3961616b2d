//! `config show`: prints each setting, its value and its origin.

use std::io;
use std::path::PathBuf;

use serde::Serialize;

use crate::config::{
    ACCESS_TOKEN, API_URL, AUTH_URL, CA_CERTIFICATE, CLIENT_AUTHENTICATION, CLIENT_ID, CLIENT_SECRET, ENVIRONMENT_ID,
    JOURNAL, PROXY, SIGN_IN_CLIENT_ID, SIGN_IN_ENVIRONMENT_ID, Secret, Setting, Settings, Sourced, TOKEN_STORE,
    TOKEN_URL, TOP_LEVEL_DOMAIN, TRANSACTION_ID, WORKER_ENVIRONMENT_ID,
};
use crate::output::{self, Format};
use crate::terminal::{plain, stdout_width};

/// A setting to print. The value of a secret is never in it.
#[derive(Serialize)]
struct SettingRow {
    setting: &'static str,
    value: Option<String>,
    /// The kind of source.
    place: Option<&'static str>,
    origin: Option<String>,
}

/// The fields of JSON and CSV, in this order.
const FIELDS: [&str; 4] = ["setting", "value", "place", "origin"];

impl SettingRow {
    fn values(&self) -> [&str; FIELDS.len()] {
        let Self { setting, value, place, origin } = self;
        [
            setting,
            value.as_deref().unwrap_or_default(),
            place.unwrap_or_default(),
            origin.as_deref().unwrap_or_default(),
        ]
    }
}

/// The width of the settings' names.
const NAME: usize = 22;
const HIDDEN: &str = "(hidden)";

/// Prints the settings.
///
/// # Errors
///
/// Fails if standard output can't be written.
pub(super) fn show(settings: &Settings, format: Format) -> io::Result<()> {
    let rows = rows(settings);
    let text = match format {
        Format::Json => {
            let lines: Result<Vec<_>, _> = rows.iter().map(serde_json::to_string).collect();
            lines?.join("\n") + "\n"
        }
        Format::Csv => {
            let header = output::csv_line(FIELDS)?;
            let lines: io::Result<Vec<_>> = rows.iter().map(|row| output::csv_line(row.values())).collect();
            header + &lines?.concat()
        }
        Format::Table => table(&rows),
    };
    output::print(&text)
}

fn rows(settings: &Settings) -> Vec<SettingRow> {
    let plain_values = [
        (ENVIRONMENT_ID, &settings.environment_id),
        (TOP_LEVEL_DOMAIN, &settings.top_level_domain),
        (API_URL, &settings.api_url),
        (AUTH_URL, &settings.auth_url),
        (TOKEN_URL, &settings.token_url),
        (CLIENT_ID, &settings.client_id),
        (WORKER_ENVIRONMENT_ID, &settings.worker_environment_id),
        (CLIENT_AUTHENTICATION, &settings.client_authentication),
        (SIGN_IN_CLIENT_ID, &settings.sign_in_client_id),
        (SIGN_IN_ENVIRONMENT_ID, &settings.sign_in_environment_id),
        (TOKEN_STORE, &settings.token_store),
        (TRANSACTION_ID, &settings.transaction_id),
        (CA_CERTIFICATE, &settings.ca_certificate),
        (PROXY, &settings.proxy),
    ];
    let mut rows: Vec<_> = plain_values.into_iter().map(|(setting, found)| value(setting, found.as_ref())).collect();
    if let (Some(row), Some(exceptions)) = (rows.last_mut(), &settings.proxy_exceptions)
        && row.value.is_some()
    {
        row.origin = row
            .origin
            .take()
            .map(|origin| format!("{origin}, except for {} ({})", plain(&exceptions.value), exceptions.origin));
    }
    rows.push(file(JOURNAL, settings.journal.as_ref()));
    rows.push(secret(CLIENT_SECRET, settings.client_secret.as_ref()));
    rows.push(secret(ACCESS_TOKEN, settings.access_token.as_ref()));
    let in_use = settings.credentials_in_use();
    rows.push(SettingRow {
        setting: "credentials",
        value: in_use.as_ref().map(|(name, ..)| (*name).to_owned()),
        place: in_use.as_ref().map(|(_, source, _)| source.as_str()),
        origin: in_use.map(|(.., origin)| origin),
    });
    rows
}

fn value(setting: Setting, found: Option<&Sourced<String>>) -> SettingRow {
    // A URL may contain a password.
    let hide_password = |value: &str| if value.contains('@') { HIDDEN.to_owned() } else { plain(value) };
    SettingRow {
        setting: setting.name,
        value: found.map(|found| hide_password(&found.value)),
        place: found.map(|found| found.source.as_str()),
        origin: found.map(|found| found.origin.clone()),
    }
}

fn file(setting: Setting, found: Option<&Sourced<PathBuf>>) -> SettingRow {
    SettingRow {
        setting: setting.name,
        value: found.map(|found| plain(&found.value.display().to_string())),
        place: found.map(|found| found.source.as_str()),
        origin: found.map(|found| found.origin.clone()),
    }
}

fn secret(setting: Setting, found: Option<&Sourced<Secret>>) -> SettingRow {
    let origin = |found: &Sourced<Secret>| match &found.value {
        Secret::File(path) => format!("{}: the file {}", found.origin, path.display()),
        _ => found.origin.clone(),
    };
    SettingRow {
        setting: setting.name,
        value: found.map(|_| HIDDEN.to_owned()),
        place: found.map(|found| found.source.as_str()),
        origin: found.map(origin),
    }
}

/// Formats a table. On a terminal that is too narrow, the origin goes on a line of its own.
fn table(rows: &[SettingRow]) -> String {
    let value = |row: &SettingRow| row.value.clone().unwrap_or_else(|| "(not set)".to_owned());
    let origin = |row: &SettingRow| row.origin.clone().unwrap_or_default();
    let columns = |text: &dyn Fn(&SettingRow) -> String| rows.iter().map(|row| text(row).chars().count()).max();
    let width = columns(&value).unwrap_or_default();
    let is_narrow = stdout_width()
        .is_some_and(|columns_there| NAME + 2 + width + 2 + columns(&origin).unwrap_or(0) > columns_there);
    let header = if is_narrow {
        format!("{:NAME$}  {}", "SETTING", "VALUE, ORIGIN")
    } else {
        format!("{:NAME$}  {:width$}  {}", "SETTING", "VALUE", "ORIGIN")
    };
    let mut text = output::heading(&header) + "\n";
    for row in rows {
        let (name, value, origin) = (row.setting, value(row), origin(row));
        let line = if is_narrow && !origin.is_empty() {
            format!("{name:NAME$}  {value}\n{:NAME$}  {origin}", "")
        } else {
            format!("{name:NAME$}  {value:width$}  {origin}")
        };
        text += line.trim_end();
        text += "\n";
    }
    text
}
