//! Every fault, both operations, with and without retries: what the caller sees, and what is true on the server.
//!
//! The table that comes out is in the client's documentation, which is held against it here.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use pingone_password::{Client, ClientBuilder, Error, OnUnknownOutcome, Outcome, RetryPolicy};
use pingone_password_emulator::{Emulator, Fault, Status};

use crate::{Result, workspace};

/// What a call came to.
#[derive(Debug)]
pub(crate) struct Came {
    /// `succeeds`, or the kind of the error and its outcome.
    pub(crate) to: String,
    /// The methods of the requests, in their order.
    pub(crate) requests: Vec<String>,
    /// How many unlocks the server carried out.
    pub(crate) applied: usize,
    /// How long the client waited between them.
    pub(crate) waits: Vec<Duration>,
    pub(crate) error: Option<Error>,
}

/// A client of an emulator, whose waits are written down instead of waited for.
pub(crate) fn client(emulator: &Emulator, policy: RetryPolicy) -> (ClientBuilder, Arc<Mutex<Vec<Duration>>>) {
    let waits = Arc::<Mutex<Vec<Duration>>>::default();
    let written = Arc::clone(&waits);
    let builder = Client::builder(emulator.environment_id().into())
        .base_url(emulator.api_url())
        .access_token(emulator.access_token())
        .retry(policy.seed(7))
        // Long enough for a machine that is busy; only a server that says nothing uses it up.
        .timeout(Duration::from_secs(1))
        .sleep(move |wait| {
            written.lock().unwrap().push(wait);
            std::future::ready(())
        });
    (builder, waits)
}

pub(crate) async fn unlock(policy: RetryPolicy, script: &[Fault]) -> Result<Came> {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject(script.iter().copied());
    let (client, waits) = client(&emulator, policy);
    let result = client.build()?.unlock_password(user.into()).await;
    Ok(came(&emulator, result.map(|_| ()), &waits))
}

pub(crate) async fn read(policy: RetryPolicy, script: &[Fault]) -> Result<Came> {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject(script.iter().copied());
    let (client, waits) = client(&emulator, policy);
    let result = client.build()?.read_password_state(user.into()).await;
    Ok(came(&emulator, result.map(|_| ()), &waits))
}

fn came(emulator: &Emulator, result: std::result::Result<(), Error>, waits: &Mutex<Vec<Duration>>) -> Came {
    let error = result.err();
    if let Some(error) = &error {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(emulator.access_token()), "a token has leaked: {shown}");
        assert!(!shown.contains("<html"), "a body has leaked: {shown}");
    }
    Came {
        to: error.as_ref().map_or("succeeds".to_owned(), |error| match error.outcome() {
            Outcome::NotApplied => format!("`{:?}`", error.kind()),
            _ => format!("`{:?}`, **unknown**", error.kind()),
        }),
        requests: emulator.requests().into_iter().map(|request| request.method).collect(),
        applied: emulator.users().iter().map(|(user, _)| emulator.unlocks(*user)).sum(),
        waits: waits.lock().unwrap().clone(),
        error,
    }
}

/// A row of the table, and the assertions that hold for every row.
async fn row(fault: Fault) -> Result<String> {
    let [read_once, read, unlock_once, unlock] = [
        read(RetryPolicy::none(), &[fault]).await?,
        read(RetryPolicy::default(), &[fault]).await?,
        unlock(RetryPolicy::none(), &[fault]).await?,
        unlock(RetryPolicy::default(), &[fault]).await?,
    ];
    for once in [&read_once, &unlock_once] {
        assert_eq!((once.requests.len(), once.waits.len()), (1, 0), "{fault}: one attempt is one request");
    }
    assert_eq!(unlock_once.applied, usize::from(fault.applies()), "{fault}: the emulator does as it says");
    for came in [&unlock_once, &unlock] {
        match &came.error {
            None => assert!(came.applied >= 1, "{fault}: an unlock that was reported didn't happen: {came:?}"),
            Some(error) if error.outcome() == Outcome::NotApplied => {
                assert_eq!(came.applied, 0, "{fault}: an unlock that was denied happened: {came:?}");
            }
            Some(_) => {}
        }
        assert!(came.applied <= 1, "{fault}: an unlock was repeated blindly: {came:?}");
    }
    for came in [&read, &unlock] {
        for (nth, wait) in came.waits.iter().enumerate() {
            let longest = Duration::from_millis(500 * 2_u64.pow(u32::try_from(nth)?)) + Duration::from_secs(1);
            assert!(*wait <= longest, "{fault}: {came:?}");
        }
        if fault == Fault::RateLimited || fault == Fault::UnavailableRetryAfter {
            assert!(came.waits[0] >= Duration::from_secs(1), "{fault}: Retry-After is the least: {came:?}");
        }
    }
    let with = |came: &Came| format!("{} ({})", came.to, came.requests.join(", "));
    let applied = if fault.applies() { "yes" } else { "no" };
    Ok(format!(
        "| `{fault}` | {applied} | {} | {} | {} | {} |",
        read_once.to,
        with(&read),
        unlock_once.to,
        with(&unlock)
    ))
}

#[tokio::test]
async fn the_table_in_the_documentation_is_true() -> Result {
    let rows = Fault::ALL.iter().map(|fault| tokio::spawn(async move { row(*fault).await }));
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
        "crates/pingone-password/docs/failures.md has to have this table:\n\n{table}"
    );
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_gone() -> Result {
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
async fn a_look_decides_whether_to_send_again() -> Result {
    let came = unlock(RetryPolicy::default(), &[Fault::ResetAfter]).await?;
    assert_eq!((came.to.as_str(), came.applied), ("succeeds", 1));
    assert_eq!(came.requests, ["POST", "GET"], "it happened, so it is not sent again");

    let came = unlock(RetryPolicy::default(), &[Fault::ResetBefore]).await?;
    assert_eq!((came.to.as_str(), came.applied), ("succeeds", 1));
    assert_eq!(came.requests, ["POST", "GET", "POST"], "it did not happen, so it is");
    Ok(())
}

#[tokio::test]
async fn a_look_that_fails_leaves_it_open() -> Result {
    let came = unlock(RetryPolicy::default().max_attempts(2), &[Fault::ResetAfter, Fault::BadGateway]).await?;
    let error = came.error.ok_or("a success that nobody saw")?;
    assert_eq!((error.outcome(), came.applied), (Outcome::Unknown, 1));
    assert_eq!(error.state_check_error().and_then(Error::status), Some(502));
    assert_eq!(came.requests, ["POST", "GET"]);
    // A look that may pass is tried again.
    let came = unlock(RetryPolicy::default(), &[Fault::ResetAfter, Fault::BadGateway]).await?;
    assert_eq!((came.to.as_str(), came.applied), ("succeeds", 1));
    assert_eq!(came.requests, ["POST", "GET", "GET"]);
    Ok(())
}

#[tokio::test]
async fn what_is_known_now_does_not_close_what_was_open_before() -> Result {
    // The look finds the user locked out, but the first request got no answer, and may still be carried out.
    let script = [Some(Fault::StallBeforeResponse), None, Some(Fault::RateLimited)];
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject(script);
    let (client, _) = client(&emulator, RetryPolicy::default().max_attempts(2));
    let error = client.build()?.unlock_password(user.into()).await.unwrap_err();
    assert_eq!(emulator.requests().len(), 3);
    assert!(error.is_rate_limited(), "{error}");
    assert_eq!(error.outcome(), Outcome::Unknown);

    // A broken connection says nothing of the server behind it, either.
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject([Some(Fault::ResetBefore), None, Some(Fault::RateLimited)]);
    let (client, _) = self::client(&emulator, RetryPolicy::default().max_attempts(2));
    let error = client.build()?.unlock_password(user.into()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    Ok(())
}

#[tokio::test]
async fn a_status_that_is_not_known_says_nothing_of_the_unlock() -> Result {
    let came = unlock(RetryPolicy::default(), &[Fault::ResetBefore, Fault::UnknownStatus]).await?;
    let error = came.error.ok_or("a success that nobody saw")?;
    assert_eq!((error.outcome(), came.applied), (Outcome::Unknown, 0));
    assert!(error.to_string().ends_with("a status that this version doesn't know"), "{error}");
    assert_eq!(came.requests, ["POST", "GET"]);
    Ok(())
}

#[tokio::test]
async fn the_policy_says_what_to_do_after_an_unknown_outcome() -> Result {
    let never = RetryPolicy::default().on_unknown_outcome(OnUnknownOutcome::Fail);
    let came = unlock(never.clone(), &[Fault::ResetAfter]).await?;
    assert_eq!((came.to.as_str(), came.applied, came.requests.len()), ("`ConnectionLost`, **unknown**", 1, 1));
    // What certainly didn't happen is sent again all the same.
    let came = unlock(never, &[Fault::RateLimited, Fault::UnavailableRetryAfter]).await?;
    assert_eq!((came.to.as_str(), came.applied, came.requests.len()), ("succeeds", 1, 3));

    let always = RetryPolicy::default().on_unknown_outcome(OnUnknownOutcome::Retry);
    let came = unlock(always.clone(), &[Fault::ResetAfter]).await?;
    assert_eq!((came.to.as_str(), came.applied), ("succeeds", 2));
    assert_eq!(came.requests, ["POST", "POST"]);
    // The last request certainly didn't happen; the first one did.
    let came = unlock(always.max_attempts(2), &[Fault::ResetAfter, Fault::RateLimited]).await?;
    assert_eq!((came.to.as_str(), came.applied), ("`RateLimited`, **unknown**", 1));
    Ok(())
}
