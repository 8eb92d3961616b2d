//! `state`: read the state of users' passwords.

use std::io;

use pingone_password::{Client, UserId};

use crate::args::Expand;
use crate::exit::Exit;
use crate::output::{Became, Columns, Format, Record};
use crate::users::{self, Work};

/// Reads the state of a few users.
///
/// # Errors
///
/// Where the output can't be written.
pub(crate) async fn run(client: &Client, users: &[UserId], expand: Option<Expand>, format: Format) -> io::Result<Exit> {
    let work =
        Work { columns: Columns::State, failed: "the password state could not be read", interrupted: Became::NotTried };
    users::each(&work, users, format, async |user| {
        let request = client.read_password_state(user);
        let request = match expand {
            Some(Expand::PasswordPolicy) => request.expand_password_policy(),
            None => request,
        };
        request.with_response().await.map(|answered| Record::read(user, answered))
    })
    .await
}
