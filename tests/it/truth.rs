//! Whatever a server responds, the client never claims more than what is true on the server.

use pingone_password::{Client, Outcome, RetryPolicy};
use pingone_password_emulator::{Emulator, Fault, Role, Status};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::{Result, faults};

/// The faults that take no time, and that don't return the response to another request.
fn faults() -> Vec<Fault> {
    let left_out = [
        Fault::StallBeforeResponse,
        Fault::StallAfter,
        Fault::StallMidBody,
        Fault::StallMidBodyBefore,
        Fault::EndlessBody,
        Fault::GzipBomb,
        // PingOne's own error is believed.
        Fault::Unauthorized401After,
        // A response that names no user, such as an error, can't be told from another request's.
        Fault::MixedUpConnection,
        Fault::MixedUpConnectionBefore,
    ];
    Fault::ALL.iter().copied().filter(|fault| !left_out.contains(fault)).collect()
}

/// Which of a user's locks a call is about.
#[derive(Clone, Copy, Debug)]
enum Lock {
    Password,
    Account,
}

/// A call against a server that follows a script: what the client says, and what is true.
async fn call(
    lock: Lock,
    script: &[Option<Fault>],
    attempts: u32,
    may_read: bool,
) -> Result<(String, Option<bool>, usize)> {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(if matches!(lock, Lock::Password) { Status::PasswordLockedOut } else { Status::Ok });
    if matches!(lock, Lock::Account) {
        emulator.lock_account(user);
    }
    emulator.inject(script.iter().copied());
    let (client, _) = faults::client(&emulator, RetryPolicy::default().max_attempts(attempts));
    let token =
        if may_read { emulator.access_token().to_owned() } else { emulator.issue_access_token(Role::UnlockOnly, None) };
    let client = client.access_token(token).build()?;
    let result = match lock {
        Lock::Password => client.unlock_password(user.into()).with_response().await.map(drop),
        Lock::Account => client.unlock_account(user.into()).with_response().await.map(drop),
    };
    let claim = match &result {
        Ok(()) => Some(true),
        Err(error) if error.outcome() == Outcome::NotApplied => Some(false),
        Err(_) => None,
    };
    let shown = result.map_or_else(|error| error.to_string(), |()| "unlocked".to_owned());
    let unlocks = match lock {
        Lock::Password => emulator.unlocks(user),
        Lock::Account => emulator.account_unlocks(user),
    };
    Ok((shown, claim, unlocks))
}

#[test]
fn no_sequence_of_responses_makes_the_client_claim_what_is_not_true() -> Result {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let fault = prop::option::weighted(0.8, prop::sample::select(faults()));
    let lock = prop::sample::select(vec![Lock::Password, Lock::Account]);
    let inputs = (lock, prop::collection::vec(fault, 1..7), 1..6_u32, any::<bool>());
    let mut runner = TestRunner::new(Config { cases: 500, failure_persistence: None, ..Config::default() });
    let is_stale = |fault: &Fault| [Fault::StillLockedOut, Fault::StillLockedOutBefore].contains(fault);
    runner.run(&inputs, |(lock, mut script, attempts, may_read)| {
        // A password that is locked out may keep an account locked, so that a success with it is believed.
        if matches!(lock, Lock::Account) {
            script.retain(|fault| !fault.as_ref().is_some_and(is_stale));
        }
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| TestCaseError::fail(error.to_string());
        let (shown, claim, unlocks) = runtime.block_on(call(lock, &script, attempts, may_read)).map_err(failed)?;
        match claim {
            Some(applied) => prop_assert_eq!(applied, unlocks > 0, "{}", shown),
            None => prop_assert!(shown.contains("may have been applied"), "{}", shown),
        }
        // A state check comes between two unlocks, unless the first one certainly wasn't applied. It can't help against a read
        // that lags behind.
        if !script.iter().flatten().any(is_stale) {
            prop_assert!(unlocks <= 1, "unlocked {unlocks} times: {shown}");
        }
        Ok(())
    })?;
    Ok(())
}

#[tokio::test]
async fn a_connection_that_is_out_of_step_gives_no_false_result() -> Result {
    for fault in [Fault::MixedUpConnection, Fault::MixedUpConnectionBefore] {
        let emulator = Emulator::start().await?;
        let (client, _) = faults::client(&emulator, RetryPolicy::default());
        let client: Client = client.build()?;
        for nth in 0..60 {
            let user = emulator.add_user(Status::PasswordLockedOut);
            if nth % 20 == 10 {
                emulator.inject([fault]);
            }
            let result = client.unlock_password(user.into()).await;
            assert!(result.is_ok(), "{nth}: {result:?}");
            assert_eq!(emulator.unlocks(user), 1, "{nth}");
            let state = client.read_password_state(user.into()).await?;
            assert_eq!(state.user.map(|named| named.id), Some(user), "{nth}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn an_unlock_that_takes_time_to_show_is_checked_again() -> Result {
    // The server says 202, and the first read still shows the lockout.
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject([Fault::Accepted202, Fault::StillLockedOut]);
    let (client, waits) = faults::client(&emulator, RetryPolicy::default());
    let response = client.build()?.unlock_password(user.into()).with_response().await?;
    assert!(response.confirmed_by_read());
    assert_eq!((emulator.requests().len(), emulator.unlocks(user)), (3, 1), "POST, GET, GET");
    assert_eq!(waits.lock().unwrap().len(), 2);

    // It never shows: that is unknown, and says so.
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject([Fault::Accepted202Before]);
    let (client, _) = faults::client(&emulator, RetryPolicy::default());
    let error = client.build()?.unlock_password(user.into()).await.unwrap_err();
    assert_eq!((error.outcome(), emulator.requests().len()), (Outcome::Unknown, 3));
    assert!(error.to_string().contains("still locked out"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_401_after_an_unlock_comes_with_a_state_check() -> Result {
    for (fault, methods) in
        [(Fault::Unauthorized401After, &["POST", "GET"][..]), (Fault::Unauthorized401, &["POST", "GET", "POST"])]
    {
        let emulator = Emulator::start().await?;
        let user = emulator.add_user(Status::PasswordLockedOut);
        let credentials = pingone_password::ClientCredentials::new(emulator.client_id(), emulator.client_secret());
        let (client, _) = faults::client(&emulator, RetryPolicy::default());
        let client = client.client_credentials(credentials.auth_url(emulator.auth_url())).build()?;
        emulator.inject([fault]);
        client.unlock_password(user.into()).await?;
        let requests = emulator.requests().into_iter().filter(|request| request.path.ends_with("/password"));
        assert_eq!(requests.map(|request| request.method).collect::<Vec<_>>(), methods, "{fault}");
        assert_eq!(emulator.unlocks(user), 1, "{fault}");
    }
    Ok(())
}

#[tokio::test]
async fn a_fresh_token_after_an_unknown_outcome_comes_with_a_state_check() -> Result {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    let credentials = pingone_password::ClientCredentials::new(emulator.client_id(), emulator.client_secret());
    let (client, _) = faults::client(&emulator, RetryPolicy::default());
    let client = client.client_credentials(credentials.auth_url(emulator.auth_url())).build()?;
    client.read_password_state(user.into()).await?;
    // The unlock gets lost and its state check finds the lockout, so another unlock follows. Its token has been revoked.
    emulator.inject([Some(Fault::ResetBefore), None]);
    let revoking = tokio::spawn({
        let client = client.clone();
        async move { client.unlock_password(user.into()).await }
    });
    while emulator.requests().iter().filter(|request| request.method == "GET").count() < 2 {
        tokio::task::yield_now().await;
    }
    emulator.revoke_tokens();
    assert!(revoking.await?.is_ok());
    assert_eq!(emulator.unlocks(user), 1);
    Ok(())
}
