//! `-v`, signals, and standard output that can't be written.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Stdio;

use pingone_password_emulator::{Fault, Operation, Status};

use crate::{Ran, World};

#[test]
fn a_line_for_each_request() {
    let world = World::new();
    let user = world.locked_out();
    world.emulator.inject_for(Operation::Unlock, [Fault::ResetAfter]);
    let ran = world.run(&["unlock", "--no-check", "-v", &user]);
    let lines: Vec<_> = ran.stderr.lines().filter(|line| line.contains(" ms")).collect();
    assert_eq!(lines.len(), 2, "{ran:?}");
    assert!(lines[0].starts_with("POST /environments/{environmentId}/users/{userId}/password "), "{ran:?}");
    assert!(lines[1].starts_with("GET /environments/{environmentId}/users/{userId}/password 200 "), "{ran:?}");
    assert!(lines[1].contains(", correlation ID ") && lines[1].contains(", attempt 1"), "{ran:?}");
    assert!(!ran.stderr.contains(&format!(", user {user}")), "{ran:?}");
    let ran = world.run(&["state", &user, "-vv"]);
    assert!(ran.stderr.contains(&format!(", attempt 1, user {user}")), "{ran:?}");
    assert_eq!(world.run(&["state", &user]).stderr, "");
}

#[cfg(unix)]
#[test]
fn a_signal_during_an_unlock_is_reported_like_ctrl_c() {
    for signal in ["-TERM", "-HUP", "-INT"] {
        let world = World::new();
        world.emulator.inject_for(Operation::Unlock, [Fault::StallBeforeResponse]);
        let mut command =
            world.command(&["unlock", "--no-check", "--output", "json", &world.locked_out(), &world.user(Status::Ok)]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while world.emulator.requests().is_empty() {
            std::thread::yield_now();
        }
        let sent = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let ran = Ran::of(&child.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(130), "{signal}: {ran:?}");
        let results: Vec<_> = ran.json().iter().map(|row| row["result"].clone()).collect();
        assert_eq!(results, ["unknown", "not_sent"], "{signal}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn unlocked_users_are_named_if_they_cannot_be_printed() {
    let world = World::new();
    let users = [Status::PasswordLockedOut; 2].map(|status| world.emulator.add_user(status).to_string());
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = world.command(&["unlock", &users[0], &users[1]]).stdout(full).output().unwrap();
    let ran = Ran::of(&output);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains(&format!("user {}: unlocked, but the result could not be printed", users[0])),
        "{ran:?}"
    );
    for user in &users {
        world.emulator.set_status(user.parse().unwrap(), Status::PasswordLockedOut);
    }
    let mut child =
        world.command(&["unlock", &users[0], &users[1]]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ran = Ran::of(&child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stderr.matches(": unlocked, but").count()), (Some(1), 2), "{ran:?}");
}

#[test]
fn the_doctor_calls_nothing_pingone_without_evidence() {
    for response in [
        "200 OK\r\nContent-Type: text/html\r\n\r\n<html>portal</html>",
        "404 Not Found\r\nContent-Type: text/html\r\n\r\n<html>nginx</html>",
        "404 Not Found\r\nContent-Type: application/json\r\n\r\n{\"error\":\"no such route\"}",
        "403 Forbidden\r\nContent-Type: text/html\r\n\r\n<html>blocked</html>",
        "401 Unauthorized\r\nContent-Type: text/plain\r\n\r\nno",
    ] {
        let world = World::new();
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", server.local_addr().unwrap());
        std::thread::spawn(move || {
            for connection in server.incoming() {
                let mut connection = connection.unwrap();
                let mut request = BufReader::new(connection.try_clone().unwrap()).lines();
                while !request.next().unwrap().unwrap().is_empty() {}
                let (head, body) = response.split_once("\r\n\r\n").unwrap();
                write!(connection, "HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
            }
        });
        let ran = world.run(&["doctor", "--api-url", &url]);
        assert!(ran.stdout.contains("failed   connection "), "{response}: {ran:?}");
        assert!(!ran.stdout.contains("accepted"), "{response}: {ran:?}");
    }
}

#[test]
fn the_doctor_warns_of_the_workers_own_environment() {
    let world = World::new();
    let args = ["doctor", "--client-id", world.emulator.client_id()];
    let mut command = world.command(&args);
    let ran = world.ran(command.env("PINGONE_CLIENT_SECRET", world.emulator.client_secret()));
    assert!(ran.stdout.contains("warning  configuration   the environment is the worker application's own"), "{ran:?}");
    assert!(!world.run(&["doctor"]).stdout.contains("warning"));
}
