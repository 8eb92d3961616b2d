//! No secret appears in logs at any level, in errors, or in `Debug` output.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pingone_password::{
    Client, ClientAuthMethod, ClientBuilder, ClientCredentials, Error, MemoryStore, Method, RetryPolicy,
    SignInApplication,
};
use pingone_password_emulator::{Agent, Emulator, Fault, Status, TokenFault};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

use crate::Result;

/// A writer that keeps the log.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Returns everything that can be printed of an error.
fn all_of(error: &Error) -> Result<String> {
    let mut text = format!("{error} {error:?} {error:#?} {}", error.advice());
    let mut source = error.source();
    while let Some(error) = source {
        write!(text, " {error} {error:?}")?;
        source = error.source();
    }
    Ok(text)
}

const PASSWORD: &str = "the-password-that-must-not-leak";

/// A way to authenticate at an emulator.
type Authenticate = fn(ClientBuilder, &Emulator) -> ClientBuilder;

fn credentials(emulator: &Emulator) -> ClientCredentials {
    ClientCredentials::new(emulator.client_id(), emulator.client_secret()).auth_url(emulator.auth_url())
}

/// Returns everything that a client shows while it meets each fault, and the secrets that it used.
async fn shown_with_every_fault(authenticate: Authenticate) -> Result<(String, Vec<String>)> {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut).into();
    let (builder, _) = crate::faults::client(&emulator, RetryPolicy::default().max_attempts(2));
    let builder = authenticate(builder.timeout(Duration::from_millis(200)), &emulator);
    let client = builder.clone().build()?;
    let mut shown = format!("{builder:?} {client:?} {:?}", credentials(&emulator));
    write!(shown, "{:?}", client.read_password_state(user).await?)?;
    write!(shown, "{:?}", client.unlock_password(user).await?)?;
    let check = "application/vnd.pingidentity.password.check+json".parse()?;
    let other = client.raw(user, Method::Post, check).json(serde_json::json!({ "password": PASSWORD }));
    write!(shown, "{other:?}")?;
    shown.push_str(&all_of(&other.await.unwrap_err())?);
    for fault in Fault::ALL {
        emulator.inject([*fault; 4]);
        let failures = [client.read_password_state(user).await.err(), client.unlock_password(user).await.err()];
        for error in failures.iter().flatten() {
            shown.push_str(&all_of(error)?);
        }
        // Uses up the rest of the script, so that it doesn't affect the next fault.
        while client.read_password_state(user).await.is_err() {}
    }
    emulator.revoke_tokens();
    let (rejected, _) = crate::faults::client(&emulator, RetryPolicy::none());
    let wrong = ClientCredentials::new(emulator.client_id(), "the-wrong-secret").auth_url(emulator.auth_url());
    for builder in [rejected.clone(), rejected.client_credentials(wrong)] {
        shown.push_str(&all_of(&builder.build()?.unlock_password(user).await.unwrap_err())?);
    }
    let from_headers = emulator.requests().into_iter().filter_map(|request| {
        let header = request.header("authorization").first()?.to_string();
        header.split_once(' ').map(|(_, secret)| secret.to_owned())
    });
    let mut secrets: Vec<String> = from_headers.collect();
    secrets.push(emulator.client_secret().to_owned());
    Ok((shown, secrets))
}

#[tokio::test]
async fn no_output_shows_a_secret() -> Result {
    let log = Log::default();
    // Includes libraries that use `log` instead of `tracing`.
    let _ = tracing_log::LogTracer::init();
    let subscriber = tracing_subscriber::registry().with(tracing_subscriber::fmt::layer().with_writer(log.clone()));
    let _listening = tracing::subscriber::set_default(subscriber);

    // Faults that stall make them wait, at the same time.
    let (by_token, by_basic, in_body) = tokio::join!(
        shown_with_every_fault(|builder, _| builder),
        shown_with_every_fault(|builder, emulator| builder.client_credentials(credentials(emulator))),
        shown_with_every_fault(|builder, emulator| {
            builder.client_credentials(credentials(emulator).auth_method(ClientAuthMethod::Post))
        }),
    );
    let mut shown = log.text();
    assert!(shown.contains("http.client.request"), "the log has the client's spans");
    let mut secrets = vec!["the-wrong-secret".to_owned(), PASSWORD.to_owned()];
    for client in [by_token, by_basic, in_body] {
        let (text, used) = client?;
        shown.push_str(&text);
        secrets.extend(used);
    }
    assert!(secrets.len() > 10);
    for secret in secrets {
        let at = shown.find(&secret).map(|at| shown[at.saturating_sub(200)..at].to_owned());
        assert_eq!(at, None, "a secret follows this text");
    }
    Ok(())
}

#[tokio::test]
async fn no_output_of_a_sign_in_shows_a_secret() -> Result {
    let log = Log::default();
    let subscriber = tracing_subscriber::registry().with(tracing_subscriber::fmt::layer().with_writer(log.clone()));
    let _listening = tracing::subscriber::set_default(subscriber);

    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut).into();
    let builder = Client::builder(emulator.environment_id().into()).base_url(emulator.api_url());
    let builder = builder.retry(RetryPolicy::none()).sleep(|_| std::future::ready(()));
    let application = SignInApplication::new(emulator.sign_in_client_id().to_string()).auth_url(emulator.auth_url());
    let sign_in = builder.sign_in(application, MemoryStore::default())?;
    let browser = sign_in.authorize_in_browser(0).await?;
    let mut shown = format!("{browser:?}");
    let mut secrets: Vec<String> = browser
        .url()
        .split(['&', '?'])
        .filter_map(|part| part.split_once('='))
        .filter(|(name, _)| ["state", "nonce", "code_challenge"].contains(name))
        .map(|(_, value)| value.to_owned())
        .collect();
    drop(browser);
    let device = sign_in.authorize_device().await?;
    write!(shown, "{device:?}")?;
    secrets.push(device.user_code().to_owned());
    emulator.approve_device(device.user_code(), Agent::AlexAdmin);
    write!(shown, "{:?}", device.wait().await?)?;
    let client = builder.access_token_provider(sign_in.clone()).build()?;
    client.unlock_password(user).await?;
    write!(shown, "{sign_in:?} {client:?} {:?} {:?}", sign_in.current().await?, sign_in.person().await?)?;
    // The server quotes the refresh token, and refuses it after that.
    for fault in [Some(TokenFault::EchoCredentials), Some(TokenFault::MalformedJson), None] {
        emulator.revoke_tokens();
        emulator.inject_token(fault);
        if let Err(error) = client.read_password_state(user).await {
            shown.push_str(&all_of(&error)?);
        }
        if let Err(error) = sign_in.person().await {
            write!(shown, "{error} {error:?}")?;
        }
    }

    shown.push_str(&log.text());
    for request in emulator.requests() {
        let form = String::from_utf8_lossy(&request.body).into_owned();
        let values = form.split('&').filter_map(|part| part.split_once('='));
        secrets.extend(
            values.filter(|(name, _)| name.ends_with("_token") || *name == "device_code").map(|(_, v)| v.to_owned()),
        );
        let tokens: Vec<String> = request.header("authorization").iter().map(ToString::to_string).collect();
        secrets.extend(tokens.iter().filter_map(|value| value.strip_prefix("Bearer ").map(str::to_owned)));
    }
    assert!(secrets.len() > 10, "{secrets:?}");
    for secret in secrets.iter().filter(|secret| *secret != "refresh_token") {
        let at = shown.find(secret.as_str()).map(|at| shown[at.saturating_sub(200)..at].to_owned());
        assert_eq!(at, None, "a secret follows this text");
    }
    Ok(())
}
