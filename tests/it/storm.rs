//! Ten thousand unlocks while three requests in ten meet a fault: every reported outcome is true on the server.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use pingone_password::{Client, Outcome, RetryPolicy};
use pingone_password_emulator::{Emulator, Fault, RandomFaults, Status};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Result;

const USERS: usize = 10_000;
const IN_FLIGHT: usize = 64;

/// Decides with the user and the operation which faults occur, independent of the order of arrival.
const SEED: u64 = 20_261_121;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_reported_outcome_is_true() -> Result {
    // A stalled request costs its timeout, so one fault of that kind is enough.
    let slow = [Fault::StallBeforeResponse, Fault::StallMidBody, Fault::StallMidBodyBefore, Fault::EndlessBody];
    // A connection that is out of step may return another user's error, which names no user.
    let mixed_up = [Fault::MixedUpConnection, Fault::MixedUpConnectionBefore];
    // A 401 for a token that can't be replaced is believed.
    let believed = [Fault::Unauthorized401After];
    // A read that lags behind makes a client unlock twice. `truth` covers it.
    let stale = [Fault::StillLockedOut, Fault::StillLockedOutBefore];
    let faults = Fault::ALL
        .iter()
        .copied()
        .filter(|fault| ![&slow[..], &mixed_up, &believed, &stale].iter().any(|list| list.contains(fault)))
        .collect();
    let emulator = Emulator::builder()
        .users(USERS)
        // Every request is compared with what was reported.
        .journal_limit(10 * USERS)
        .random_faults(RandomFaults { seed: SEED, probability: 0.3, faults })
        .start()
        .await?;
    let client = Client::builder(emulator.environment_id().into())
        .base_url(emulator.api_url())
        .access_token(emulator.access_token())
        .timeout(Duration::from_secs(1))
        // `retries` tests the waits.
        .retry(RetryPolicy::default().base_delay(Duration::ZERO))
        .sleep(|_| tokio::task::yield_now())
        .build()?;

    let users = emulator.users().into_iter();
    let locked_out: BTreeSet<Uuid> =
        users.filter(|(_, status)| *status == Status::PasswordLockedOut).map(|(user, _)| user).collect();
    let mut reported = BTreeMap::new();
    let mut calls = JoinSet::new();
    for (user, _) in emulator.users() {
        if calls.len() == IN_FLIGHT {
            reported.extend(calls.join_next().await.transpose()?);
        }
        let client = client.clone();
        calls.spawn(async move { (user, client.unlock_password(user.into()).with_response().await) });
    }
    while let Some(call) = calls.join_next().await {
        reported.extend([call?]);
    }
    assert_eq!(reported.len(), USERS);

    let mut by_user: BTreeMap<Uuid, Vec<(String, bool)>> = BTreeMap::new();
    for request in emulator.requests() {
        let user = request.path.rsplit('/').nth(1).unwrap_or_default().parse()?;
        by_user.entry(user).or_default().push((request.method, request.applied));
    }
    let (mut unlocked, mut confirmed, mut not_applied, mut unknown) = (0, 0, 0, 0);
    for (user, result) in &reported {
        let unlocks = emulator.unlocks(*user);
        match result {
            Ok(response) => {
                unlocked += 1;
                confirmed += usize::from(response.confirmed_by_read());
                let was_locked_out = locked_out.contains(user);
                assert!(unlocks > 0 || !was_locked_out, "{user}: reported as unlocked, and it isn't: {response:?}");
            }
            Err(error) if error.outcome() == Outcome::NotApplied => {
                not_applied += 1;
                assert_eq!(unlocks, 0, "{user}: reported as not applied, and it was: {error}");
            }
            Err(_) => unknown += 1,
        }
        // No unlock follows one that was applied, unless a state check comes between them.
        for pair in by_user[user].windows(2) {
            let is_unchecked = pair[0] == ("POST".to_owned(), true) && pair[1].0 == "POST";
            assert!(!is_unchecked, "{user}: an applied unlock was repeated without a check");
        }
        assert!(unlocks <= 1, "{user}: unlocked {unlocks} times");
    }
    println!("{unlocked} unlocked ({confirmed} confirmed by a read), {not_applied} not applied, {unknown} unknown");
    assert!(confirmed > 100 && unknown > 10, "too few faults: {confirmed} confirmed by a read, {unknown} unknown");
    Ok(())
}
