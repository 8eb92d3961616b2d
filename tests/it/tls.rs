//! TLS with a certificate that the platform trusts, and with one that it doesn't.

use std::env;
use std::process::Command;

use pingone_password::{Client, Outcome, RetryPolicy};
use pingone_password_emulator::{Emulator, Status};

use crate::{Result, faults};

/// The emulator's settings, for the process that a test starts.
const SERVER: &str = "PINGONE_PASSWORD_TESTS_TLS";

#[tokio::test]
async fn an_untrusted_certificate_is_rejected() -> Result {
    let emulator = Emulator::builder().tls(true).start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    let client = faults::client(&emulator, RetryPolicy::none()).0.build()?;
    let error = client.unlock_password(user.into()).await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!(emulator.requests().len(), 0, "no token was sent");
    Ok(())
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_certificate_that_the_platform_trusts_is_accepted() -> Result {
    if let Ok(server) = env::var(SERVER) {
        let [api_url, environment, user, token] = server.split(' ').collect::<Vec<_>>()[..] else { panic!("{server}") };
        let client = Client::builder(environment.parse()?).base_url(api_url).access_token(token).build()?;
        client.unlock_password(user.parse()?).await?;
        return Ok(());
    }
    let emulator = Emulator::builder().tls(true).start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    let certificate = tempfile::NamedTempFile::new()?;
    std::fs::write(&certificate, emulator.certificate_pem().ok_or("no certificate")?)?;
    let server =
        [emulator.api_url(), &emulator.environment_id().to_string(), &user.to_string(), emulator.access_token()];
    let mut child = Command::new(env::current_exe()?);
    child.args(["tls::a_certificate_that_the_platform_trusts_is_accepted", "--exact"]);
    // On Linux, this variable adds to the platform's trusted certificates.
    child.env("SSL_CERT_FILE", certificate.path()).env_remove("SSL_CERT_DIR").env(SERVER, server.join(" "));
    let output = tokio::task::spawn_blocking(move || child.output()).await??;
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    assert_eq!(emulator.unlocks(user), 1);
    Ok(())
}
