//! Random faults: the same seed gives the same faults, in any order.

use std::collections::BTreeMap;

use pingone_password_emulator::{Emulator, Fault, RandomFaults};

use crate::wire::{UNLOCK, post, read};

/// Faults with a response, so that a plain client can read it.
const WITH_RESPONSE: [Fault; 3] = [Fault::InternalError500After, Fault::BadGateway, Fault::EmptyOk];

async fn emulator(seed: u64, probability: f64) -> Emulator {
    let faults = RandomFaults { seed, probability, faults: WITH_RESPONSE.to_vec() };
    Emulator::builder().users(20).random_faults(faults).start().await.unwrap()
}

/// The faults for each path and method, in the order of the user's requests.
type Faults = BTreeMap<(String, String), Vec<Option<Fault>>>;

fn faults(emulator: &Emulator) -> Faults {
    let mut faults = Faults::new();
    for request in emulator.requests() {
        faults.entry((request.path, request.method)).or_default().push(request.fault);
    }
    faults
}

#[tokio::test]
async fn the_same_seed_gives_the_same_faults_in_any_order() {
    let (one, two, other) = tokio::join!(emulator(7, 0.4), emulator(7, 0.4), emulator(8, 0.4));
    // User by user.
    for emulator in [&one, &other] {
        for (user, _) in emulator.users() {
            for _ in 0..4 {
                post(emulator, user, &[UNLOCK]).await;
                read(emulator, user, "").await;
            }
        }
    }
    // Round by round, the last user first, with invalid requests in between.
    for _ in 0..4 {
        for (user, _) in two.users().into_iter().rev() {
            read(&two, user, "").await;
            assert_eq!(read(&two, user, "?expand=other").await.status, 400);
        }
        for (user, _) in two.users() {
            post(&two, user, &[UNLOCK]).await;
        }
    }
    let in_order = |mut faults: Faults| {
        // Each invalid read follows a valid one.
        for ((_, method), faults) in &mut faults {
            if method == "GET" && faults.len() == 8 {
                *faults = faults.iter().step_by(2).copied().collect();
            }
        }
        faults
    };
    assert_eq!(in_order(faults(&one)), in_order(faults(&two)));
    assert_ne!(faults(&one), faults(&other));

    let all: Vec<_> = faults(&one).into_values().flatten().collect();
    let injected = all.iter().filter(|fault| fault.is_some()).count();
    assert_eq!(all.len(), 160);
    assert!((40..=88).contains(&injected), "{injected} of 160 at 0.4");
    for fault in WITH_RESPONSE {
        assert!(all.contains(&Some(fault)), "{fault}");
    }
}

#[tokio::test]
async fn never_at_0_and_always_at_1() {
    for (probability, expected) in [(0.0, false), (1.0, true)] {
        let emulator = emulator(1, probability).await;
        for (user, _) in emulator.users() {
            read(&emulator, user, "").await;
        }
        assert!(emulator.requests().iter().all(|request| request.fault.is_some() == expected));
    }
}

#[tokio::test]
async fn a_script_goes_before_chance() {
    let emulator = emulator(1, 1.0).await;
    let (user, _) = emulator.users()[0];
    emulator.inject([None, Some(Fault::Nulls)]);
    for _ in 0..3 {
        read(&emulator, user, "").await;
    }
    let faults: Vec<_> = emulator.requests().iter().map(|request| request.fault).collect();
    assert_eq!(faults[..2], [None, Some(Fault::Nulls)]);
    assert!(faults[2].is_some_and(|fault| WITH_RESPONSE.contains(&fault)));
}

#[tokio::test]
async fn without_kinds_there_are_no_faults() {
    let faults = RandomFaults { seed: 1, probability: 1.0, faults: Vec::new() };
    let emulator = Emulator::builder().users(1).random_faults(faults).start().await.unwrap();
    let (user, _) = emulator.users()[0];
    assert_eq!(read(&emulator, user, "").await.status, 200);
}
