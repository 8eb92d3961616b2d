//! The two locks of many users.

use std::fs;

use pingone_password_emulator::{Emulator, Fault, Operation, Status};
use serde_json::Value;
use uuid::Uuid;

use crate::bench::{Bench, count};

const JOURNAL: &str = "users.txt.journal.jsonl";

/// Users with both locks, with that of the password, with that of the account, and with none.
async fn bench() -> (Bench, [Uuid; 4]) {
    let bench = Bench::of(Emulator::builder().lockout_in_account(false)).await;
    let users = [Status::PasswordLockedOut, Status::PasswordLockedOut, Status::Ok, Status::Ok];
    let users = users.map(|status| bench.emulator.add_user(status));
    bench.emulator.lock_account(users[0]);
    bench.emulator.lock_account(users[2]);
    bench.list(&users);
    (bench, users)
}

fn unlocks(bench: &Bench, users: &[Uuid]) -> Vec<(usize, usize)> {
    users.iter().map(|user| (bench.emulator.unlocks(*user), bench.emulator.account_unlocks(*user))).collect()
}

/// The results in the order of the users.
fn results(stdout: &str, users: &[Uuid]) -> Vec<String> {
    let rows: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let result = |user: &Uuid| {
        let row = rows.iter().find(|row| row["user_id"] == user.to_string()).unwrap();
        assert!(row["username"].is_string(), "{row}");
        format!("{} {}", row["result"].as_str().unwrap(), row["account_status"].as_str().unwrap())
    };
    users.iter().map(result).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_is_named_is_unlocked() {
    let flags = "--from users.txt --output json --yes --only-locked-out";
    let (bench, users) = bench().await;
    let ended = bench.run(&format!("unlock --lock account {flags}")).with_code(0);
    assert_eq!(unlocks(&bench, &users), [(0, 1), (0, 0), (0, 1), (0, 0)]);
    assert_eq!(results(&ended.stdout, &users), ["unlocked OK", "skipped OK", "unlocked OK", "skipped OK"]);
    assert_eq!(bench.emulator.requests().len(), 4 + 2);
    ended.counts("not locked 2");
    let journal = bench.journal(JOURNAL);
    let finished = journal.iter().find(|line| line["record"] == "finished" && line["outcome"] == "done").unwrap();
    assert_eq!(
        (&finished["account_status_before"], &finished["account_status_after"]),
        (&"LOCKED".into(), &"OK".into())
    );

    let (bench, users) = self::bench().await;
    let ended = bench.run(&format!("unlock --lock any {flags}")).with_code(0);
    assert_eq!(unlocks(&bench, &users), [(1, 1), (1, 0), (0, 1), (0, 0)]);
    assert_eq!(results(&ended.stdout, &users), ["unlocked OK", "unlocked OK", "unlocked OK", "skipped OK"]);
    assert_eq!(bench.emulator.requests().len(), 8 + 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_unlocked_without_a_read_and_any_lock_is_read_first() {
    let (bench, users) = bench().await;
    bench.run("unlock --from users.txt --lock account --yes").with_code(0);
    assert_eq!((unlocks(&bench, &users), bench.emulator.requests().len()), (vec![(0, 1); 4], 4));
    let (bench, users) = self::bench().await;
    bench.run("unlock --from users.txt --lock any --dry-run").with_code(0).counts("would be unlocked 3");
    assert_eq!(unlocks(&bench, &users), [(0, 0); 4]);
    bench.run("unlock --from users.txt --lock any --yes").with_code(0);
    assert_eq!(unlocks(&bench, &users), [(1, 1), (1, 0), (0, 1), (0, 0)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pending_unlock_of_an_account_is_checked_before_another_is_sent() {
    let (bench, users) = bench().await;
    bench.run("unlock --from users.txt --lock account --yes --concurrency 1").with_code(0);
    // As if the run had ended before the responses.
    let text = fs::read_to_string(bench.folder.path().join(JOURNAL)).unwrap();
    let lines = text.lines().filter(|line| !line.contains("\"finished\"")).map(|line| line.to_owned() + "\n");
    bench.file(JOURNAL, &lines.collect::<Vec<_>>().concat());
    bench.emulator.lock_account(users[3]);
    bench.run(&format!("unlock --resume {JOURNAL} --lock any --yes")).with_code(2).says("--lock account, not any");
    bench.run(&format!("unlock --resume {JOURNAL} --yes")).with_code(0);
    assert_eq!(unlocks(&bench, &users), [(0, 1), (0, 1), (0, 1), (0, 2)]);
    assert_eq!(count(&bench.journal(JOURNAL), "finished done"), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_is_said_if_the_other_lock_fails() {
    let (bench, users) = bench().await;
    bench.list(&users[..1]);
    bench.emulator.inject_for(Operation::UnlockAccount, [Fault::EchoEverywhere]);
    bench
        .run("unlock --from users.txt --lock any --yes")
        .with_code(1)
        .says(&format!("user {}: the password is unlocked, but the account: not unlocked: 400", users[0]));
    bench.run(&format!("unlock --resume {JOURNAL} --yes")).with_code(0);
    assert_eq!(unlocks(&bench, &users[..1]), [(1, 1)]);
}
