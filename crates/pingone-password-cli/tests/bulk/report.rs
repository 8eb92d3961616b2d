//! Reports on journals, held against the emulator's own count.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

use pingone_password_emulator::{Emulator, Fault, Operation, Status};
use serde_json::Value;

#[cfg(unix)]
use crate::bench::interrupt;
use crate::bench::{Bench, Ended};

const JOURNAL: &str = "users.txt.journal.jsonl";

impl Bench {
    fn report(&self, arguments: &str) -> String {
        self.run(&format!("report {arguments}")).with_code(0).stdout
    }

    fn report_json(&self, arguments: &str) -> Value {
        serde_json::from_str(&self.report(&format!("--output json {arguments}"))).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_figures_are_those_of_the_server() {
    let (bench, _) = Bench::locked_out(60).await;
    let valid = bench.emulator.add_user(Status::Ok);
    let list = fs::read_to_string(bench.folder.path().join("users.txt")).unwrap();
    bench.file("users.txt", &format!("{list}{valid}\nno ID\n"));
    bench.emulator.inject_for(Operation::Unlock, [Fault::RateLimited, Fault::InternalError500]);
    bench.emulator.inject_for(Operation::Unlock, [Fault::EchoEverywhere; 2]);
    let run = bench.run("unlock --from users.txt --yes --only-locked-out --limit 50").with_code(4);
    assert!(run.stderr.contains("stopped: --limit 50"), "{}", run.stderr);

    let report = bench.report_json(JOURNAL);
    assert_eq!((&report["users"], &report["listed_users"]), (&50.into(), &61.into()));
    assert_eq!(report["outcomes"]["done"].as_u64(), Some(bench.unlocks() as u64));
    assert_eq!((report["outcomes"]["failed"].as_u64(), report["remaining_users"].as_u64()), (Some(2), Some(13)));
    assert_eq!(report["requests"].as_u64(), Some(bench.emulator.requests().len() as u64));
    assert_eq!(
        (&report["holds"], &report["held_seconds"], &report["invalid_lines"]),
        (&1.into(), &1.into(), &1.into())
    );
    assert_eq!(report["status_before"]["PASSWORD_LOCKED_OUT"], 50);
    let per_minute = report["done_per_minute"].as_object().unwrap().values().filter_map(Value::as_u64);
    assert_eq!(per_minute.sum::<u64>(), bench.unlocks() as u64);

    bench.run(&format!("unlock --resume {JOURNAL} --yes")).with_code(1);
    let report = bench.report_json(JOURNAL);
    assert_eq!((&report["users"], &report["remaining_users"]), (&61.into(), &0.into()));
    assert_eq!((report["outcomes"]["done"].as_u64(), &report["outcomes"]["skipped"]), (Some(60), &1.into()));
    assert_eq!(report["requests"].as_u64(), Some(bench.emulator.requests().len() as u64));
    assert!(report["started_at"].as_str() <= report["ended_at"].as_str());
    assert!(bench.report(JOURNAL).contains("1 line of the list names no user. Nothing else is left to do."));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_shards_are_one_run() {
    let (bench, _) = Bench::locked_out(90).await;
    bench.run("state --from users.txt --journal one").with_code(0);
    for shard in 1..=3 {
        bench.run(&format!("state --from users.txt --shard {shard}/3 --journal shard{shard}")).with_code(0);
    }
    let (one, three) = (bench.report_json("one"), bench.report_json("shard1 shard2 shard3"));
    for field in
        ["users", "listed_users", "requests", "outcomes", "codes", "status_before", "status_after", "remaining_users"]
    {
        assert_eq!(one[field], three[field], "{field}");
    }
    assert_eq!(one["users"], 90);
    // A page says what these runs did.
    let page = bench.report("--output html one");
    assert!(page.contains(r#"<th scope="row">read</th>"#) && !page.contains("unlocked"), "{page}");
    assert!(page.contains("<title>Report on password states</title>"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_names_what_was_unlocked() {
    let bench = Bench::start().await;
    let (passwords, accounts) = (bench.add_users(2, Status::PasswordLockedOut), bench.add_users(2, Status::Ok));
    for user in &accounts {
        bench.emulator.lock_account(*user);
    }
    bench.list(&passwords);
    bench.run("unlock --from users.txt --journal passwords").with_code(0);
    bench.list(&accounts);
    bench.run("unlock --from users.txt --lock account --only-locked-out --journal accounts").with_code(0);
    bench.run("unlock --from users.txt --lock account --only-locked-out --journal again").with_code(0);
    for (journals, title, subject) in [
        ("passwords", "passwords", "The passwords of 2 users were unlocked, of 2 in the list"),
        ("accounts", "accounts", "The accounts of 2 users were unlocked, of 2 in the list"),
        ("passwords accounts", "users", "The passwords or accounts of 4 users were unlocked, of 4 in the list"),
    ] {
        let page = bench.report(&format!("--output html {journals}"));
        assert!(page.contains(&format!("<title>Report on unlocked {title}</title>")), "{page}");
        assert!(bench.report(journals).starts_with(subject), "{}", bench.report(journals));
    }
    assert!(bench.report("again").contains("2 users are not locked: nothing was sent for them."));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_are_not_done_are_a_list_for_the_next_run() {
    let (bench, users) = Bench::locked_out(12).await;
    bench.emulator.inject_for(Operation::Unlock, [Fault::EchoEverywhere; 3]);
    bench.run("unlock --from users.txt --yes --concurrency 1").with_code(1);
    bench.run(&format!("report {JOURNAL} --failed failed.csv")).with_code(0).says("3 users left to do: failed.csv");
    let failed = fs::read_to_string(bench.folder.path().join("failed.csv")).unwrap();
    assert_eq!(failed.lines().count(), 4, "{failed}");
    assert!(failed.starts_with("id,outcome,code,http_status,") && failed.contains(",failed,"), "{failed}");
    bench.run("unlock --from failed.csv --yes").with_code(0);
    assert!(users.iter().all(|user| bench.emulator.unlocks(*user) == 1));
    let rows = bench.report(&format!("{JOURNAL} --output csv"));
    assert_eq!(rows.lines().count(), 13, "{rows}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_was_killed_leaves_unknown_users() {
    let (bench, users) = Bench::locked_out(3).await;
    bench.emulator.inject_for(Operation::Unlock, [Fault::StallAfter; 3]);
    let mut run = bench.command("unlock --from users.txt --yes").stdout(Stdio::null()).spawn().unwrap();
    while users.iter().any(|user| bench.emulator.unlocks(*user) == 0) && run.try_wait().unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    run.kill().unwrap();
    run.wait().unwrap();
    let report = bench.report_json(JOURNAL);
    assert_eq!((&report["outcomes"]["unknown"], &report["remaining_users"]), (&3.into(), &3.into()));
    let text = bench.report(JOURNAL);
    assert!(text.contains("3 users are left to do: 3 unknown."), "{text}");
    assert!(text.contains(&format!("pingone-password unlock --resume {JOURNAL}")), "{text}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_without_a_request_took_no_time() {
    let (bench, _) = Bench::locked_out(40).await;
    let mut run = bench.command("unlock --from users.txt --yes --rate 5/s").spawn().unwrap();
    bench.wait_for_requests(&mut run, 3);
    assert!(run.try_wait().unwrap().is_none());
    interrupt(&run);
    assert_eq!(run.wait().unwrap().code(), Some(130));
    let sent: BTreeSet<_> =
        bench.emulator.requests().iter().map(|request| request.path.rsplit('/').nth(1).unwrap().to_owned()).collect();
    let report = bench.report(JOURNAL);
    let section = report.split_once("slowest users\n").unwrap().1.lines().map_while(|line| line.strip_prefix("  "));
    let slowest: BTreeSet<_> = section.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
    assert!(!slowest.is_empty() && slowest.is_subset(&sent), "{slowest:?} are not all of {sent:?}: {report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_records_are_named_and_what_is_no_journal_is_rejected() {
    let (bench, users) = Bench::locked_out(4).await;
    bench.run("unlock --from users.txt").with_code(0);
    let path = bench.folder.path().join(JOURNAL);
    let damaged = fs::read_to_string(&path).unwrap().replace(
        &format!("\"user\":\"{}\",\"outcome\":\"done\"", users[2]),
        &format!("\"user\":\"{}\",\"outcome\":\"dono\"", users[2]),
    );
    fs::write(&path, damaged).unwrap();
    let report = bench.report_json(JOURNAL);
    assert_eq!((&report["damaged_records"], &report["outcomes"]["unknown"]), (&1.into(), &1.into()));
    assert!(bench.report(JOURNAL).contains(&format!("{JOURNAL}:")));

    for (name, content) in [("empty", ""), ("users.csv", "id\n1\n"), ("other.json", "{\"record\": 1}\n")] {
        bench.file(name, content);
        let ended = bench.run(&format!("report {name}"));
        assert!(ended.code == Some(1) || name == "other.json", "{name}: {}", ended.stderr);
    }
    // Nobody takes an unlock for a read because the header is damaged.
    let intact = fs::read_to_string(&path).unwrap();
    bench.file("header.jsonl", &intact.replacen("\"operation\":\"unlock\"", "\"operation\":\"unlick\"", 1));
    let report = bench.run("report header.jsonl").stdout;
    assert!(report.contains("The header is damaged, so that it isn't known what was done to 3 users"), "{report}");
    assert!(!report.contains("read") && !report.contains("--resume"), "{report}");
    bench.file("cut.jsonl", &intact[..100]);
    bench.run("report cut.jsonl").with_code(1).says("its header is cut off");
    // Rows that can't be printed are a failure, but if nobody reads them.
    #[cfg(target_os = "linux")]
    for (is_full, code) in [(true, 1), (false, 0)] {
        let mut command = bench.command(&format!("report {JOURNAL} --output csv --failed left.csv"));
        if is_full {
            command.stdout(fs::File::options().write(true).open("/dev/full").unwrap());
        }
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let ended = Ended::of(child.wait_with_output().unwrap()).with_code(code);
        assert_eq!(ended.stderr.contains("error: can't write to standard output: No space"), is_full, "{ended:?}");
    }
    assert_eq!(fs::read_to_string(bench.folder.path().join("left.csv")).unwrap().lines().count(), 2);
    // A mistake in a name costs no file.
    let failed = bench.file("failed.csv", "id\n");
    bench.run("report missing.jsonl --failed failed.csv").with_code(1).says("missing.jsonl");
    assert_eq!(fs::read_to_string(failed).unwrap(), "id\n");
    bench.run("report").with_code(2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_is_small_and_no_text_is_markup() {
    let bench = Bench::of(Emulator::builder()).await;
    let users = bench.add_users(1200, Status::PasswordLockedOut);
    bench.list(&users);
    let hostile = "<img src=x onerror=alert(1)>\u{202e}\"'&";
    let mut command = bench.command("unlock --from users.txt --yes --rate 5000/s --report report.html --reason");
    bench.emulator.inject_for(Operation::Unlock, [Fault::EchoEverywhere; 15]);
    let ended = command.arg(hostile).output().unwrap();
    assert!(String::from_utf8_lossy(&ended.stderr).contains("report: report.html"), "{ended:?}");
    let page = fs::read_to_string(bench.folder.path().join("report.html")).unwrap();
    assert!(page.len() < 300_000, "{}", page.len());
    assert!(page.contains("default-src &#39;none&#39;") || page.contains("default-src &#x27;none&#x27;"), "a policy");
    assert!(!page.contains("<img") && page.contains("&lt;img src=x onerror=alert(1)&gt;") || page.contains("&#60;img"));
    for address in ["https://", "<link", "<iframe", "@import", "url("] {
        assert!(!page.contains(address), "{address}");
    }
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("1,185") && page.contains("15 failed"), "the figures");
    // The same page from the journal alone.
    assert_eq!(bench.report(&format!("--output html {JOURNAL}")), page);
    // Reasons are one short line, and need a journal to be kept.
    for reason in ["", "a\nb"] {
        assert_eq!(
            bench.command("unlock --from users.txt --reason").arg(reason).output().unwrap().status.code(),
            Some(2)
        );
    }
    bench.run("unlock --from users.txt --no-journal --reason x").with_code(2).says("journal");
}
