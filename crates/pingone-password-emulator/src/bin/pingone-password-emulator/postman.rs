//! An environment for the vendor's Postman collection.

use std::{error::Error, fmt, fs, io, path::Path};

use pingone_password_emulator::{Emulator, Status};
use serde_json::{Value, json};

/// Writes the environment. It holds secrets, but only those of this emulator.
pub(crate) fn write(emulator: &Emulator, file: &Path) -> Result<(), PostmanError> {
    let environment = format!("{:#}\n", environment(emulator));
    fs::write(file, environment).map_err(|source| PostmanError { file: file.display().to_string(), source })
}

/// Returns the variables of the vendor's collection, in Postman's format.
fn environment(emulator: &Emulator) -> Value {
    let users = emulator.users();
    let locked_out = users.iter().find(|(_, status)| *status == Status::PasswordLockedOut);
    let user = locked_out.or(users.first()).map_or(String::new(), |(id, _)| id.to_string());
    let variable =
        |key: &str, value: String, kind: &str| json!({ "key": key, "value": value, "type": kind, "enabled": true });
    json!({
        "id": "e0000000-0000-8000-8000-000000000002",
        "name": "PingOne password emulator",
        "values": [
            variable("apiPath", emulator.api_url().to_owned(), "default"),
            variable("authPath", emulator.auth_url().to_owned(), "default"),
            variable("envID", emulator.environment_id().to_string(), "default"),
            variable("userID", user, "default"),
            variable("accessToken", emulator.access_token().to_owned(), "secret"),
            variable("clientID", emulator.client_id().to_owned(), "default"),
            variable("clientSecret", emulator.client_secret().to_owned(), "secret"),
        ],
        "_postman_variable_scope": "environment",
    })
}

/// The error for an environment that can't be written.
#[derive(Debug)]
pub(crate) struct PostmanError {
    file: String,
    source: io::Error,
}

impl fmt::Display for PostmanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed to write the Postman environment {}", self.file)
    }
}

impl Error for PostmanError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
