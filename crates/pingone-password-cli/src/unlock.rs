//! `unlock`: unlock users' passwords.

use std::io;

use pingone_password::{Client, UserId};

use crate::exit::Exit;
use crate::output::{Became, Columns, Format, Record};
use crate::report;
use crate::users::{self, Work};

/// Unlocks a few users.
///
/// # Errors
///
/// Where the output can't be written.
pub(crate) async fn run(client: &Client, users: &[UserId], format: Format) -> io::Result<Exit> {
    let work = Work { columns: Columns::Unlock, failed: "the password was not unlocked", interrupted: Became::Unknown };
    users::each(&work, users, format, async |user| {
        let response = client.unlock_password(user).with_response().await?;
        if response.confirmed_by_read() {
            report::note(format!("user {user}: the answer got lost; a look at the state showed that it is unlocked"));
        }
        Ok(Record::unlocked(user, response))
    })
    .await
}
