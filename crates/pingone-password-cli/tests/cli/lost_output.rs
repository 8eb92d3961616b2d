//! Commands whose standard output is full, closed, or a pipe that nobody reads: nothing unlocked goes unnamed.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use pingone_password_emulator::{Fault, Operation, Status};

use crate::{Ran, World};

fn locked_out(world: &World, count: usize) -> Vec<String> {
    (0..count).map(|_| world.emulator.add_user(Status::PasswordLockedOut).to_string()).collect()
}

/// Returns the users whom the server unlocked.
fn unlocked(world: &World, users: &[String]) -> BTreeSet<String> {
    users.iter().filter(|user| world.emulator.unlocks(user.parse().unwrap()) > 0).cloned().collect()
}

/// Returns the users whom lines of standard error name with this text.
fn named(stderr: &str, text: &str) -> BTreeSet<String> {
    let users = stderr.lines().filter_map(|line| line.strip_prefix("user ")?.split_once(": "));
    users.filter(|(_, rest)| rest.starts_with(text)).map(|(user, _)| user.to_owned()).collect()
}

/// Runs a command in a shell, with its standard output redirected as by `>&-`.
fn redirected(command: &Command, redirection: &str) -> Ran {
    let mut shell = Command::new("/bin/sh");
    shell.env_clear().args(["-c", &format!("\"$0\" \"$@\" {redirection}")]).arg(command.get_program());
    shell.args(command.get_args()).stdin(Stdio::null());
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Ran::of(&shell.output().unwrap())
}

#[test]
fn each_unlocked_user_is_named() {
    for redirection in ["> /dev/full", "| true", "| exec sleep 0"] {
        for format in ["table", "json", "csv"] {
            let world = World::new();
            let users = locked_out(&world, 3);
            let args = ["unlock", "--no-check", "--output", format, &users[0], &users[1], &users[2]];
            let shell = format!("{redirection}; echo $?");
            let ran = if redirection.starts_with('>') {
                let ran = redirected(&world.command(&args), &shell);
                assert_eq!(ran.stdout, "1\n", "{ran:?}");
                ran
            } else {
                redirected(&world.command(&args), redirection)
            };
            assert_eq!(unlocked(&world, &users).len(), 3, "{redirection}: {ran:?}");
            assert_eq!(named(&ran.stderr, "unlocked"), unlocked(&world, &users), "{redirection}: {ran:?}");
            assert_eq!(
                ran.stderr.matches("error: can't write to standard output").count(),
                1,
                "{redirection}: {ran:?}"
            );
        }
    }
}

#[test]
fn what_was_read_of_a_pipe_or_is_named_are_all() {
    let world = World::new();
    let users = locked_out(&world, 5);
    let args = ["unlock", "--no-check", "--output", "json"].into_iter().chain(users.iter().map(String::as_str));
    let mut command = world.command(&args.collect::<Vec<_>>());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ran = Ran::of(&child.wait_with_output().unwrap());
    let row: serde_json::Value = serde_json::from_str(&line).unwrap();
    let mut known = named(&ran.stderr, "unlocked");
    known.insert(row["user_id"].as_str().unwrap().to_owned());
    assert_eq!((known, ran.code), (unlocked(&world, &users), Some(1)), "{}", ran.stderr);
}

#[test]
fn who_was_not_sent_is_named_too() {
    let world = World::new();
    let users = locked_out(&world, 3);
    world.emulator.inject_for(Operation::Unlock, [None, Some(Fault::Unauthorized401), Some(Fault::Unauthorized401)]);
    let args = ["unlock", "--no-check", &users[0], &users[1], &users[2]];
    let ran = redirected(&world.command(&args), "> /dev/full");
    assert_eq!(named(&ran.stderr, "unlocked"), unlocked(&world, &users), "{ran:?}");
    assert_eq!(named(&ran.stderr, "not sent"), BTreeSet::from([users[2].clone()]), "{ran:?}");
    assert!(ran.stderr.contains(&format!("user {}: the password was not unlocked", users[1])), "{ran:?}");
    // Not allowed outranks the output.
    assert_eq!(ran.code, Some(3), "{ran:?}");
}

#[test]
fn each_unlocked_user_is_named_if_the_output_is_closed() {
    let world = World::new();
    let users = locked_out(&world, 2);
    let ran = redirected(&world.command(&["unlock", "--no-check", &users[0], &users[1]]), ">&-");
    assert_eq!((ran.code, named(&ran.stderr, "unlocked")), (Some(0), unlocked(&world, &users)), "{ran:?}");
    assert_eq!(unlocked(&world, &users).len(), 2);

    // What is thrown away on purpose isn't named.
    world.emulator.set_status(users[0].parse().unwrap(), Status::PasswordLockedOut);
    let ran = redirected(&world.command(&["unlock", "--no-check", &users[0]]), "> /dev/null");
    assert_eq!((ran.code, ran.stderr.as_str(), world.emulator.unlocks(users[0].parse().unwrap())), (Some(0), "", 2));
}

#[test]
fn a_full_output_is_a_failure_of_every_command() {
    let world = World::new();
    let user = world.locked_out();
    for args in [
        &["state", &user][..],
        &["state", "--output", "json", "--rate", "100/s", &user],
        &["find"],
        &["find", "--output", "ids"],
        &["doctor"],
        &["config", "show"],
        &["whoami"],
        &["completions", "bash"],
        &["--help"],
        &["unlock", "--help"],
        &["--version"],
    ] {
        let ran = redirected(&world.command(args), "> /dev/full");
        assert_eq!(ran.code, Some(1), "{args:?}: {ran:?}");
        assert!(ran.stderr.contains("error: can't write to standard output: No space left"), "{args:?}: {ran:?}");
    }
}
