//! Secrets come in by files, descriptors and the environment, and never go out.

use std::io::Write;
use std::process::Stdio;

use insta::assert_snapshot;
#[cfg(target_os = "linux")]
use pingone_password_emulator::Fault;

use crate::{World, set_mode};

#[test]
fn a_token_from_a_file() {
    let world = World::new();
    let file = world.file("token", &format!("{}\r\n", world.emulator.access_token()));
    let mut command = world.command(&["state", "--access-token-file", &file, &world.locked_out()]);
    let ran = world.ran(command.env("PINGONE_API_ACCESS_TOKEN", "wrong"));
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn a_token_from_a_descriptor() {
    let world = World::new();
    let mut command = world.command(&["state", "--access-token-fd", "0", &world.locked_out()]);
    let mut child =
        command.env_remove("PINGONE_API_ACCESS_TOKEN").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(world.emulator.access_token().as_bytes()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
#[test]
fn special_files_get_no_advice_to_change_their_mode() {
    let world = World::new();
    for (path, message) in
        [(".", ". is a folder"), ("/dev/null", "secret file /dev/null: others can read it (mode 666)\n")]
    {
        let ran = world.run(&["state", "--access-token-file", path, &world.locked_out()]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains(message) && !ran.stderr.contains("chmod"), "{ran:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_crash_leaves_no_core_dump() {
    let world = World::new();
    world.emulator.inject([Fault::StallBeforeResponse]);
    let mut child = world.command(&["state", &world.locked_out()]).stdout(Stdio::null()).spawn().unwrap();
    // It holds the access token by now.
    while world.emulator.requests().is_empty() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"], "{core}");
}

#[test]
fn standard_input_is_not_both_users_and_a_secret() {
    let world = World::new();
    for flag in ["--access-token-fd", "--client-secret-fd"] {
        let ran = world.run(&["unlock", "--from", "-", flag, "0"]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains("both the list of users and a secret"), "{ran:?}");
    }
}

#[test]
fn a_file_that_others_can_read_is_rejected() {
    let world = World::new();
    let file = world.file("token", world.emulator.access_token());
    for mode in [0o640, 0o604, 0o620, 0o644] {
        set_mode(file.as_ref(), mode);
        let ran = world.run(&["state", "--access-token-file", &file, &world.locked_out()]);
        assert_eq!(ran.code, Some(2), "{mode:o}");
    }
    let ran = world.run(&["state", "--access-token-file", &file, &world.locked_out()]);
    world.snapshots(|| assert_snapshot!("secret_file_mode", ran.text()));
    assert_eq!(world.emulator.requests().len(), 0);
}

#[test]
fn secrets_that_are_not_there() {
    let world = World::new();
    let empty = world.file("empty", "\n");
    for path in [empty.as_str(), "/nowhere/token"] {
        let ran = world.run(&["state", "--access-token-file", path, &world.locked_out()]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains(path), "{ran:?}");
    }
}

#[test]
fn no_prompt_where_there_is_no_terminal() {
    let world = World::new();
    let mut command = world.command(&["state", "--client-id", "x", &world.locked_out()]);
    let ran = world.ran(command.env_remove("PINGONE_API_ACCESS_TOKEN"));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("the client secret is not set"), "{ran:?}");
}

#[test]
fn no_flag_takes_a_secret() {
    let world = World::new();
    for flag in ["--access-token", "--client-secret", "--password", "--token"] {
        assert_eq!(world.run(&["state", flag, "x", &world.locked_out()]).code, Some(2), "{flag}");
    }
}

#[test]
fn secrets_are_shown_nowhere() {
    // Each run looks for them in both outputs.
    let world = World::new();
    let user = world.locked_out();
    let worker = |args: &[&str]| {
        let mut command = world.command(args);
        command.env("PINGONE_CLIENT_ID", world.emulator.client_id());
        command.env("PINGONE_CLIENT_SECRET", world.emulator.client_secret());
        world.ran(&mut command);
        world.ran(command.env_remove("PINGONE_API_ACCESS_TOKEN"));
    };
    for output in ["table", "json", "csv"] {
        worker(&["state", "--output", output, &user]);
        worker(&["unlock", "--output", output, &user]);
        worker(&["config", "show", "--output", output]);
    }
    worker(&["doctor", &user]);
    worker(&["state", "--profile", "none", &user]);
    worker(&["state", "--api-url", "http://example.com", &user]);
    world.emulator.revoke_tokens();
    worker(&["state", &user]);
    worker(&["doctor"]);
}
