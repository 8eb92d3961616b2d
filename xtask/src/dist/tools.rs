//! The tools that others maintain and that `dist` calls.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

/// The tools, with the versions that `dist` was written for.
const TOOLS: [(&str, &str, &str); 4] = [
    ("about", "0.9.3", "third-party notices"),
    ("cyclonedx", "0.5.9", "the bill of materials"),
    ("deb", "3.8.0", "the Debian package"),
    ("generate-rpm", "0.21.1", "the RPM package"),
];

/// Fails if a tool is missing, and says how to install all that are.
pub(super) fn require() -> Result<()> {
    let missing: Vec<String> = TOOLS.iter().filter(|(tool, ..)| !is_installed(tool)).map(install_command).collect();
    if missing.is_empty() {
        return Ok(());
    }
    bail!("tools are missing; install them with:\n  {}", missing.join("\n  "));
}

fn is_installed(tool: &str) -> bool {
    let help = Command::new(format!("cargo-{tool}")).arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status();
    help.is_ok_and(|status| status.success())
}

fn install_command((tool, version, purpose): &(&str, &str, &str)) -> String {
    format!("cargo install --locked cargo-{tool}@{version}   # for {purpose}")
}
