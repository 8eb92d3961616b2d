//! Every fault of the emulator, for both operations, with and without retries: the caller's view and the server's truth.
//!
//! The result is the table in `docs/failures.md`, which a test compares with it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use pingone_password::{Client, ClientBuilder, Error, OnUnknownOutcome, Outcome, RetryPolicy};
use pingone_password_emulator::{Emulator, Fault, Status};

use crate::{Result, workspace};

/// The result of a call.
#[derive(Debug)]
pub(crate) struct Observed {
    /// `succeeds`, or the kind of the error and its outcome.
    pub(crate) result: String,
    /// The methods of the requests, in order.
    pub(crate) requests: Vec<String>,
    /// The number of unlocks that the server applied.
    pub(crate) applied: usize,
    /// The waits between the requests.
    pub(crate) waits: Vec<Duration>,
    pub(crate) error: Option<Error>,
}

/// Returns a client of the emulator that doesn't wait, and the waits that it would have made.
pub(crate) fn client(emulator: &Emulator, policy: RetryPolicy) -> (ClientBuilder, Arc<Mutex<Vec<Duration>>>) {
    let waits = Arc::<Mutex<Vec<Duration>>>::default();
    let written = Arc::clone(&waits);
    let builder = Client::builder(emulator.environment_id().into())
        .base_url(emulator.api_url())
        .access_token(emulator.access_token())
        .retry(policy.seed(7))
        // Long enough for a busy machine. Only a fault that stalls uses it up.
        .timeout(Duration::from_secs(1))
        .sleep(move |wait| {
            written.lock().unwrap().push(wait);
            std::future::ready(())
        });
    (builder, waits)
}

/// Returns a timeout that only a fault that stalls uses up, also on a busy machine.
fn timeout(script: &[Fault]) -> Duration {
    let stalls = [Fault::StallBeforeResponse, Fault::StallAfter, Fault::StallMidBody, Fault::StallMidBodyBefore];
    Duration::from_secs(if script.iter().any(|fault| stalls.contains(fault)) { 2 } else { 30 })
}

pub(crate) async fn unlock(policy: RetryPolicy, script: &[Fault]) -> Result<Observed> {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject(script.iter().copied());
    let (client, waits) = client(&emulator, policy);
    let result = client.timeout(timeout(script)).build()?.unlock_password(user.into()).await;
    Ok(observe(&emulator, result.map(|_| ()), &waits))
}

pub(crate) async fn read(policy: RetryPolicy, script: &[Fault]) -> Result<Observed> {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject(script.iter().copied());
    let (client, waits) = client(&emulator, policy);
    let result = client.timeout(timeout(script)).build()?.read_password_state(user.into()).await;
    Ok(observe(&emulator, result.map(|_| ()), &waits))
}

fn observe(emulator: &Emulator, result: std::result::Result<(), Error>, waits: &Mutex<Vec<Duration>>) -> Observed {
    let error = result.err();
    if let Some(error) = &error {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(emulator.access_token()), "a token has leaked: {shown}");
        assert!(!shown.contains("<html"), "a body has leaked: {shown}");
    }
    Observed {
        result: error.as_ref().map_or("succeeds".to_owned(), |error| match error.outcome() {
            Outcome::NotApplied => format!("`{:?}`", error.kind()),
            Outcome::Unknown => format!("`{:?}`, **unknown**", error.kind()),
        }),
        requests: emulator.requests().into_iter().map(|request| request.method).collect(),
        applied: emulator.users().iter().map(|(user, _)| emulator.unlocks(*user)).sum(),
        waits: waits.lock().unwrap().clone(),
        error,
    }
}

/// Returns the shortest and the longest wait that the server asks for.
fn retry_after(fault: Fault) -> (Duration, Duration) {
    let (least, most) = match fault {
        Fault::RateLimited | Fault::UnavailableRetryAfter | Fault::UnavailableAfterRetryAfter => (1000, 1000),
        Fault::RateLimitedClockAhead
        | Fault::RateLimitedClockBehind
        | Fault::RateLimitedFraction
        | Fault::RateLimitedList
        | Fault::RateLimitedTwice => (2000, 2000),
        // Dates have whole seconds, and some time has passed since.
        Fault::RateLimitedWithoutDate => (0, 2000),
        _ => (0, 0),
    };
    (Duration::from_millis(least), Duration::from_millis(most))
}

/// Returns a row of the table, after the assertions that hold for every row.
async fn row(fault: Fault) -> Result<String> {
    // At the same time, because of the faults that stall.
    let script = [fault];
    let (read_once, read, unlock_once, unlock) = tokio::try_join!(
        read(RetryPolicy::none(), &script),
        read(RetryPolicy::default(), &script),
        unlock(RetryPolicy::none(), &script),
        unlock(RetryPolicy::default(), &script),
    )?;
    for once in [&read_once, &unlock_once] {
        assert_eq!((once.requests.len(), once.waits.len()), (1, 0), "{fault}: one attempt is one request");
    }
    assert_eq!(unlock_once.applied, usize::from(fault.applies()), "{fault}: the emulator applies as documented");
    for observed in [&unlock_once, &unlock] {
        match &observed.error {
            None => assert!(observed.applied >= 1, "{fault}: reported as unlocked, and it isn't: {observed:?}"),
            // A 401 for a token that can't be replaced is believed.
            Some(error) if fault == Fault::Unauthorized401After => assert!(error.is_unauthenticated(), "{error}"),
            Some(error) if error.outcome() == Outcome::NotApplied => {
                assert_eq!(observed.applied, 0, "{fault}: reported as not applied, and it was: {observed:?}");
            }
            Some(_) => {}
        }
        assert!(observed.applied <= 1, "{fault}: an unlock was repeated without a check: {observed:?}");
    }
    for observed in [&read, &unlock] {
        for (nth, wait) in observed.waits.iter().enumerate() {
            let (least, most) = if nth == 0 { retry_after(fault) } else { Default::default() };
            let backoff = Duration::from_millis(500 * 2_u64.pow(u32::try_from(nth)?));
            assert!((least..=most + backoff).contains(wait), "{fault}: {observed:?}");
        }
    }
    let with = |observed: &Observed| format!("{} ({})", observed.result, observed.requests.join(", "));
    let applied = if fault.applies() { "yes" } else { "no" };
    Ok(format!(
        "| `{fault}` | {applied} | {} | {} | {} | {} |",
        read_once.result,
        with(&read),
        unlock_once.result,
        with(&unlock)
    ))
}

#[tokio::test]
async fn the_documented_table_is_true() -> Result {
    // So that a busy machine doesn't use up a timeout.
    let permits = Arc::new(tokio::sync::Semaphore::new(4));
    let rows = Fault::ALL.iter().map(|fault| {
        let permits = Arc::clone(&permits);
        tokio::spawn(async move {
            let _permit = permits.acquire_owned().await;
            row(*fault).await
        })
    });
    let mut table =
        "| fault | applied? | a read, once | a read, with retries | an unlock, once | an unlock, with retries |\n\
                     | --- | --- | --- | --- | --- | --- |\n"
            .to_owned();
    for row in rows.collect::<Vec<_>>() {
        table.push_str(&row.await??);
        table.push('\n');
    }
    let documentation = std::fs::read_to_string(workspace("crates/pingone-password/docs/failures.md"))?;
    assert!(
        documentation.contains(&table),
        "crates/pingone-password/docs/failures.md must have this table:\n\n{table}"
    );
    Ok(())
}

#[tokio::test]
async fn without_a_server_nothing_is_applied() -> Result {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    let (client, waits) = client(&emulator, RetryPolicy::default());
    let client = client.build()?;
    emulator.stop().await;
    let error = client.unlock_password(user.into()).await.unwrap_err();
    assert!(error.is_connect(), "{error}");
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!(waits.lock().unwrap().len(), 3, "four attempts");
    assert_eq!(error.request_count(), 4);
    Ok(())
}

#[tokio::test]
async fn a_state_check_decides_whether_to_retry() -> Result {
    let observed = unlock(RetryPolicy::default(), &[Fault::ResetAfter]).await?;
    assert_eq!((observed.result.as_str(), observed.applied), ("succeeds", 1));
    assert_eq!(observed.requests, ["POST", "GET"], "it was applied, so it isn't retried");

    let observed = unlock(RetryPolicy::default(), &[Fault::ResetBefore]).await?;
    assert_eq!((observed.result.as_str(), observed.applied), ("succeeds", 1));
    assert_eq!(observed.requests, ["POST", "GET", "POST"], "it wasn't applied, so it is retried");
    Ok(())
}

#[tokio::test]
async fn a_failed_state_check_leaves_the_outcome_unknown() -> Result {
    let observed = unlock(RetryPolicy::default().max_attempts(2), &[Fault::ResetAfter, Fault::BadGateway]).await?;
    let error = observed.error.ok_or("the call succeeded")?;
    assert_eq!((error.outcome(), observed.applied), (Outcome::Unknown, 1));
    assert_eq!(error.state_check_error().and_then(Error::status), Some(502));
    assert_eq!(observed.requests, ["POST", "GET"]);
    // A transient failure of the state check is retried.
    let observed = unlock(RetryPolicy::default(), &[Fault::ResetAfter, Fault::BadGateway]).await?;
    assert_eq!((observed.result.as_str(), observed.applied), ("succeeds", 1));
    assert_eq!(observed.requests, ["POST", "GET", "GET"]);
    Ok(())
}

#[tokio::test]
async fn a_later_response_does_not_settle_an_earlier_request() -> Result {
    // The state check finds the user locked out, but the first request may still be applied.
    let script = [Some(Fault::StallBeforeResponse), None, Some(Fault::RateLimited)];
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject(script);
    let (client, _) = client(&emulator, RetryPolicy::default().max_attempts(2));
    let error = client.build()?.unlock_password(user.into()).await.unwrap_err();
    assert_eq!(emulator.requests().len(), 3);
    assert!(error.is_rate_limited(), "{error}");
    assert_eq!(error.outcome(), Outcome::Unknown);

    // The same holds after a lost connection.
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject([Some(Fault::ResetBefore), None, Some(Fault::RateLimited)]);
    let (client, _) = self::client(&emulator, RetryPolicy::default().max_attempts(2));
    let error = client.build()?.unlock_password(user.into()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    Ok(())
}

#[tokio::test]
async fn an_unknown_status_does_not_confirm_the_unlock() -> Result {
    let observed = unlock(RetryPolicy::default(), &[Fault::ResetBefore, Fault::UnknownStatus]).await?;
    let error = observed.error.ok_or("the call succeeded")?;
    assert_eq!((error.outcome(), observed.applied), (Outcome::Unknown, 0));
    assert!(error.to_string().contains("a status that this version does not know"), "{error}");
    assert_eq!(observed.requests, ["POST", "GET"]);
    Ok(())
}

#[tokio::test]
async fn the_policy_says_what_to_do_after_an_unknown_outcome() -> Result {
    let fail = RetryPolicy::default().on_unknown_outcome(OnUnknownOutcome::Fail);
    let observed = unlock(fail.clone(), &[Fault::ResetAfter]).await?;
    assert_eq!(
        (observed.result.as_str(), observed.applied, observed.requests.len()),
        ("`ConnectionLost`, **unknown**", 1, 1)
    );
    // An unlock that certainly wasn't applied is retried under any policy.
    let observed = unlock(fail.clone(), &[Fault::RateLimited, Fault::RateLimited]).await?;
    assert_eq!((observed.result.as_str(), observed.applied, observed.requests.len()), ("succeeds", 1, 3));

    // A 503 says nothing about the server behind it, also if it says when to come back.
    let observed = unlock(fail, &[Fault::UnavailableAfterRetryAfter]).await?;
    assert_eq!((observed.result.as_str(), observed.applied), ("`Server`, **unknown**", 1));

    let retry = RetryPolicy::default().on_unknown_outcome(OnUnknownOutcome::Retry);
    let observed = unlock(retry.clone(), &[Fault::ResetAfter]).await?;
    assert_eq!((observed.result.as_str(), observed.applied), ("succeeds", 2));
    assert_eq!(observed.requests, ["POST", "POST"]);
    // The last request certainly wasn't applied, the first one was.
    let observed = unlock(retry.max_attempts(2), &[Fault::ResetAfter, Fault::RateLimited]).await?;
    assert_eq!((observed.result.as_str(), observed.applied), ("`RateLimited`, **unknown**", 1));
    Ok(())
}
