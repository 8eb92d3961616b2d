//! Shell completions and manual pages.

use std::io;
use std::path::Path;

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

use super::arguments::Arguments;
use crate::output;

/// Prints the completions for a shell.
///
/// # Errors
///
/// Fails if standard output can't be written.
pub(super) fn completions(shell: Shell) -> io::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "pingone-password", &mut script);
    // For bash, clap_complete spells a program with a hyphen in two ways, so that nothing completes after a command:
    // https://github.com/clap-rs/clap/issues/6421
    output::print(&String::from_utf8_lossy(&script).replace("pingone__subcmd__password", "pingone__password"))
}

/// Writes the manual pages into a folder.
///
/// # Errors
///
/// Fails if they can't be written.
pub(super) fn manual(directory: &Path) -> anyhow::Result<()> {
    clap_mangen::generate_to(Arguments::command(), directory)
        .with_context(|| format!("can't write the manual pages into {}", directory.display()))
}
