//! `unlock`: unlocks users' passwords.

use std::io;

use pingone_password::{Client, UserId};

use super::each_user::{Operation, each_user};
use crate::exit::Exit;
use crate::output::{Columns, Format, Row, Status};
use crate::terminal;

const UNLOCK: Operation =
    Operation { columns: Columns::Unlock, failed: "the password was not unlocked", interrupted: Status::Unknown };

/// Unlocks a few users.
///
/// # Errors
///
/// Fails if standard output can't be written.
pub(super) async fn run(client: &Client, users: &[UserId], format: Format) -> io::Result<Exit> {
    each_user(&UNLOCK, users, format, async |user| {
        let response = client.unlock_password(user).with_response().await?;
        if response.confirmed_by_read() {
            terminal::note(format!(
                "user {user}: the response was lost; a state check confirmed that the password is unlocked"
            ));
        }
        Ok(Row::unlocked(user, response))
    })
    .await
}
