//! `pingone-password`: one user on the phone, a hundred thousand after an attack.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod args;
mod bulk;
mod claims;
mod config;
mod doctor;
mod documents;
mod exit;
mod interrupt;
mod output;
mod report;
mod run;
mod state;
mod unlock;
mod users;

/// Runs the program.
#[must_use]
pub fn main() -> std::process::ExitCode {
    run::main().into()
}
