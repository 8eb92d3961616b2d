//! Ten thousand unlocks while three requests in ten meet a fault: what was reported is what happened.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use pingone_password::{Client, Outcome, RetryPolicy};
use pingone_password_emulator::{Emulator, Fault, RandomFaults, Status};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Result;

const USERS: usize = 10_000;
const IN_FLIGHT: usize = 64;

/// What strikes, and how often, is decided by the seed, the user and the operation, and not by the order of arrival.
const SEED: u64 = 20_261_121;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_reported_is_what_happened() -> Result {
    // A server that says nothing costs its time-out: one fault of that kind is enough.
    let slow = [Fault::StallBeforeResponse, Fault::StallMidBody, Fault::EndlessBody];
    let faults = Fault::ALL.iter().copied().filter(|fault| !slow.contains(fault)).collect();
    let emulator = Emulator::builder()
        .users(USERS)
        .random_faults(RandomFaults { seed: SEED, probability: 0.3, faults })
        .start()
        .await?;
    let client = Client::builder(emulator.environment_id().into())
        .base_url(emulator.api_url())
        .access_token(emulator.access_token())
        .timeout(Duration::from_secs(1))
        // Nobody waits here: what the waits are is tested elsewhere.
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
    let (mut done, mut unknown, mut not_done, mut looked) = (0, 0, 0, 0);
    for (user, result) in &reported {
        let unlocks = emulator.unlocks(*user);
        match result {
            Ok(unlocked) => {
                done += 1;
                looked += usize::from(unlocked.confirmed_by_read());
                let was_locked_out = locked_out.contains(user);
                assert!(unlocks > 0 || !was_locked_out, "{user}: reported as done, and it isn't: {unlocked:?}");
            }
            Err(error) if error.outcome() == Outcome::NotApplied => {
                not_done += 1;
                assert_eq!(unlocks, 0, "{user}: reported as not done, and it is: {error}");
            }
            Err(_) => unknown += 1,
        }
        // No unlock goes out behind one that was carried out, unless a look stood between them.
        for pair in by_user[user].windows(2) {
            let is_blind = pair[0] == ("POST".to_owned(), true) && pair[1].0 == "POST";
            assert!(!is_blind, "{user}: an unlock that had happened was repeated blindly");
        }
        assert!(unlocks <= 1, "{user}: unlocked {unlocks} times");
    }
    println!("{done} done ({looked} of them seen by a look), {not_done} not done, {unknown} unknown");
    assert!(looked > 100 && unknown > 10, "the storm has to be one: {looked} looks, {unknown} unknown");
    Ok(())
}
