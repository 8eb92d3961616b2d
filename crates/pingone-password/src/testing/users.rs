//! Users that were found.

use crate::UserId;
use crate::client::{FoundUser, UserStream};
use crate::error::Error;
use crate::model::User;

/// Creates the result of [`Client::find_user`](crate::Client::find_user).
#[must_use]
pub fn found_user(user_id: UserId, user: User) -> FoundUser {
    FoundUser { user_id, user }
}

/// Creates the stream of a [`UserQuery`](crate::UserQuery): these users, and then an error or the end.
///
/// ```
/// use pingone_password::model::User;
/// use pingone_password::testing::user_stream;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let maria: User = serde_json::from_value(serde_json::json!({ "username": "maria" }))?;
/// let mut users = user_stream([maria], None);
/// assert_eq!(users.next().await.ok_or("no user")??.username.as_deref(), Some("maria"));
/// assert!(users.next().await.is_none());
/// # Ok(()) }
/// ```
pub fn user_stream(users: impl IntoIterator<Item = User>, error: Option<Error>) -> UserStream {
    UserStream::of_test(users.into_iter().collect(), error)
}
