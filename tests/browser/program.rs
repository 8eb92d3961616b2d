//! The programs of this workspace.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Result;

/// Builds the program of a package, as `cargo run -p PACKAGE` does, and returns its path.
pub(crate) fn build(package: &str) -> Result<PathBuf> {
    let cargo = env::var("CARGO").unwrap_or("cargo".to_owned());
    let build = ["build", "--quiet", "--package", package, "--message-format", "json"];
    let mut command = Command::new(cargo);
    // What cargo tells this test would make build scripts run again.
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_")) {
        if !["CARGO_HOME", "CARGO_TARGET_DIR"].iter().any(|kept| name == *kept) {
            command.env_remove(name);
        }
    }
    let output = command.args(build).stderr(Stdio::inherit()).output()?;
    let messages = String::from_utf8(output.stdout)?;
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let program = messages.filter_map(|message| message["executable"].as_str().map(str::to_owned)).next_back();
    Ok(program.ok_or("no program")?.into())
}
