//! Unlocks a user who is locked out, as a project outside of the workspace would.

use pingone_password::{Client, PasswordStatus, Result, UserId};

/// Unlocks a user who is locked out, and returns whether that was so.
///
/// # Errors
///
/// Returns an error if PingOne doesn't answer, or refuses.
pub async fn unlock_if_locked_out(client: &Client, user: UserId) -> Result<bool> {
    let is_locked_out = client.read_password_state(user).await?.status == PasswordStatus::PasswordLockedOut;
    if is_locked_out {
        client.unlock_password(user).await?;
    }
    Ok(is_locked_out)
}
