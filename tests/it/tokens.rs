//! Access tokens: requested once, refreshed ahead of expiry, replaced after a 401, and never stuck.

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pingone_password::{
    AccessToken, AccessTokenFuture, AccessTokenProvider, Client, ClientAuthMethod, ClientCredentials, Error, ErrorKind,
    Outcome, RetryPolicy, TokenError, UserId,
};
use pingone_password_emulator::{Builder, Emulator, Status, TokenFault};
use recorder::Recorder;

use crate::clock::HeldClock;
use crate::faults;
use crate::{Result, environment_id, user_id};

fn credentials(emulator: &Emulator) -> ClientCredentials {
    ClientCredentials::new(emulator.client_id(), emulator.client_secret()).auth_url(emulator.auth_url())
}

/// Returns an emulator with a locked-out user, and a client with client credentials.
async fn worker(builder: Builder) -> Result<(Emulator, Client, UserId)> {
    let emulator = builder.start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut).into();
    let client = faults::client(&emulator, RetryPolicy::default()).0.timeout(Duration::from_secs(30));
    let client = client.client_credentials(credentials(&emulator)).build()?;
    Ok((emulator, client, user))
}

/// Makes many calls at the same time.
async fn at_once(client: &Client, user: UserId, calls: usize) -> Vec<std::result::Result<(), Error>> {
    let calls = (0..calls).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.read_password_state(user).await.map(|_| ()) })
    });
    let mut results = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        results.push(call.await.unwrap());
    }
    results
}

#[tokio::test]
async fn one_token_serves_all_calls() -> Result {
    let (emulator, client, user) = worker(Emulator::builder()).await?;
    assert!(at_once(&client, user, 50).await.iter().all(std::result::Result::is_ok));
    client.unlock_password(user).await?;
    assert_eq!(emulator.token_requests(), 1);
    Ok(())
}

#[tokio::test]
async fn a_token_is_refreshed_ahead_of_its_expiry() -> Result {
    let _clock = HeldClock::hold();
    let (emulator, client, user) = worker(Emulator::builder().token_lifetime(Duration::from_secs(3600))).await?;
    client.read_password_state(user).await?;
    tokio::time::advance(Duration::from_secs(3539)).await;
    client.read_password_state(user).await?;
    assert_eq!(emulator.token_requests(), 1, "more than a minute is left");
    tokio::time::advance(Duration::from_secs(2)).await;
    assert!(at_once(&client, user, 20).await.iter().all(std::result::Result::is_ok));
    assert_eq!(emulator.token_requests(), 2, "less than a minute is left, and one call refreshes the token for all");
    // The new token outlives the first one.
    tokio::time::advance(Duration::from_secs(3500)).await;
    client.read_password_state(user).await?;
    assert_eq!(emulator.token_requests(), 2);
    assert!(emulator.requests().iter().all(|request| request.status == Some(200)), "no request was rejected");
    Ok(())
}

#[tokio::test]
async fn a_valid_token_outlives_a_failed_refresh() -> Result {
    let _clock = HeldClock::hold();
    let (emulator, client, user) = worker(Emulator::builder().token_lifetime(Duration::from_secs(3600))).await?;
    client.read_password_state(user).await?;
    tokio::time::advance(Duration::from_secs(3550)).await;
    emulator.inject_token([TokenFault::InternalError500]);
    client.read_password_state(user).await?;
    client.read_password_state(user).await?;
    assert_eq!(emulator.token_requests(), 2, "the next call doesn't retry the refresh");
    tokio::time::advance(Duration::from_secs(6)).await;
    client.read_password_state(user).await?;
    assert_eq!(emulator.token_requests(), 3, "a later call does");
    Ok(())
}

#[tokio::test]
async fn an_early_refresh_that_stalls_is_abandoned() -> Result {
    let (emulator, client, user) = worker(Emulator::builder().token_lifetime(Duration::from_secs(2))).await?;
    client.read_password_state(user).await?;
    // Less than a quarter of the token's lifetime is left, and the refresh stalls.
    let start = std::time::Instant::now();
    emulator.inject_token([TokenFault::Stall]);
    while emulator.token_requests() < 2 {
        let call = tokio::time::timeout(Duration::from_millis(50), client.read_password_state(user).into_future());
        match call.await {
            // Dropped during the refresh. The next call uses the token that is still valid.
            Err(_) => {}
            Ok(result) => drop(result?),
        }
        assert!(start.elapsed() < Duration::from_secs(2), "the token isn't refreshed early");
    }
    client.read_password_state(user).await?;
    assert_eq!(emulator.token_requests(), 2, "the next refresh is delayed");
    Ok(())
}

#[tokio::test]
async fn an_expired_token_is_replaced() -> Result {
    let _clock = HeldClock::hold();
    let (emulator, client, user) = worker(Emulator::builder().token_lifetime(Duration::from_secs(600))).await?;
    client.read_password_state(user).await?;
    tokio::time::advance(Duration::from_secs(601)).await;
    assert!(at_once(&client, user, 20).await.iter().all(std::result::Result::is_ok));
    assert_eq!(emulator.token_requests(), 2);
    Ok(())
}

#[tokio::test]
async fn a_rejected_token_is_replaced_once_for_all_calls() -> Result {
    let (emulator, client, user) = worker(Emulator::builder()).await?;
    client.read_password_state(user).await?;
    emulator.revoke_tokens();
    client.unlock_password(user).await?;
    let statuses: Vec<_> = emulator.requests().iter().filter(|r| r.method == "POST").map(|r| r.status).collect();
    assert_eq!(statuses, [Some(200), Some(401), Some(200), Some(200)], "token, 401, token, unlocked");
    assert_eq!(emulator.unlocks(user.into()), 1);

    emulator.revoke_tokens();
    assert!(at_once(&client, user, 20).await.iter().all(std::result::Result::is_ok));
    assert_eq!(emulator.token_requests(), 3);
    Ok(())
}

#[tokio::test]
async fn a_second_401_is_an_error() -> Result {
    // A server that rejects every token.
    let api = Recorder::with(401, &[("content-type", "application/json")], r#"{"code":"ACCESS_FAILED"}"#).await?;
    let emulator = Emulator::start().await?;
    let credentials = credentials(&emulator).environment(emulator.environment_id().into());
    let client = Client::builder(environment_id()).base_url(api.url()).client_credentials(credentials).build()?;
    let error = client.unlock_password(user_id()).await.unwrap_err();
    assert!(error.is_unauthenticated(), "{error}");
    assert_eq!((api.requests().len(), emulator.token_requests()), (2, 2), "one fresh token, one retry");
    let tokens: Vec<_> = api.requests().iter().map(|request| request.header("authorization").join("")).collect();
    assert_ne!(tokens[0], tokens[1]);
    Ok(())
}

#[tokio::test]
async fn a_static_token_is_not_replaced() -> Result {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    let (client, _) = faults::client(&emulator, RetryPolicy::default());
    emulator.revoke_tokens();
    let error = client.build()?.unlock_password(user.into()).await.unwrap_err();
    assert_eq!((error.kind(), emulator.requests().len()), (ErrorKind::Unauthenticated, 1));
    Ok(())
}

#[tokio::test]
async fn a_dropped_call_leaves_nothing_stuck() -> Result {
    let (emulator, client, user) = worker(Emulator::builder().latency(Duration::from_millis(100))).await?;
    let dropped = tokio::spawn({
        let client = client.clone();
        async move { client.read_password_state(user).await.map(|_| ()) }
    });
    while emulator.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.read_password_state(user).await.map(|_| ()) }
    });
    tokio::task::yield_now().await;
    dropped.abort();
    assert!(dropped.await.unwrap_err().is_cancelled());
    // The call that waited for the dropped refresh makes its own.
    waiting.await??;
    let paths: Vec<_> = emulator.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths.iter().filter(|path| path.ends_with("/as/token")).count(), 2, "{paths:?}");
    Ok(())
}

#[tokio::test]
async fn wrong_credentials_are_an_access_token_error() -> Result {
    let emulator = Emulator::start().await?;
    let wrong = ClientCredentials::new(emulator.client_id(), "not-the-secret").auth_url(emulator.auth_url());
    let (client, _) = faults::client(&emulator, RetryPolicy::default());
    let client = client.client_credentials(wrong).build()?;
    let error = client.unlock_password(user_id()).await.unwrap_err();
    assert!(error.is_access_token());
    assert_eq!((error.code(), error.status()), (Some("invalid_client"), Some(401)));
    assert!(error.message().is_some_and(|message| !message.is_empty()), "{error}");
    assert_eq!((error.outcome(), error.request_count()), (Outcome::NotApplied, 0));
    assert!(!format!("{client:?} {error} {error:?}").contains("not-the-secret"));
    assert_eq!(emulator.requests().len(), 1, "no request to the API");

    // All calls that wait for the same refresh fail with it, instead of retrying one after the other.
    let results = at_once(&client, user_id(), 20).await;
    assert!(results.iter().all(|result| result.as_ref().is_err_and(Error::is_access_token)));
    assert_eq!(emulator.token_requests(), 2);
    Ok(())
}

#[tokio::test]
async fn every_response_of_the_authorization_server_is_a_token_or_an_error() -> Result {
    for fault in TokenFault::ALL {
        let emulator = Emulator::start().await?;
        let user: UserId = emulator.add_user(Status::PasswordLockedOut).into();
        emulator.inject_token([*fault]);
        let (client, _) = faults::client(&emulator, RetryPolicy::default());
        let client = client.timeout(Duration::from_millis(500)).client_credentials(credentials(&emulator)).build()?;
        let result = client.unlock_password(user).await;
        match fault {
            TokenFault::InternalError500 | TokenFault::BadGateway | TokenFault::Reset | TokenFault::Stall => {
                result?;
                assert_eq!(emulator.token_requests(), 2, "{fault:?}");
            }
            fault if fault.applies() => {
                result.map_err(|error| format!("{fault:?}: {error}"))?;
                assert_eq!(emulator.token_requests(), 1, "{fault:?}");
            }
            _ => {
                let error = result.unwrap_err();
                assert!(error.is_access_token(), "{fault:?}: {error}");
                assert_eq!(emulator.token_requests(), 1, "{fault:?}");
                assert_eq!(emulator.unlocks(user.into()), 0);
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn credentials_are_sent_as_configured() -> Result {
    let elsewhere = "f0b1a3de-3e5c-4b4e-8d6f-2d2f0c1f3a55".parse::<pingone_password::EnvironmentId>()?;
    let emulator = Emulator::builder().worker_environment(elsewhere.into()).start().await?;
    let user = emulator.add_user(Status::Ok).into();
    let basic = credentials(&emulator).environment(elsewhere);
    let endpoint = format!("{}/{elsewhere}/as/token", emulator.auth_url());
    let by_endpoint = ClientCredentials::new(emulator.client_id(), emulator.client_secret()).token_url(endpoint);
    for credentials in [basic.clone(), basic.auth_method(ClientAuthMethod::Post), by_endpoint] {
        let (client, _) = faults::client(&emulator, RetryPolicy::default());
        client.client_credentials(credentials).build()?.read_password_state(user).await?;
    }
    let tokens = emulator.requests().into_iter().filter(|request| request.method == "POST").collect::<Vec<_>>();
    let [basic, in_body, by_endpoint] = tokens.as_slice() else { return Err("not three token requests".into()) };
    assert_eq!(by_endpoint.path, basic.path);
    assert_eq!(basic.path, format!("/{elsewhere}/as/token"));
    assert!(basic.header("authorization")[0].starts_with("Basic "));
    assert_eq!(basic.body, b"grant_type=client_credentials");
    assert!(in_body.header("authorization").is_empty());
    assert!(String::from_utf8(in_body.body.clone())?.contains("client_secret="));
    Ok(())
}

/// Returns the emulator's token when it is asked a second time.
#[derive(Debug)]
struct Hesitant(AccessToken, std::sync::atomic::AtomicBool);

impl AccessTokenProvider for Hesitant {
    fn access_token(&self) -> AccessTokenFuture<'_> {
        let was_asked = self.1.swap(true, std::sync::atomic::Ordering::Relaxed);
        Box::pin(async move { if was_asked { Ok(self.0.clone()) } else { Err(TokenError::transient("not yet")) } })
    }
}

#[tokio::test]
async fn a_custom_provider_is_retried() -> Result {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    let provider = Hesitant(emulator.access_token().into(), false.into());
    let (client, waits) = faults::client(&emulator, RetryPolicy::default());
    client.access_token_provider(provider).build()?.unlock_password(user.into()).await?;
    assert_eq!(waits.lock().unwrap().len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_closure_is_asked_before_every_request() -> Result {
    let api = Recorder::with(200, &[], r#"{"status":"OK"}"#).await?;
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    let builder = Client::builder(environment_id()).base_url(api.url()).access_token_fn(move || {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        async move { Ok(AccessToken::from(format!("token-{number}"))) }
    });
    assert!(!format!("{builder:?}").contains("token-"));
    let client = builder.build()?;
    client.read_password_state(user_id()).await?;
    client.read_password_state(user_id()).await?;
    let sent: Vec<_> = api.requests().iter().map(|request| request.header("authorization").concat()).collect();
    assert_eq!(sent, ["Bearer token-0", "Bearer token-1"]);
    Ok(())
}
