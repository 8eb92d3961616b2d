//! Bulk runs of the binary, against an emulator.

use std::collections::HashSet;
use std::io::Write;
use std::process::Stdio;

use pingone_password_emulator::{Emulator, EventKind, Fault, Operation, Status};
use serde_json::Value;
use uuid::Uuid;

use crate::bench::{Bench, Ended, count};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_format_and_invalid_lines() {
    let bench = Bench::start().await;
    let users = bench.add_users(4, Status::PasswordLockedOut);
    let [a, b, c, d] = users[..] else { unreachable!() };

    bench.file("list.txt", &format!("{a}\n\nnonsense\n{b}\r\n{a}\n"));
    bench
        .run("unlock --from list.txt")
        .with_code(1)
        .says("line 3: `nonsense` is not a valid user ID")
        .says("duplicates");
    bench.file("list.csv", &format!("name;userId\nx;{c}\n"));
    bench.run("unlock --from list.csv").with_code(0);
    bench.file("list.jsonl", &format!("{{\"who\":\"{d}\"}}\n"));
    bench.run("unlock --from list.jsonl --column who").with_code(0);
    for user in users {
        assert_eq!(bench.emulator.unlocks(user), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn standard_input_is_read_too() {
    let bench = Bench::start().await;
    let user = bench.emulator.add_user(Status::PasswordLockedOut);
    let run = |arguments| {
        let mut run = bench.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        writeln!(run.stdin.take().unwrap(), "{user}").unwrap();
        Ended::of(run.wait_with_output().unwrap())
    };
    run("unlock --from - --journal j").with_code(0);
    assert_eq!(bench.emulator.unlocks(user), 1);
    bench.run("unlock --resume j").with_code(2).says("--from -");
    run("unlock --from - --resume j").with_code(0).says("1 done before");
    assert_eq!(bench.emulator.unlocks(user), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strict_sends_nothing_if_a_line_is_invalid() {
    let bench = Bench::start().await;
    let user = bench.emulator.add_user(Status::PasswordLockedOut);
    bench.file("list.txt", &format!("{user}\nnonsense\n"));
    bench.run("unlock --from list.txt --strict").with_code(2).says("line 2").says("nothing was sent");
    assert!(bench.emulator.requests().is_empty());
    assert!(!bench.folder.path().join("list.txt.journal.jsonl").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_ten_users_need_a_confirmation() {
    let (bench, _) = Bench::locked_out(11).await;
    bench.run("unlock --from users.txt").with_code(2).says("--yes");
    assert!(bench.emulator.requests().is_empty());
    bench.run("unlock --from users.txt --yes").with_code(0);
    assert_eq!(bench.unlocks(), 11);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_locked_out_users() {
    let bench = Bench::of(Emulator::builder().users(8)).await;
    let users = bench.users();
    bench.list(&users);
    let ended = bench.run("unlock --from users.txt --only-locked-out --output json").with_code(0);
    assert_eq!(bench.unlocks(), 3);
    let results: Vec<Value> = ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(results.len(), 8);
    assert_eq!(results.iter().filter(|line| line["result"] == "skipped").count(), 5);
    let unlocked = results.iter().find(|line| line["result"] == "unlocked").unwrap();
    assert_eq!((&unlocked["status_before"], &unlocked["status"]), (&"PASSWORD_LOCKED_OUT".into(), &"OK".into()));
    assert_eq!(unlocked["requests"], 2);
    let journal = bench.journal("users.txt.journal.jsonl");
    assert_eq!((count(&journal, "finished done"), count(&journal, "finished skipped")), (3, 5));
    assert_eq!(count(&journal, "started"), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_only_reads() {
    let bench = Bench::of(Emulator::builder().users(20)).await;
    let users = bench.users();
    bench.list(&users);
    let ended = bench.run("unlock --from users.txt --only-locked-out --dry-run --output csv").with_code(0);
    assert!(bench.emulator.requests().iter().all(|request| request.method == "GET"));
    assert_eq!(bench.emulator.requests().len(), 20);
    assert_eq!(ended.stdout.matches(",would_unlock,PASSWORD_LOCKED_OUT,").count(), 15);
    assert_eq!(ended.stdout.matches(",skipped,").count(), 5);
    assert!(!bench.folder.path().join("users.txt.journal.jsonl").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn states_of_many_users() {
    let bench = Bench::of(Emulator::builder().users(30)).await;
    let users = bench.users();
    bench.list(&users);
    let ended = bench.run("state --from users.txt --output csv").with_code(0);
    assert_eq!(ended.stdout.lines().count(), 31);
    assert!(ended.stdout.starts_with("user_id,result,status,"));
    assert_eq!(ended.stdout.matches(",read,PASSWORD_LOCKED_OUT,").count(), 25);
    assert!(!bench.folder.path().join("users.txt.journal.jsonl").exists());

    // The fields of one user in the same order, and more.
    let one = bench.run(&format!("state {} --output json", users[7])).with_code(0).stdout;
    let many = bench.run("state --from users.txt --output json").with_code(0).stdout;
    let state = one.find("\"correlation_id\":\"").unwrap();
    assert!(many.lines().any(|line| line.starts_with(&one[..state])), "no {one} in {many}");
    let ids: HashSet<_> =
        many.lines().map(|line| line.split("\"correlation_id\":\"").nth(1).unwrap()[..36].to_owned()).collect();
    assert_eq!(ids.len(), 30, "each request has one of its own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_of_the_states_of_many_users() {
    let bench = Bench::of(Emulator::builder().users(12)).await;
    let mut users = bench.users();
    users.push(Uuid::from_u128(7));
    bench.list(&users);
    let ended = bench.run("state --from users.txt").with_code(1).says("NOT_FOUND");
    let rows: Vec<_> = ended.stdout.lines().collect();
    assert_eq!((rows.len(), rows[0].starts_with("USER ")), (14, true), "{ended:?}");
    // The same row as for one user.
    let one = bench.run(&format!("state {}", users[7])).with_code(0).stdout;
    assert!(rows.contains(&one.lines().nth(1).unwrap()), "no {one} in {ended:?}");
    assert!(rows.iter().any(|row| row.starts_with(&users[12].to_string()) && row.contains("not read")));
    // An unlock prints only failures.
    let ended = bench.run("unlock --from users.txt --dry-run").with_code(1);
    assert_eq!(ended.stdout, "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_csv_file_with_a_stray_quote_is_rejected() {
    let bench = Bench::start().await;
    let [a, b] = bench.add_users(2, Status::PasswordLockedOut)[..] else { unreachable!() };
    bench.file("list.csv", &format!("id,name\n{a},\"Bob\n{b},Carl\n"));
    bench.run("unlock --from list.csv").with_code(2).says("line 2").says("is a quote missing?");
    assert!(bench.emulator.requests().is_empty());
    assert!(!bench.folder.path().join("list.csv.journal.jsonl").exists());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_output_is_closed() {
    let (bench, _) = Bench::locked_out(3000).await;
    let mut run = bench.command("state --from users.txt --output json").spawn().unwrap();
    drop(run.stdout.take());
    assert_eq!(Ended::of(run.wait_with_output().unwrap()).with_code(0).stderr, "");
    assert!(bench.emulator.requests().len() < 3000);
    let mut run = bench.command("unlock --from users.txt --output json --yes").spawn().unwrap();
    drop(run.stdout.take());
    Ended::of(run.wait_with_output().unwrap())
        .with_code(1)
        .says("results that may not have been read: 3,000 unlocked; all are in users.txt.journal.jsonl");
    assert_eq!(bench.unlocks(), 3000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_has_the_result_of_each_user() {
    let bench = Bench::start().await;
    let users = bench.add_users(2, Status::PasswordLockedOut);
    let missing = Uuid::from_u128(7);
    bench.list(&[users[0], users[1], missing]);
    bench.run("unlock --from users.txt").with_code(1).says("NOT_FOUND").says("--resume users.txt.journal.jsonl");

    let journal = bench.journal("users.txt.journal.jsonl");
    let header = &journal[0];
    assert_eq!((&header["record"], &header["version"]), (&"header".into(), &2.into()));
    assert_eq!((&header["operation"], &header["base_url"]), (&"unlock".into(), &bench.emulator.api_url().into()));
    assert_eq!(header["environment_id"], bench.emulator.environment_id().to_string());
    assert_eq!(header["input_sha256"].as_str().unwrap().len(), 64);
    let of = |record: &str, user: Uuid| {
        let user = Value::from(user.to_string());
        journal.iter().position(|line| line["record"] == record && line["user"] == user).unwrap()
    };
    for user in [users[0], users[1], missing] {
        assert!(of("started", user) < of("finished", user));
    }
    let done = &journal[of("finished", users[0])];
    assert_eq!((&done["outcome"], &done["status_after"], &done["requests"]), (&"done".into(), &"OK".into(), &1.into()));
    assert!(done["correlation_id"].is_string());
    let failed = &journal[of("finished", missing)];
    assert_eq!((&failed["outcome"], &failed["code"]), (&"failed".into(), &"NOT_FOUND".into()));
    assert_eq!(failed["http_status"], 404);

    let text = std::fs::read_to_string(bench.folder.path().join("users.txt.journal.jsonl")).unwrap();
    assert!(!text.contains(bench.emulator.access_token()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_keep_to_the_rate() {
    let (bench, _) = Bench::locked_out(301).await;
    bench.run("unlock --from users.txt --yes --rate 100/s").with_code(0);
    let events = bench.emulator.events();
    let times: Vec<i64> = events
        .iter()
        .filter(|event| event.kind == EventKind::PasswordUnlocked)
        .map(|event| event.at.timestamp_micros())
        .collect();
    assert_eq!(times.len(), 301);
    // The unit tests of the rate limiter check every window, on a paused clock. Requests arrive here through two event loops
    // of a busy computer, so only the mean is exact.
    let mean = (times[300] - times[0]) / 300;
    assert!(mean >= 9_700, "{mean} µs between two requests");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn throttling_holds_all_users_once() {
    let (bench, _) = Bench::locked_out(60).await;
    bench.emulator.inject_for(Operation::Unlock, [None, Some(Fault::RateLimited)]);
    bench
        .run("unlock --from users.txt --yes --rate 200/s --concurrency 8")
        .with_code(0)
        .says("throttled once by the server");
    assert_eq!(bench.unlocks(), 60);
    let throttled = bench.emulator.requests().iter().filter(|request| request.status == Some(429)).count();
    assert_eq!(throttled, 1);
    // Only the requests already in flight arrive before the second that the server asked for is over.
    let events = bench.emulator.events();
    let first = events[0].at;
    let early = events.iter().filter(|event| event.kind == EventKind::PasswordUnlocked);
    let early = early.filter(|event| (event.at - first).num_milliseconds() < 900).count();
    assert!(early <= 8, "{early}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_servers_limit_is_found_without_a_rate() {
    let bench = Bench::of(Emulator::builder().rate_limit(40)).await;
    let users = bench.add_users(150, Status::PasswordLockedOut);
    bench.list(&users);
    bench.run("unlock --from users.txt --yes").with_code(0);
    assert_eq!(bench.unlocks(), 150);
    let throttled = bench.emulator.requests().iter().filter(|request| request.status == Some(429)).count();
    // Immediate retries without a rate limiter would be throttled hundreds of times.
    assert!(throttled <= 3 * 16, "{throttled}");
}
