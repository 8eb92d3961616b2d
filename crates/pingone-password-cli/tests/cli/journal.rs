//! The journal of a few users: run after run is appended to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pingone_password_emulator::{Emulator, Fault, NewUser, Operation, Status};
use serde_json::Value;

#[cfg(target_os = "linux")]
use crate::terminal::Terminal;
use crate::{Ran, World};

const NOBODY: &str = "c3042000-188f-8bc7-a269-dee1602cf7ab";

/// With three users who are locked out, and one who isn't.
fn world() -> (World, Vec<String>) {
    let world = World::with(Emulator::builder());
    let locked_out = (0..3).map(|_| world.emulator.add_user(Status::PasswordLockedOut).to_string()).collect();
    world.emulator.add_user(Status::Ok);
    (world, locked_out)
}

fn path(world: &World) -> PathBuf {
    world.home.path().join("trail.jsonl")
}

fn text(world: &World) -> String {
    fs::read_to_string(path(world)).unwrap()
}

/// Runs `unlock` with the journal.
fn unlock(world: &World, args: &[&str]) -> Ran {
    world.ran(&mut unlock_command(world, args))
}

fn unlock_command(world: &World, args: &[&str]) -> Command {
    let path = path(world);
    world.command(&[&["unlock", "--journal", path.to_str().unwrap()], args].concat())
}

/// Starts an unlock whose response never comes, and waits until the server has it.
fn stalled(world: &World, args: &[&str]) -> Child {
    let before = writes(world);
    world.emulator.inject_for(Operation::Unlock, [Fault::StallBeforeResponse]);
    let child = unlock_command(world, args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until(|| writes(world) > before);
    child
}

fn wait_until(is_done: impl Fn() -> bool) {
    let late = Instant::now() + Duration::from_secs(30);
    while !is_done() {
        assert!(Instant::now() < late, "it never came");
        std::thread::yield_now();
    }
}

fn writes(world: &World) -> usize {
    world.emulator.requests().iter().filter(|request| request.method == "POST").count()
}

/// The records whose checksums are right, and the number of other lines.
fn records(world: &World) -> (Vec<Value>, usize) {
    let text = text(world);
    let intact = |line: &&str| {
        line.rsplit_once(",\"crc32\":\"")
            .is_some_and(|(content, checksum)| checksum == format!("{:08x}\"}}", crc32fast::hash(content.as_bytes())))
    };
    let (intact, damaged): (Vec<_>, Vec<_>) = text.lines().partition(intact);
    (intact.iter().map(|line| serde_json::from_str(line).unwrap()).collect(), damaged.len())
}

/// The records in short, such as `finished done`.
fn summary(world: &World) -> Vec<String> {
    let (records, damaged) = records(world);
    assert_eq!(damaged, 0);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |record: &Value| format!("{} {}", text(&record["record"]), text(&record["outcome"])).trim().to_owned();
    records.iter().map(line).collect()
}

#[test]
fn runs_are_appended_with_a_header_each() {
    let (world, users) = world();
    let ok = world.user(Status::Ok);
    assert_eq!(unlock(&world, &[&users[0]]).code, Some(0));
    let first = text(&world);
    assert_eq!(unlock(&world, &[&users[1], &ok, NOBODY, "--lock", "any"]).code, Some(1));
    assert_eq!(unlock(&world, &[&users[2], "--no-check", "--transaction-id", "T-2"]).code, Some(0));
    assert!(text(&world).starts_with(&first));
    let of_one = "header listed, started, finished done";
    let of_three = "header listed listed listed, started, finished done, finished skipped, finished failed";
    assert_eq!(summary(&world).join(", ").replace(", listed", " listed"), [of_one, of_three, of_one].join(", "));
    let (records, _) = records(&world);
    let headers: Vec<_> = records.iter().filter(|record| record["record"] == "header").collect();
    assert_eq!(headers[2]["transaction_id"], "T-2");
    assert_ne!(headers[0]["transaction_id"], headers[1]["transaction_id"]);
    assert!(headers.iter().all(|header| header["resumable"] == false));
    assert_eq!(headers[1]["settings"]["lock"], "any");
    let done = &records[3];
    assert_eq!(done["user"], users[0].as_str());
    assert_eq!([&done["status_before"], &done["status_after"]], ["PASSWORD_LOCKED_OUT", "OK"]);
    assert!(done["correlation_id"].is_string());
    assert_eq!((&records[11]["code"], &records[11]["http_status"]), (&"NOT_FOUND".into(), &404.into()));
    // Every request is somebody's.
    let requests: u64 = records.iter().filter_map(|record| record["requests"].as_u64()).sum();
    assert_eq!(requests, world.emulator.requests().len() as u64);
    for secret in [world.emulator.access_token(), world.emulator.client_secret()] {
        assert!(!text(&world).contains(secret));
    }
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;

    let (world, users) = world();
    fs::write(path(&world), "").unwrap();
    crate::set_mode(&path(&world), 0o644);
    unlock(&world, &[&users[0]]);
    assert_eq!(fs::metadata(path(&world)).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_crash_leaves_a_started_user_and_the_next_run_a_line_of_its_own() {
    let (world, users) = world();
    let mut child = stalled(&world, &[&users[0], "--no-check"]);
    // It is on disk before the server responds.
    assert_eq!(summary(&world), ["header", "listed", "started"]);
    child.kill().unwrap();
    child.wait().unwrap();
    // A crash of the computer may leave a part of a line.
    let torn = text(&world) + "{\"record\":\"finished\",\"user\":\"";
    fs::write(path(&world), &torn).unwrap();
    assert_eq!(unlock(&world, &[&users[1]]).code, Some(0));
    assert!(text(&world).starts_with(&(torn + "\n{\"record\":\"header\"")));
    let (records, damaged) = records(&world);
    assert_eq!((records.len(), damaged), (7, 1));

    // A part of the first header is nothing.
    fs::write(path(&world), "{\"record\":\"header\",\"vers").unwrap();
    assert_eq!(unlock(&world, &[&users[2]]).code, Some(0));
    assert_eq!(summary(&world), ["header", "listed", "started", "finished done"]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_user_is_unknown_and_the_rest_is_not_sent() {
    let (world, users) = world();
    let child = stalled(&world, &[&users[0], &users[1], "--no-check"]);
    interrupt(&child);
    let ran = Ran::of(&child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert_eq!(summary(&world), ["header", "listed", "listed", "started", "finished unknown", "finished not_sent"]);
    let (records, _) = records(&world);
    assert_eq!((&records[4]["user"], &records[4]["code"]), (&users[0].as_str().into(), &"INTERRUPTED".into()));
    assert_eq!(records[4]["requests"], 1);
}

#[cfg(unix)]
#[test]
fn a_run_waits_for_another_one_that_writes() {
    let (world, users) = world();
    let first = stalled(&world, &[&users[0], "--no-check"]);
    let before = writes(&world);
    let mut command = unlock_command(&world, &[&users[1], "--no-check"]);
    let waiting = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut command = unlock_command(&world, &[&users[2], "--no-check"]);
    let mut interrupted = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Wait for its message, and then for its end.
    let mut message = String::new();
    let mut stderr = std::io::BufReader::new(interrupted.stderr.take().unwrap());
    std::io::BufRead::read_line(&mut stderr, &mut message).unwrap();
    assert!(message.starts_with("waiting for another run that writes the journal "), "{message}");
    interrupt(&interrupted);
    assert_eq!(interrupted.wait().unwrap().code(), Some(130));
    assert_eq!(writes(&world), before);
    interrupt(&first);
    assert_eq!(first.wait_with_output().unwrap().status.code(), Some(130));
    let ran = Ran::of(&waiting.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let run = |outcome| ["header", "listed", "started", outcome];
    assert_eq!(summary(&world), [run("finished unknown"), run("finished done")].concat());
}

#[cfg(unix)]
#[test]
fn nothing_is_sent_without_its_record() {
    let (world, users) = world();
    // The second request comes a second later.
    world.emulator.inject_for(Operation::Unlock, [Fault::RateLimited]);
    let mut command = unlock_command(&world, &[&users[0], &users[1], "--no-check", "--output", "json"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until(|| writes(&world) > 0);
    fs::rename(path(&world), world.home.path().join("rotated")).unwrap();
    let ran = Ran::of(&child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("the file was deleted or replaced"), "{ran:?}");
    assert!(ran.stderr.contains(&format!("user {}: done, but not recorded in the journal", users[0])), "{ran:?}");
    let rows: Vec<_> = ran.json().iter().map(|row| (row["result"].clone(), row["code"].clone())).collect();
    assert_eq!(rows, [("unlocked".into(), Value::Null), ("not_sent".into(), "JOURNAL".into())]);
    assert_eq!(world.emulator.unlocks(users[1].parse().unwrap()), 0);
}

#[test]
fn a_file_of_another_kind_is_left_alone() {
    let (world, users) = world();
    let list = world.file("list.txt", &users[0]);
    world.run(&["unlock", "--from", &list]);
    let of_list = fs::read_to_string(format!("{list}.journal.jsonl")).unwrap();
    let before = writes(&world);
    for (content, problem) in [
        (of_list.as_str(), "is the journal of a run that can be resumed"),
        ("id\n", "is not a journal"),
        (&of_list.replace("\"unlock\"", "\"unl0ck\""), "line 1 is damaged"),
    ] {
        fs::write(path(&world), content).unwrap();
        let ran = unlock(&world, &[&users[1]]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains(problem) && ran.stderr.contains("nothing was sent"), "{ran:?}");
        assert_eq!(text(&world), content);
    }
    let folder = world.home.path().to_str().unwrap();
    assert_eq!(world.run(&["unlock", "--journal", folder, &users[1]]).code, Some(2));
    assert_eq!(writes(&world), before);
}

#[test]
fn it_is_not_resumed_and_takes_no_list() {
    let (world, users) = world();
    unlock(&world, &[&users[0]]);
    let before = (text(&world), writes(&world));
    let list = world.file("list.txt", &users[1]);
    let journal = path(&world).to_str().unwrap().to_owned();
    let ran = world.run(&["unlock", "--resume", &journal]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("its runs had a few users each, and are not resumed"), "{ran:?}");
    let ran = world.ran(world.command(&["unlock", "--resume"]).current_dir(world.home.path()));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("there is no journal of `unlock`"), "{ran:?}");
    let ran = unlock(&world, &["--from", &list]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("records runs of a few users"), "{ran:?}");
    assert_eq!((text(&world), writes(&world)), before);
}

#[test]
fn a_profile_names_it() {
    let (world, users) = world();
    world.emulator.add(NewUser::new(Status::PasswordLockedOut).username("maria")).unwrap();
    world.file("config/pingone-password/config.toml", "[profile.default]\njournal = \"trail.jsonl\"\n");
    assert_eq!(world.run(&["unlock", "maria"]).code, Some(0));
    let journal = world.home.path().join("config/pingone-password/trail.jsonl");
    let lines = |path: &Path| fs::read_to_string(path).unwrap().lines().count();
    assert_eq!(lines(&journal), 4);
    assert!(fs::read_to_string(&journal).unwrap().contains("\"username\":\"maria\""));
    // The flag comes first, and a list has a journal of its own.
    assert_eq!(unlock(&world, &[&users[0]]).code, Some(0));
    assert_eq!(lines(&path(&world)), 4);
    let list = world.file("list.txt", &users[1]);
    assert_eq!(world.run(&["unlock", "--from", &list]).code, Some(0));
    assert_eq!(lines(&journal), 4);
    let shown = world.run(&["config", "show", "--output", "json"]).json();
    let shown = shown.iter().find(|row| row["setting"] == "journal").unwrap();
    assert_eq!((shown["value"].as_str(), &shown["place"]), (journal.to_str(), &"profile".into()));
}

#[cfg(target_os = "linux")]
#[test]
fn whoever_says_no_leaves_no_record() {
    let (world, _) = world();
    world.emulator.add(NewUser::new(Status::PasswordLockedOut).username("maria")).unwrap();
    let path = path(&world);
    let mut terminal = Terminal::run(&world, &["unlock", "--journal", path.to_str().unwrap(), "maria"]);
    terminal.wait_for("Unlock this user? [y/N] ");
    terminal.type_keys("n\n");
    assert_eq!(terminal.end(), Some(2));
    assert_eq!(text(&world), "");
    assert_eq!(writes(&world), 0);
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}
