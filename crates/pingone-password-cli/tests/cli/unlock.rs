//! `unlock`.

use std::process::Stdio;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use pingone_password_emulator::{Emulator, Fault, Operation, Status};

use crate::{Ran, World};

#[test]
fn a_locked_out_user_is_unlocked() {
    let world = World::new();
    let user = world.locked_out();
    world.snapshots(|| assert_snapshot!("unlock_table", world.run(&["unlock", &user]).text()));
    assert_eq!(world.emulator.unlocks(user.parse().unwrap()), 1);
    assert_eq!(world.emulator.status(user.parse().unwrap()), Some(Status::Ok));
}

#[test]
fn with_a_worker_application() {
    let world =
        World::with(Emulator::builder().users(6).worker_environment(uuid("f0b1a3de-3e5c-8b4e-8d6f-2d2f0c1f3a55")));
    let secret = world.file("secret", &format!("{}\n", world.emulator.client_secret()));
    let worker_environment = world.emulator.worker_environment_id().to_string();
    let mut command =
        world.command(&["unlock", "--output", "json", "--client-secret-file", &secret, &world.locked_out()]);
    command.env_remove("PINGONE_API_ACCESS_TOKEN").env("PINGONE_CLIENT_ID", world.emulator.client_id());
    let ran = world.ran(command.env("PINGONE_WORKER_ENVIRONMENT_ID", worker_environment));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.json()[0]["result"], "unlocked");
    assert_eq!(ran.json()[0]["status"], "OK");
    assert_eq!(world.emulator.token_requests(), 1);
}

#[test]
fn csv_with_a_success_and_a_failure() {
    let world = World::new();
    let ran = world.run(&["unlock", "--output", "csv", &world.locked_out(), "c3042000-188f-8bc7-a269-dee1602cf7ab"]);
    world.snapshots(|| assert_snapshot!("unlock_csv", ran.text()));
}

#[test]
fn a_failure_in_three_lines() {
    let world = World::new();
    let ran = world.run(&["unlock", "c3042000-188f-8bc7-a269-dee1602cf7ab"]);
    assert_eq!(ran.stderr.lines().count(), 3);
    world.snapshots(|| assert_snapshot!("unlock_404", ran.text()));
}

#[test]
fn an_unknown_outcome_is_reported_as_unknown() {
    let world = World::new();
    world.emulator.inject_for(Operation::Unlock, [Fault::Redirect]);
    let ran = world.run(&["unlock", &world.locked_out()]);
    world.snapshots(|| assert_snapshot!("unlock_unknown", ran.text()));
    world.emulator.inject_for(Operation::Unlock, [Fault::Redirect]);
    let ran = world.run(&["unlock", "--output", "json", &world.locked_out()]);
    assert_eq!((ran.code, &ran.json()[0]["result"]), (Some(1), &"unknown".into()));
}

#[test]
fn a_lost_response_is_settled_by_a_state_check() {
    let world = World::new();
    world.emulator.inject_for(Operation::Unlock, [Fault::ResetAfter]);
    let ran = world.run(&["unlock", &world.locked_out()]);
    world.snapshots(|| assert_snapshot!("unlock_seen", ran.text()));
}

#[test]
fn a_success_without_a_body() {
    let world = World::new();
    world.emulator.inject([Fault::EmptyOk]);
    let ran = world.run(&["unlock", "--no-check", &world.locked_out()]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    world.snapshots(|| assert_snapshot!("unlock_no_body", ran.text()));
}

#[cfg(unix)]
#[test]
fn an_interrupted_unlock_is_unknown_and_the_rest_is_not_sent() {
    let world = World::new();
    world.emulator.inject_for(Operation::Unlock, [Fault::StallBeforeResponse]);
    let mut command = world.command(&["unlock", "--no-check", &world.locked_out(), &world.user(Status::Ok)]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let late = Instant::now() + Duration::from_secs(30);
    while world.emulator.requests().is_empty() {
        assert!(Instant::now() < late, "no request came");
        std::thread::yield_now();
    }
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let ran = Ran::of(&child.wait_with_output().unwrap());
    world.snapshots(|| assert_snapshot!("unlock_interrupted", ran.text()));
}

fn uuid(text: &str) -> uuid::Uuid {
    text.parse().unwrap()
}
