//! `state`: reads the state of users' passwords and accounts.

use std::io;

use pingone_password::{Client, requests};

use super::arguments::Expand;
use super::each_user::{Operation, each_user};
use crate::exit::Exit;
use crate::lookup::KnownUser;
use crate::output::{Columns, Format, Row, Status, server_said};
use crate::terminal;

const STATE: Operation =
    Operation { columns: Columns::State, failed: "can't read the password state", interrupted: Status::NotSent };

/// Reads the state of a few users.
///
/// # Errors
///
/// Fails if standard output can't be written.
pub(super) async fn run(
    client: &Client,
    users: &[KnownUser],
    expand: Option<Expand>,
    format: Format,
) -> io::Result<Exit> {
    let ids: Vec<_> = users.iter().map(|known| known.user_id).collect();
    each_user(&STATE, &ids, format, async |user_id| {
        let request = client.read_password_state(user_id);
        let request = match expand {
            Some(Expand::PasswordPolicy) => request.expand_password_policy(),
            None => request,
        };
        let row = Row::read(user_id, request.with_response().await?);
        let known = users.iter().find(|known| known.user_id == user_id).and_then(|known| known.user.clone());
        let user = match known {
            Some(user) => Ok(user),
            None => client.send(requests::ReadUser::new(user_id)).await,
        };
        Ok(match user {
            Ok(user) => row.with_user(&user),
            // The password is what was asked for.
            Err(error) => {
                terminal::note(format!("user {user_id}: can't read the account: {}", server_said(&error)));
                row
            }
        })
    })
    .await
}
