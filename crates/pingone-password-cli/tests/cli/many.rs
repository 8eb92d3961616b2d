//! When a run is a bulk run.

use std::io::Write;
use std::process::Stdio;

use pingone_password_emulator::{Emulator, Status};

use crate::World;

#[test]
fn from_a_file() {
    let world = World::new();
    let file = world.file("users.txt", &format!("{}\n{}\n", world.locked_out(), world.user(Status::Ok)));
    let ran = world.run(&["state", "--from", &file, "--output", "json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let mut statuses: Vec<_> = ran.json().iter().map(|record| record["status"].to_string()).collect();
    statuses.sort();
    assert_eq!(statuses, ["\"OK\"", "\"PASSWORD_LOCKED_OUT\""]);
}

#[test]
fn from_standard_input() {
    let world = World::new();
    let mut command = world.command(&["unlock", "--from", "-", "--yes", "--no-journal", "--output", "csv"]);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    let user = world.locked_out();
    child.stdin.take().unwrap().write_all(user.as_bytes()).unwrap();
    let ran = crate::Ran::of(&child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(world.emulator.unlocks(user.parse().unwrap()), 1);
}

#[test]
fn more_than_ten_on_the_command_line() {
    let world = World::with(Emulator::builder().users(11));
    let ids: Vec<_> = world.emulator.users().iter().map(|user| user.0.to_string()).collect();
    let args: Vec<_> = ["state", "--output", "json"].into_iter().chain(ids.iter().map(String::as_str)).collect();
    let ran = world.run(&args);
    assert_eq!((ran.code, ran.json().len()), (Some(0), 11), "{ran:?}");
    assert!(ran.json()[0].get("requests").is_some(), "{ran:?}");
}

#[test]
fn no_policy_for_many() {
    let world = World::new();
    let ran = world.run(&["state", "--from", "users.txt", "--expand", "passwordPolicy"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--expand takes up to 10 users"), "{ran:?}");
    let ran = world.run(&["state", "--rate", "1/s", "--expand", "passwordPolicy", &world.locked_out()]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--rate"), "{ran:?}");
}

#[test]
fn a_flag_without_effect_is_rejected() {
    let world = World::new();
    let user = world.locked_out();
    for flags in [&["--strict"][..], &["--column", "id"], &["--no-journal"], &["--other-server"]] {
        for command in ["state", "unlock"] {
            let ran = world.run(&[&[command, &user], flags].concat());
            assert_eq!(ran.code, Some(2), "{ran:?}");
            assert!(ran.stderr.contains("required arguments"), "{ran:?}");
        }
    }
    for flag in ["--only-locked-out", "--dry-run", "--yes"] {
        let ran = world.run(&["state", flag, &user]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
    }
    for flags in [["--resume", "j"], ["--journal", "j"]] {
        assert_eq!(world.run(&[&["unlock", "--dry-run", &user], &flags[..]].concat()).code, Some(2));
    }
    assert_eq!(world.emulator.requests().len(), 0);
    // These also work for one user.
    for flags in [["--concurrency", "1"], ["--patience", "1s"]] {
        let ran = world.run(&[&["state", &user, "--output", "json"], &flags[..]].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.json()[0].get("requests").is_some(), "{ran:?}");
    }
}
