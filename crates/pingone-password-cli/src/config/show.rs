//! `config show`: each setting, its value, and where it comes from.

use std::io;

use serde::Serialize;

use super::{
    ACCESS_TOKEN, API_URL, AUTH_URL, CLIENT_AUTHENTICATION, CLIENT_ID, CLIENT_SECRET, Config, ENVIRONMENT_ID, Found,
    PROXY, Place, Secret, Setting, TOKEN_URL, TOP_LEVEL_DOMAIN, WORKER_ENVIRONMENT_ID,
};
use crate::output::{self, Format, plain};

/// A setting as it is shown. A secret has no value here.
#[derive(Serialize)]
struct Shown {
    setting: &'static str,
    value: Option<String>,
    place: Option<&'static str>,
    origin: Option<String>,
}

/// The fields, in their order.
const FIELDS: [&str; 4] = ["setting", "value", "place", "origin"];

impl Shown {
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

const HIDDEN: &str = "(not shown)";

/// Prints the settings.
///
/// # Errors
///
/// Where standard output can't be written.
pub(crate) fn show(config: &Config, format: Format) -> io::Result<()> {
    let settings = settings(config);
    let text = match format {
        Format::Json => {
            let lines: Result<Vec<_>, _> = settings.iter().map(serde_json::to_string).collect();
            lines?.join("\n") + "\n"
        }
        Format::Csv => {
            let header = output::csv_line(FIELDS)?;
            let rows: io::Result<Vec<_>> = settings.iter().map(|shown| output::csv_line(shown.values())).collect();
            header + &rows?.concat()
        }
        Format::Table => table(&settings),
    };
    output::print(&text)
}

fn settings(config: &Config) -> Vec<Shown> {
    let plain_values = [
        (ENVIRONMENT_ID, &config.environment_id),
        (TOP_LEVEL_DOMAIN, &config.top_level_domain),
        (API_URL, &config.api_url),
        (AUTH_URL, &config.auth_url),
        (TOKEN_URL, &config.token_url),
        (CLIENT_ID, &config.client_id),
        (WORKER_ENVIRONMENT_ID, &config.worker_environment_id),
        (CLIENT_AUTHENTICATION, &config.client_authentication),
        (PROXY, &config.proxy),
    ];
    let mut settings: Vec<_> =
        plain_values.into_iter().map(|(setting, found)| value(setting, found.as_ref())).collect();
    settings.push(secret(CLIENT_SECRET, config.client_secret.as_ref()));
    settings.push(secret(ACCESS_TOKEN, config.access_token.as_ref()));
    settings
}

fn value(setting: Setting, found: Option<&Found<String>>) -> Shown {
    // Nobody should write a password into a URL, and somebody will.
    let shown = |value: &str| if value.contains('@') { HIDDEN.to_owned() } else { plain(value) };
    Shown {
        setting: setting.name,
        value: found.map(|found| shown(&found.value)),
        place: found.map(|found| found.place.as_str()),
        origin: found.map(|found| found.origin.clone()),
    }
}

fn secret(setting: Setting, found: Option<&Found<Secret>>) -> Shown {
    let origin = |found: &Found<Secret>| match &found.value {
        Secret::File(path) => format!("{}: the file {}", found.origin, path.display()),
        _ => found.origin.clone(),
    };
    Shown {
        setting: setting.name,
        value: found.map(|_| HIDDEN.to_owned()),
        place: found.map(|found| found.place.as_str()),
        origin: found.map(origin),
    }
}

fn table(settings: &[Shown]) -> String {
    let value = |shown: &Shown| shown.value.clone().unwrap_or_else(|| "(not set)".to_owned());
    let width = settings.iter().map(|shown| value(shown).chars().count()).max().unwrap_or_default();
    let mut text = output::heading(&format!("{:21}  {:width$}  {}", "SETTING", "VALUE", "FROM")) + "\n";
    for shown in settings {
        let line =
            format!("{:21}  {:width$}  {}", shown.setting, value(shown), shown.origin.as_deref().unwrap_or_default());
        text += line.trim_end();
        text += "\n";
    }
    text
}

impl Place {
    fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Profile => "profile",
            Self::Variable => "variable",
            Self::Flag => "flag",
        }
    }
}
