//! `pingone-password`: reads the state of PingOne users' passwords and unlocks them, for one user or a hundred thousand.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

// From the command line down: a module uses only what stands below it.
mod bulk;
mod cli;
mod config;
mod core_dump;
mod exit;
mod lock;
mod lookup;
mod output;
mod padding;
mod private_file;
mod sign_in;
mod terminal;

/// Runs the program.
#[must_use]
pub fn main() -> std::process::ExitCode {
    core_dump::disable();
    cli::main().into()
}
