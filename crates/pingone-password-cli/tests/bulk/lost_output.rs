//! Bulk runs whose standard output is full, closed, or a pipe that nobody reads: nothing unlocked goes unnamed.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use pingone_password_emulator::Emulator;
use serde_json::Value;
use uuid::Uuid;

use crate::bench::{Bench, Ended, count, interrupt};

/// Returns the users whom the server unlocked.
fn unlocked(bench: &Bench) -> BTreeSet<Uuid> {
    bench.users().into_iter().filter(|user| bench.emulator.unlocks(*user) > 0).collect()
}

/// Returns the users whom lines of standard error name with this text.
fn named(stderr: &str, text: &str) -> BTreeSet<Uuid> {
    let users = stderr.lines().filter_map(|line| line.strip_prefix("user ")?.split_once(": "));
    users.filter(|(_, rest)| rest.starts_with(text)).map(|(user, _)| user.parse().unwrap()).collect()
}

/// Returns the users with a result in the file that standard error names.
fn in_file(bench: &Bench, stderr: &str, result: &str) -> BTreeSet<Uuid> {
    let (_, rest) = stderr.split_once("all are in ").unwrap_or_else(|| panic!("no file in {stderr}"));
    let text = fs::read_to_string(bench.folder.path().join(rest.lines().next().unwrap())).unwrap();
    assert!(text.starts_with("user_id,result\n"), "{text}");
    let users = text.lines().filter_map(|line| line.strip_suffix(&format!(",{result}")));
    users.map(|user| user.parse().unwrap()).collect()
}

/// Runs the binary with a standard output that is full, or that is closed by its reader.
fn run(bench: &Bench, arguments: &str, is_full: bool) -> Ended {
    let mut command = bench.command(arguments);
    if is_full {
        command.stdout(fs::File::options().write(true).open("/dev/full").unwrap());
    }
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    Ended::of(child.wait_with_output().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_user_is_named_by_the_outcome() {
    for is_full in [true, false] {
        for format in ["json", "csv"] {
            let (bench, users) = Bench::locked_out(12).await;
            let arguments = format!("unlock --from users.txt --yes --no-journal --concurrency 2 --output {format}");
            let ended = run(&bench, &arguments, is_full).with_code(1).says("error: can't write to standard output: ");
            let (done, not_sent) = (named(&ended.stderr, "unlocked"), named(&ended.stderr, "not sent"));
            assert!(!done.is_empty(), "{ended:?}");
            assert_eq!(done, unlocked(&bench), "{ended:?}");
            assert_eq!(&done | &not_sent, users.into_iter().collect(), "{ended:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_users_are_in_a_file() {
    for is_full in [true, false] {
        let (bench, users) = Bench::locked_out(300).await;
        let arguments = "unlock --from users.txt --yes --no-journal --output json";
        let ended = run(&bench, arguments, is_full).with_code(1);
        let (done, not_sent) = (in_file(&bench, &ended.stderr, "unlocked"), in_file(&bench, &ended.stderr, "not_sent"));
        assert_eq!(done, unlocked(&bench), "{ended:?}");
        assert_eq!(&done | &not_sent, users.into_iter().collect(), "{ended:?}");
        assert_eq!(named(&ended.stderr, "unlocked").len(), 0, "{ended:?}");
        let (_, command) = ended.stderr.split_once("by: pingone-password ").unwrap();
        bench.run(&format!("{} --yes", command.lines().next().unwrap())).with_code(0);
        assert_eq!((unlocked(&bench).len(), bench.unlocks()), (300, 300));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_has_the_results() {
    for is_full in [true, false] {
        for number in [15, 100] {
            let (bench, _) = Bench::locked_out(number).await;
            let ended = run(&bench, "unlock --from users.txt --yes --output json", is_full).with_code(1);
            assert_eq!((unlocked(&bench).len(), bench.unlocks()), (number, number));
            assert_eq!(count(&bench.journal("users.txt.journal.jsonl"), "finished done"), number);
            if number <= 20 {
                assert_eq!(named(&ended.stderr, "unlocked"), unlocked(&bench), "{ended:?}");
            } else {
                ended.says(": 100 unlocked; all are in users.txt.journal.jsonl");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_read_of_a_pipe_or_is_named_are_all() {
    let (bench, _) = Bench::locked_out(15).await;
    let mut child = bench.command("unlock --from users.txt --yes --no-journal --output json").spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ended = Ended::of(child.wait_with_output().unwrap());
    let row: Value = serde_json::from_str(&line).unwrap();
    let mut known = named(&ended.stderr, "unlocked");
    known.insert(row["user_id"].as_str().unwrap().parse().unwrap());
    assert_eq!(known, unlocked(&bench), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_if_the_output_is_closed_and_there_is_no_journal() {
    let (bench, _) = Bench::locked_out(2).await;
    let closed = |arguments: &str| {
        let command = bench.command(arguments);
        let words: Vec<_> = command.get_args().map(|word| word.to_str().unwrap()).collect();
        let mut shell = Command::new("/bin/sh");
        let script = format!("{} {} >&-", command.get_program().to_str().unwrap(), words.join(" "));
        shell.args(["-c", &script]).current_dir(bench.folder.path()).stdin(Stdio::null());
        shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Ended::of(shell.output().unwrap())
    };
    closed("unlock --from users.txt --no-journal --output json").with_code(2).says("standard output is closed");
    assert!(bench.emulator.requests().is_empty());
    closed("unlock --from users.txt --output json").with_code(0).says("unlocked        2");
    assert_eq!(count(&bench.journal("users.txt.journal.jsonl"), "finished done"), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_stalls_hides_nobody() {
    let bench = Bench::of(Emulator::builder().users(600)).await;
    let users = bench.users();
    bench.list(&users);
    let arguments = "unlock --from users.txt --yes --no-journal --output json";
    let mut run = bench.command(arguments).spawn().unwrap();
    // More rows than a pipe holds and fewer than the queue: every user is done.
    bench.wait_for_requests(&mut run, 600);
    assert!(run.try_wait().unwrap().is_none());
    while run.try_wait().unwrap().is_none() {
        interrupt(&run);
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    // Only now, so that nothing was read.
    let ended = Ended::of(run.wait_with_output().unwrap()).with_code(130);
    assert_eq!(in_file(&bench, &ended.stderr, "unlocked"), unlocked(&bench), "{}", ended.stderr);
}
