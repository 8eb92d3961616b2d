//! Unlocks a user who is locked out, as a project outside of the workspace would.

use pingone_password::{Client, PasswordStatus, Result, UserId};

/// Unlocks a user who is locked out, and returns whether that was so.
///
/// # Errors
///
/// Returns an error if PingOne doesn't respond, or refuses.
pub async fn unlock_if_locked_out(client: &Client, user: UserId) -> Result<bool> {
    let is_locked_out = client.read_password_state(user).await?.status == PasswordStatus::PasswordLockedOut;
    if is_locked_out {
        client.unlock_password(user).await?;
    }
    Ok(is_locked_out)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use pingone_password::requests::UnlockPassword;
    use pingone_password::testing::{TestCall, TestFailure, TestResponse};
    use pingone_password::{Client, Outcome, UserId};
    use pingone_password_emulator::{Emulator, Fault, Status};

    use super::unlock_if_locked_out;

    type Result = std::result::Result<(), Box<dyn std::error::Error>>;

    #[test]
    fn errors_without_a_server() -> Result {
        let user: UserId = "c3042000-188f-4bc7-a269-dee1602cf7af".parse()?;
        let call = TestCall::new(UnlockPassword::new(user));
        assert_eq!(call.fail(TestFailure::Timeout).outcome(), Outcome::Unknown);
        assert!(call.respond(TestResponse::error(404, "NOT_FOUND", "No such user.")).unwrap_err().is_not_found());
        Ok(())
    }

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("the log").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn the_emulator_and_a_retry_in_the_log() -> Result {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_writer(move || writer.clone())
            .finish();
        let _listening = tracing::subscriber::set_default(subscriber);
        let emulator = Emulator::start().await?;
        let user = emulator.add_user(Status::PasswordLockedOut);
        let client = Client::builder(emulator.environment_id().into())
            .base_url(emulator.api_url())
            .access_token(emulator.access_token())
            .sleep(|_| std::future::ready(()))
            .build()?;
        emulator.inject([Fault::ResetBefore]);
        assert!(unlock_if_locked_out(&client, user.into()).await?);
        assert_eq!(emulator.unlocks(user), 1);
        let log = String::from_utf8(log.0.lock().expect("the log").clone())?;
        assert!(log.contains("retrying after a delay"), "{log}");
        Ok(())
    }
}
