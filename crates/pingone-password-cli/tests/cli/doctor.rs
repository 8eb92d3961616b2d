//! `doctor`.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use insta::assert_snapshot;
use pingone_password_emulator::{Emulator, Fault, TokenFault};

use crate::World;

#[test]
fn all_is_well() {
    let world = World::new();
    let ran = world.run(&["doctor", &world.locked_out()]);
    world.snapshots(|| assert_snapshot!("doctor_ok", ran.text()));
}

#[test]
fn without_a_user() {
    let world = World::new();
    world.snapshots(|| assert_snapshot!("doctor_no_user", world.run(&["doctor"]).text()));
    let missing = "c3042000-188f-8bc7-a269-dee1602cf7ab";
    world.snapshots(|| assert_snapshot!("doctor_unknown_user", world.run(&["doctor", missing]).text()));
    assert!(world.emulator.requests().iter().all(|request| request.method == "GET"));
}

#[test]
fn nothing_is_set() {
    let world = World::new();
    world.snapshots(|| assert_snapshot!("doctor_configuration", world.ran(&mut world.bare(&["doctor"])).text()));
}

#[test]
fn a_closed_port() {
    let world = World::new();
    world.stop();
    world.snapshots(|| assert_snapshot!("doctor_connection", world.run(&["doctor"]).text()));
}

#[test]
fn an_unreachable_authorization_server() {
    let world = World::new();
    let mut command = world.command(&["doctor", "--client-id", "c3042000-188f-4bc7-a269-dee1602cf7af"]);
    let ran = world.ran(command.env("PINGONE_CLIENT_SECRET", "secret").env("PINGONE_AUTH_URL", "http://127.0.0.1:1"));
    world.snapshots(|| assert_snapshot!("doctor_no_authorization_server", ran.text()));
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
    world.snapshots(|| assert_snapshot!("doctor_permission", ran.text()));
}

#[test]
fn a_server_that_fails() {
    let world = World::new();
    world.emulator.inject([Fault::BadGateway]);
    let ran = world.run(&["doctor", &world.locked_out()]);
    world.snapshots(|| assert_snapshot!("doctor_server", ran.text()));
}

#[test]
fn a_token_that_has_expired() {
    let world = World::new();
    // {"iat":1500000000,"exp":1500003600}, unsigned.
    let token = "e30.eyJpYXQiOjE1MDAwMDAwMDAsImV4cCI6MTUwMDAwMzYwMH0.x";
    let ran = world.ran(world.command(&["doctor"]).env("PINGONE_API_ACCESS_TOKEN", token));
    assert!(!ran.stdout.contains(token));
    world.snapshots(|| assert_snapshot!("doctor_expired", ran.text()));
}

#[test]
fn a_clock_that_is_wrong() {
    let world = World::new();
    for (date, off) in [("Thu, 01 Jan 2015 00:00:00 GMT", "ahead of"), ("Wed, 01 Jan 3000 00:00:00 GMT", "behind")] {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", server.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut connection, _) = server.accept().unwrap();
            let mut request = BufReader::new(connection.try_clone().unwrap()).lines();
            while !request.next().unwrap().unwrap().is_empty() {}
            write!(connection, "HTTP/1.1 404 Not Found\r\nDate: {date}\r\nContent-Length: 0\r\n\r\n").unwrap();
        });
        let ran = world.run(&["doctor", "--api-url", &url]);
        let line = ran.stdout.lines().find(|line| line.starts_with("failed   clock ")).unwrap();
        assert!(line.ends_with(&format!("{off} the server's")), "{line}");
        assert!(ran.stdout.contains("Set this computer's clock"));
        assert_eq!(ran.code, Some(1));
    }
}

#[test]
fn no_access_token() {
    let world = World::new();
    world.emulator.inject_token([TokenFault::InvalidClient]);
    let mut command = world.command(&["doctor", "--client-id", world.emulator.client_id()]);
    let ran = world.ran(command.env("PINGONE_CLIENT_SECRET", world.emulator.client_secret()));
    world.snapshots(|| assert_snapshot!("doctor_token", ran.text()));
}
