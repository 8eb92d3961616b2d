//! The end of bulk runs: what stops them, and the result of each user afterwards.

use std::time::{Duration, Instant};

use pingone_password_emulator::{Emulator, Fault, Operation, Status};
use serde_json::Value;
use uuid::Uuid;

#[cfg(unix)]
use crate::bench::interrupt;
use crate::bench::{Bench, Ended, Server, count};

const JOURNAL: &str = "users.txt.journal.jsonl";
const LOCKED: &str = "200 OK\r\n\r\n{\"status\":\"PASSWORD_LOCKED_OUT\"}";
const UNLOCKED: &str = "200 OK\r\n\r\n{\"status\":\"OK\"}";
const NOT_FOUND: &str = "404 Not Found\r\n\r\n{\"code\":\"NOT_FOUND\"}";
const FORBIDDEN: &str = "403 Forbidden\r\n\r\n{\"code\":\"ACCESS_FAILED\"}";

fn users(count: u128) -> Vec<Uuid> {
    (1..=count).map(|number| Uuid::from_u128(0xa000_0000_0000_0000_8000_0000_0000_0000 + number)).collect()
}

/// Counts the records of a kind with a code.
fn with_code(journal: &[Value], kind: &str, code: &str) -> usize {
    let records: Vec<_> = journal.iter().filter(|record| record["code"] == code).cloned().collect();
    count(&records, kind)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_forbidden_user_stops_no_other() {
    let bench = Bench::start().await;
    let users = users(12);
    bench.list(&users);
    let (first, last) = (users[0].to_string(), users[11].to_string());
    let server =
        Server::start(move |line, _| if line.contains(&first) || line.contains(&last) { FORBIDDEN } else { UNLOCKED })
            .await;
    server.run(&bench, "unlock --from users.txt --yes --concurrency 1").with_code(3).says("--resume");
    let journal = bench.journal(JOURNAL);
    assert_eq!((count(&journal, "finished done"), count(&journal, "finished failed")), (10, 2));
    server.run(&bench, &format!("unlock --resume {JOURNAL}")).with_code(3).says("10 done before, 2 remaining");
    assert_eq!(server.requests().len(), 14);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_allows_nothing_stops_the_run() {
    let bench = Bench::start().await;
    bench.list(&users(100));
    let server = Server::start(|_, _| FORBIDDEN).await;
    server
        .run(&bench, "unlock --from users.txt --yes --concurrency 1")
        .with_code(3)
        .says("every user would fail like this");
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unrecognized_status_is_not_taken_for_unlocked() {
    let (bench, _) = Bench::locked_out(1).await;
    bench.emulator.inject_for(Operation::Unlock, [Fault::Redirect]);
    bench.run("unlock --from users.txt").with_code(1);
    assert_eq!(count(&bench.journal(JOURNAL), "finished unknown"), 1);

    // An inconclusive state check leaves it unknown.
    bench.emulator.inject_for(Operation::Read, [Fault::UnknownStatus]);
    bench.run(&format!("unlock --resume {JOURNAL}")).with_code(1).says("SOMETHING_NEW");
    let journal = bench.journal(JOURNAL);
    assert_eq!(with_code(&journal, "finished unknown", "UNKNOWN_STATUS"), 1);
    bench.run(&format!("unlock --resume {JOURNAL}")).with_code(0);
    assert_eq!(bench.unlocks(), 1);

    // A user who may be locked out is not skipped.
    for more in ["--journal j", "--dry-run"] {
        bench.emulator.inject_for(Operation::Read, [Fault::UnknownStatus]);
        let ended = bench.run(&format!("unlock --from users.txt --only-locked-out --output json {more}")).with_code(1);
        let line: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!((&line["result"], &line["status"]), (&"failed".into(), &"SOMETHING_NEW".into()));
        assert!(line["message"].as_str().unwrap().contains("doesn't know the status"), "{line}");
    }
    assert_eq!(count(&bench.journal("j"), "finished failed"), 1);
    assert_eq!(bench.unlocks(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inconclusive_state_check_is_retried_a_few_times() {
    let bench = Bench::start().await;
    let users = bench.add_users(2, Status::PasswordLockedOut);
    bench.list(&users[..1]);
    bench.emulator.inject_for(Operation::Unlock, [Fault::ResetAfter]);
    bench.emulator.inject_for(Operation::Read, [Fault::TruncatedJson; 2]);
    bench.run("unlock --from users.txt").with_code(0);
    assert_eq!(bench.unlocks(), 1);

    bench.list(&users[1..]);
    bench.emulator.inject_for(Operation::Unlock, [Fault::ResetAfter]);
    bench.emulator.inject_for(Operation::Read, [Fault::TruncatedJson; 100]);
    bench.run("unlock --from users.txt --journal j").with_code(1).says("\nresume with: ");
    assert_eq!(count(&bench.journal("j"), "finished unknown"), 1);
    assert_eq!(bench.emulator.requests().len(), 4 + 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unlock_that_may_be_applied_late_stays_unknown() {
    let bench = Bench::start().await;
    bench.list(&users(1));
    // The outcome is unknown; then a state check finds the user locked out, and the next unlock is rejected.
    let server = Server::start(|_, index| ["302 Found\r\n\r\n", LOCKED, NOT_FOUND][index.min(2)]).await;
    server.run(&bench, "unlock --from users.txt").with_code(1);
    server.run(&bench, &format!("unlock --resume {JOURNAL}")).with_code(1);
    let methods: Vec<_> = server.requests().iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(methods, ["POST", "GET", "POST"]);
    let journal = bench.journal(JOURNAL);
    assert_eq!((count(&journal, "finished unknown"), count(&journal, "finished failed")), (2, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_throttled_user_is_started_again() {
    let bench = Bench::start().await;
    bench.list(&users(1));
    let server = Server::start(
        |_, index| {
            if index < 5 { "503 Service Unavailable\r\nRetry-After: 0\r\n\r\n" } else { UNLOCKED }
        },
    )
    .await;
    server.run(&bench, "unlock --from users.txt").with_code(0);
    assert_eq!(server.requests().len(), 6);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupt_during_a_hold_sends_nothing_more() {
    for hold in ["429 Too Many\r\nRetry-After: 300\r\n\r\n{}", "429 Too Many\r\nRetry-After: 90000\r\n\r\n{}"] {
        let bench = Bench::start().await;
        bench.list(&users(40));
        let server = Server::start(move |_, index| if index == 0 { UNLOCKED } else { hold }).await;
        let mut run = server
            .command(&bench, "unlock --from users.txt --yes --rate 50/s --concurrency 8 --patience 2days")
            .spawn()
            .unwrap();
        let start = Instant::now();
        while server.requests().len() < 2 && run.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(1));
        }
        interrupt(&run);
        Ended::of(run.wait_with_output().unwrap()).with_code(130).says("--resume");
        assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
        let journal = bench.journal(JOURNAL);
        assert_eq!(count(&journal, "finished done"), 1);
        assert_eq!(count(&journal, "started"), count(&journal, "finished"));
        let requests = server.requests().len();
        assert!(requests <= 9, "{requests}");
        assert_eq!(count(&journal, "finished failed"), 0, "{journal:?}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupt_ends_the_wait_for_a_stalled_reader() {
    let bench = Bench::of(Emulator::builder().users(600)).await;
    let users = bench.users();
    bench.list(&users);
    // More rows than a pipe holds and fewer than the queue: every user is done.
    let mut run = bench.command("state --from users.txt --output json").spawn().unwrap();
    let start = Instant::now();
    bench.wait_for_requests(&mut run, 600);
    assert!(run.try_wait().unwrap().is_none());
    // The first interrupts may come before the wait.
    let code = loop {
        interrupt(&run);
        std::thread::sleep(Duration::from_millis(100));
        if let Some(status) = run.try_wait().unwrap() {
            break status.code();
        }
        if start.elapsed() > Duration::from_secs(60) {
            run.kill().unwrap();
        }
    };
    assert_eq!(code, Some(130));
}
