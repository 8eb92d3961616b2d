//! Standard output: colours, closed pipes, full disks.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use pingone_password_emulator::{Fault, Operation, Status};

use crate::World;

#[test]
fn no_colour_without_a_terminal() {
    let world = World::new();
    let args = ["state", &world.locked_out(), "c3042000-188f-8bc7-a269-dee1602cf7ab"];
    let ran = world.ran(world.command(&args).env("TERM", "xterm-256color"));
    assert!(!ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'), "{ran:?}");
}

#[test]
fn colour_if_forced_unless_disabled() {
    let world = World::new();
    let args = ["state", &world.locked_out()];
    let mut command = world.command(&args);
    command.env("CLICOLOR_FORCE", "1");
    let ran = world.ran(&mut command);
    assert!(ran.stdout.contains("\u{1b}[31m") || ran.stdout.contains("\u{1b}[1m\u{1b}[31m"), "{ran:?}");
    let mut command = world.command(&args);
    let ran = world.ran(command.env("NO_COLOR", "1").env("TERM", "xterm-256color"));
    assert!(!ran.stdout.contains('\u{1b}'), "{ran:?}");
}

#[test]
fn a_closed_pipe_is_not_a_failure() {
    let world = World::new();
    let users = [world.locked_out(), world.user(Status::Ok), world.user(Status::External)];
    let args = ["state", "--output", "csv", &users[0], &users[1], &users[2]];
    let mut child = world.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Closed before the first line.
    drop(child.stdout.take());
    let status = child.wait().unwrap();
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
    for args in [&["completions", "bash"][..], &["config", "show"], &["doctor"], &["--help"]] {
        let mut child = world.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn users_are_unlocked_although_the_pipe_is_closed() {
    let world = World::new();
    let [first, second] = [Status::PasswordLockedOut; 2].map(|status| world.emulator.add_user(status));
    let args = ["unlock", &first.to_string(), &second.to_string()];
    let mut child = world.command(&args).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!((world.emulator.unlocks(first), world.emulator.unlocks(second)), (1, 1));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let world = World::new();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = world.command(&["state", &world.locked_out()]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: can't write to standard output: No space"));
}

#[test]
fn each_user_is_printed_as_soon_as_it_is_known() {
    let world = World::new();
    let args = ["state", "--output", "json", &world.locked_out(), &world.user(Status::Ok)];
    // The second user's state doesn't come, until it is asked for again.
    world.emulator.inject_for(Operation::Read, [None, Some(Fault::StallBeforeResponse)]);
    let mut child = world.command(&args).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let requests = world.emulator.requests().len();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.contains("PASSWORD_LOCKED_OUT"), "{line}");
    assert!(requests <= 3, "the first user was printed after {requests} requests");
}
