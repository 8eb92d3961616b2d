//! `logout`: forgets the tokens of a person.

use std::io;

use super::signed_in::{print_change, report};
use crate::config::Target;
use crate::exit::Exit;
use crate::output;
use crate::terminal;

/// Forgets the tokens.
///
/// # Errors
///
/// Fails if standard output can't be written.
pub(super) async fn run(target: &Target) -> io::Result<Exit> {
    let Some(configured) = &target.sign_in else { return Ok(Exit::Usage) };
    match configured.sign_in.sign_out().await {
        Ok(true) => {
            print_change("Signed out: the tokens are forgotten.\n")?;
            terminal::note(
                "PingOne can't revoke tokens for its API. A copy would stay valid until it expires: a refresh token for up to 30 \
                 days after the sign-in.",
            );
            Ok(Exit::Done)
        }
        Ok(false) => {
            output::print("Nobody was signed in.\n")?;
            Ok(Exit::Done)
        }
        Err(error) => Ok(report(&error)),
    }
}
