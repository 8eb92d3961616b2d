//! `doctor`.

use insta::assert_snapshot;
use pingone_password_emulator::{Emulator, Fault, TokenFault};

use crate::World;

#[test]
fn all_is_well() {
    let world = World::new();
    let ran = world.run(&["doctor", &world.locked_out()]);
    world.snapshots(|| assert_snapshot!("doctor_ok", ran.shown()));
}

#[test]
fn without_a_user() {
    let world = World::new();
    world.snapshots(|| assert_snapshot!("doctor_no_user", world.run(&["doctor"]).shown()));
    let nobody = "c3042000-188f-8bc7-a269-dee1602cf7ab";
    world.snapshots(|| assert_snapshot!("doctor_unknown_user", world.run(&["doctor", nobody]).shown()));
    assert!(world.emulator.requests().iter().all(|request| request.method == "GET"));
}

#[test]
fn nothing_is_set() {
    let world = World::new();
    world.snapshots(|| assert_snapshot!("doctor_configuration", world.ran(&mut world.bare(&["doctor"])).shown()));
}

#[test]
fn nobody_listens() {
    let world = World::new();
    world.stop();
    world.snapshots(|| assert_snapshot!("doctor_connection", world.run(&["doctor"]).shown()));
}

#[test]
fn a_certificate_that_is_not_trusted() {
    let world = World::with(Emulator::builder().users(6).tls(true));
    let ran = world.run(&["doctor"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("trusts the certificate"), "{ran:?}");
}

#[test]
fn another_environment() {
    let world = World::new();
    let ran = world.run(&["doctor", "--environment-id", "c3042000-188f-8bc7-a269-dee1602cf7ab"]);
    world.snapshots(|| assert_snapshot!("doctor_permission", ran.shown()));
}

#[test]
fn a_server_that_fails() {
    let world = World::new();
    world.emulator.inject([Fault::BadGateway]);
    let ran = world.run(&["doctor", &world.locked_out()]);
    world.snapshots(|| assert_snapshot!("doctor_server", ran.shown()));
}

#[test]
fn a_token_that_has_expired_or_is_from_the_future() {
    let world = World::new();
    // {"iat":1500000000,"exp":1500003600} and {"iat":32503680000}, signed by nobody.
    for (name, token) in [
        ("doctor_expired", "e30.eyJpYXQiOjE1MDAwMDAwMDAsImV4cCI6MTUwMDAwMzYwMH0.x"),
        ("doctor_clock", "e30.eyJpYXQiOjMyNTAzNjgwMDAwfQ.x"),
    ] {
        let ran = world.ran(world.command(&["doctor"]).env("PINGONE_API_ACCESS_TOKEN", token));
        assert!(!ran.stdout.contains(token));
        let mut settings = insta::Settings::clone_current();
        settings.add_filter(r"behind by .* at least", "behind by [time] at least");
        settings.bind(|| world.snapshots(|| assert_snapshot!(name, ran.shown())));
    }
}

#[test]
fn no_access_token() {
    let world = World::new();
    world.emulator.inject_token([TokenFault::InvalidClient]);
    let mut command = world.command(&["doctor", "--client-id", world.emulator.client_id()]);
    let ran = world.ran(command.env("PINGONE_CLIENT_SECRET", world.emulator.client_secret()));
    world.snapshots(|| assert_snapshot!("doctor_token", ran.shown()));
}
