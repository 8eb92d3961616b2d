//! `whoami`: says who acts.

use std::io;

use super::signed_in::{describe, report, warn_of_worker};
use crate::config::Target;
use crate::exit::Exit;
use crate::output;
use crate::terminal;

/// Says who acts: asks PingOne if a person is signed in.
///
/// # Errors
///
/// Fails if standard output can't be written.
pub(super) async fn run(target: &Target) -> io::Result<Exit> {
    let Some(configured) = &target.sign_in else {
        output::print(&format!("Nobody is signed in. Commands use {}.\n", target.credentials))?;
        return Ok(Exit::Done);
    };
    let asked = async {
        let person = configured.sign_in.person().await?;
        Ok(configured.sign_in.current().await?.map(|signed_in| (person, signed_in)))
    };
    match asked.await {
        Ok(Some((person, mut signed_in))) => {
            signed_in.person = Some(person);
            output::print(&describe(target, &signed_in))?;
            warn_of_worker(target);
            Ok(Exit::Done)
        }
        Ok(None) => {
            terminal::error("nobody is signed in any more");
            Ok(Exit::NotAllowed)
        }
        Err(error) => Ok(report(&error)),
    }
}
