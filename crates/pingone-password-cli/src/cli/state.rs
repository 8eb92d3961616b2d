//! `state`: reads the state of users' passwords.

use std::io;

use pingone_password::{Client, UserId};

use super::arguments::Expand;
use super::each_user::{Operation, each_user};
use crate::exit::Exit;
use crate::output::{Columns, Format, Row, Status};

const STATE: Operation =
    Operation { columns: Columns::State, failed: "can't read the password state", interrupted: Status::NotSent };

/// Reads the state of a few users.
///
/// # Errors
///
/// Fails if standard output can't be written.
pub(super) async fn run(client: &Client, users: &[UserId], expand: Option<Expand>, format: Format) -> io::Result<Exit> {
    each_user(&STATE, users, format, async |user| {
        let request = client.read_password_state(user);
        let request = match expand {
            Some(Expand::PasswordPolicy) => request.expand_password_policy(),
            None => request,
        };
        request.with_response().await.map(|response| Row::read(user, response))
    })
    .await
}
