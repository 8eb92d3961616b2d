//! The journal as a file: damaged, foreign, deleted, with odd names.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use pingone_password_emulator::Status;
use uuid::Uuid;

use crate::bench::{Bench, Ended, count, sealed};

const JOURNAL: &str = "users.txt.journal.jsonl";

fn path(bench: &Bench) -> PathBuf {
    bench.folder.path().join(JOURNAL)
}

/// The methods of a user's requests, from the given one on.
fn methods(bench: &Bench, user: Uuid, from: usize) -> Vec<String> {
    let requests = bench.emulator.requests();
    let of_user = requests[from..].iter().filter(|request| request.path.contains(&user.to_string()));
    of_user.map(|request| request.method.clone()).collect()
}

/// Unlocks two of four users, and returns all of them with the journal.
fn interrupted(bench: &Bench) -> (Vec<Uuid>, String) {
    let users = bench.add_users(4, Status::PasswordLockedOut);
    bench.list(&users);
    bench.run("unlock --from users.txt --concurrency 1").with_code(0);
    let text = fs::read_to_string(path(bench)).unwrap();
    // Everything about the last two users is gone.
    let is_kept = |line: &&str| !users[2..].iter().any(|user| line.contains(&user.to_string()));
    (users.clone(), text.lines().filter(is_kept).map(|line| line.to_owned() + "\n").collect::<Vec<_>>().concat())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_users_of_a_damaged_record_are_checked_first() {
    let bench = Bench::start().await;
    let (users, journal) = interrupted(&bench);
    let finished = format!("\"finished\",\"user\":\"{}\"", users[0]);
    let damaged = |marker: &str, from: &str, to: &str| -> String {
        let line = |line: &str| if line.contains(marker) { line.replacen(from, to, 1) } else { line.to_owned() };
        journal.lines().map(|text| line(text) + "\n").collect::<Vec<_>>().concat()
    };
    let number = journal.lines().position(|line| line.contains(&finished)).unwrap() + 1;
    // The result of the first user: its state is read. The others are as they were.
    fs::write(path(&bench), damaged(&finished, "\"done\"", "\"dome\"")).unwrap();
    let before = bench.emulator.requests().len();
    bench
        .run(&format!("unlock --resume {JOURNAL}"))
        .with_code(0)
        .says(&format!("line {number} of the journal is damaged: the state of its user is read before any unlock\n"))
        .says("1 done before, 3 remaining");
    assert_eq!(methods(&bench, users[0], before), ["GET"]);
    assert_eq!(methods(&bench, users[1], before), [""; 0]);
    assert_eq!(methods(&bench, users[2], before), ["POST"]);

    // A record without a readable user: the states of all remaining users are read.
    fs::write(path(&bench), damaged(&finished, &users[0].to_string(), "?")).unwrap();
    let before = bench.emulator.requests().len();
    bench.run(&format!("unlock --resume {JOURNAL}")).with_code(0).says("the states of all remaining users");
    assert_eq!(methods(&bench, users[1], before), [""; 0]);
    for user in [users[0], users[2], users[3]] {
        assert_eq!(methods(&bench, user, before), ["GET"]);
    }

    fs::write(path(&bench), damaged("header", "\"unlock\"", "\"unl0ck\"")).unwrap();
    bench.run(&format!("unlock --resume {JOURNAL}")).with_code(2).says("line 1 is damaged");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_of_another_version_is_refused_and_kept() {
    let bench = Bench::start().await;
    let (_, journal) = interrupted(&bench);
    for record in ["{\"record\":\"paused\",\"at\":\"2026-01-01T00:00:00Z\"}", "{\"record\":\"header\"}"] {
        let text = journal.clone() + &sealed(record);
        fs::write(path(&bench), &text).unwrap();
        bench
            .run(&format!("unlock --resume {JOURNAL}"))
            .with_code(2)
            .says("line 6: a record that this version doesn't know");
        assert_eq!(fs::read_to_string(path(&bench)).unwrap(), text);
    }
    fs::write(path(&bench), sealed(&journal.replace("\"version\":2", "\"version\":3"))).unwrap();
    bench.run(&format!("unlock --resume {JOURNAL}")).with_code(2).says("unsupported version 3");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_not_a_journal_is_not_read_whole() {
    let bench = Bench::start().await;
    // A terabyte without a line end, of which nothing is on disk.
    let file = fs::File::create(path(&bench)).unwrap();
    file.set_len(1 << 40).unwrap();
    let start = Instant::now();
    bench.run(&format!("unlock --resume {JOURNAL}")).with_code(2).says("not a journal");
    bench.list(&bench.add_users(1, Status::PasswordLockedOut));
    bench.run("unlock --from users.txt").with_code(2).says("is not a journal");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_owner_can_read_a_journal() {
    use std::os::unix::fs::PermissionsExt;

    let bench = Bench::start().await;
    interrupted(&bench);
    assert_eq!(fs::metadata(path(&bench)).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_that_another_program_changes_stops_the_run() {
    use std::io::Write;

    let delete: fn(PathBuf) = |path| fs::remove_file(path).unwrap();
    let replace: fn(PathBuf) = |path| {
        fs::remove_file(&path).unwrap();
        fs::write(path, "").unwrap();
    };
    let empty: fn(PathBuf) = |path| drop(fs::File::create(path).unwrap());
    let cut: fn(PathBuf) = |path| fs::File::options().write(true).open(path).unwrap().set_len(1000).unwrap();
    let append: fn(PathBuf) = |path| fs::File::options().append(true).open(path).unwrap().write_all(b"x\n").unwrap();
    for (change, problem) in [
        (delete, "the file was deleted or replaced"),
        (replace, "the file was deleted or replaced"),
        (empty, "another program wrote to the file or cut it"),
        (cut, "another program wrote to the file or cut it"),
        (append, "another program wrote to the file or cut it"),
    ] {
        let (bench, _) = Bench::locked_out(200).await;
        let mut run = bench.command("unlock --from users.txt --yes --rate 50/s").spawn().unwrap();
        bench.wait_for_requests(&mut run, 5);
        change(path(&bench));
        let ended = Ended::of(run.wait_with_output().unwrap()).with_code(1).says(problem);
        let unlocks = bench.unlocks();
        assert!(unlocks < 60, "{unlocks}");
        assert!(!ended.stderr.contains("\nresume with"), "{ended:#?}");
    }
}

/// Some network file systems have no locks. Here the kernel says so by way of strace.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_system_without_locks_is_no_place_for_a_journal() {
    use std::process::Command;

    let may_trace = Command::new("strace").args(["-o", "/dev/null", "true"]).status();
    if !may_trace.is_ok_and(|status| status.success()) {
        return println!("skipped: strace is missing, or may not trace");
    }
    let (bench, _) = Bench::locked_out(2).await;
    let run = bench.command("unlock --from users.txt");
    let mut traced = Command::new("strace");
    traced
        .args(["-f", "-e", "trace=flock", "-e", "inject=flock:error=ENOLCK", "-o", "/dev/null"])
        .arg(run.get_program())
        .args(run.get_args())
        .current_dir(bench.folder.path())
        .envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Ended::of(traced.output().unwrap()).with_code(2).says(&format!(
        "can't lock the journal {JOURNAL}: if its file system has no locks, put the journal elsewhere by --journal"
    ));
    assert_eq!(bench.emulator.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resume_with_another_column_is_rejected() {
    let bench = Bench::start().await;
    let users = bench.add_users(2, Status::PasswordLockedOut);
    bench.file("users.txt", &format!("id,manager\n{},{}\n", users[0], users[1]));
    bench.run("unlock --from users.txt").with_code(0);
    bench.run(&format!("unlock --resume {JOURNAL} --column manager")).with_code(2).says("another --column");
    bench.run(&format!("unlock --resume {JOURNAL}")).with_code(0);
    assert_eq!(bench.emulator.unlocks(users[1]), 0);
}

/// The printed command resumes the run, whatever the names of the files.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_printed_command_resumes_the_run() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::process::Command;

    let bench = Bench::start().await;
    for name in [&b"-dash"[..], b"it's \"two\" words", b"new\nline", b"z\xff\xfe", b"$HOME", b"z\xc3\xb6e"] {
        let users = bench.add_users(2, Status::PasswordLockedOut);
        let name = OsStr::from_bytes(name);
        fs::write(bench.folder.path().join(name), format!("{}\n{}\n", users[0], Uuid::from_u128(7))).unwrap();
        let mut from = std::ffi::OsString::from("--from=");
        from.push(name);
        let run = bench.command("unlock").arg(&from).output().unwrap();
        let ended = Ended::of(run).with_code(1);
        let command = ended.stderr.lines().last().unwrap().strip_prefix("resume with: pingone-password ").unwrap();
        let program = env!("CARGO_BIN_EXE_pingone-password");
        let template = bench.command("");
        let mut shell = Command::new("bash");
        shell.arg("-c").arg(format!("{program} {command}")).current_dir(bench.folder.path());
        shell.envs(template.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Ended::of(shell.output().unwrap()).with_code(1).says("1 done before, 1 remaining");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn texts_from_a_server_are_cut() {
    use std::io::{Read, Write};

    let bench = Bench::start().await;
    bench.list(&[Uuid::from_u128(1)]);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            _ = connection.read(&mut [0; 4096]);
            let body = format!("{{\"code\":\"{0}\",\"message\":\"{0}\"}}", "X".repeat(20_000));
            _ = write!(
                connection,
                "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nConnection: close\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            );
        }
    });
    let mut command = bench.command("unlock --from users.txt");
    Ended::of(command.env("PINGONE_API_URL", url).output().unwrap()).with_code(1);
    let journal = fs::read_to_string(path(&bench)).unwrap();
    assert!(journal.lines().all(|line| line.len() < 2000), "{}", journal.len());
    assert_eq!(count(&bench.journal(JOURNAL), "finished failed"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_has_one_transaction_id_even_when_it_is_resumed() {
    let bench = Bench::start().await;
    let (_, journal) = interrupted(&bench);
    let sent = |from: usize| -> Vec<String> {
        let requests = bench.emulator.requests().split_off(from);
        let ids = requests.iter().flat_map(|request| request.header("X-Ping-External-Transaction-Id"));
        let mut ids: Vec<_> = ids.map(std::borrow::Cow::into_owned).collect();
        assert_eq!(ids.len(), requests.len());
        ids.dedup();
        ids
    };
    let [made] = &sent(0)[..] else { panic!("several IDs") };
    assert_eq!(bench.journal(JOURNAL)[0]["transaction_id"], **made);

    fs::write(path(&bench), &journal).unwrap();
    let before = bench.emulator.requests().len();
    bench
        .run(&format!("unlock --resume {JOURNAL}"))
        .with_code(0)
        .says(&format!("find this run in PingOne's audit by externalCorrelation.transactionId {made}\n"));
    assert_eq!(sent(before), [made.as_str()]);

    // A journal of an earlier version has none.
    let without = journal.replace(&format!("\"transaction_id\":\"{made}\","), "");
    fs::write(path(&bench), sealed(&without)).unwrap();
    let before = bench.emulator.requests().len();
    bench
        .run(&format!("unlock --resume {JOURNAL} --transaction-id incident-4711/run.2"))
        .with_code(0)
        .says("transactionId incident-4711/run.2\n");
    assert_eq!(sent(before), ["incident-4711/run.2"]);

    let ended = bench.run("state --transaction-id what? a0000000-0000-8000-8000-000000000001").with_code(2);
    assert!(
        ended.stderr.contains("invalid transaction ID from flag --transaction-id: '?' is not allowed"),
        "{ended:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_is_resumed_from_the_newest_journal_of_its_list() {
    let (bench, users) = Bench::locked_out(6).await;
    bench.file("others.txt", "a0000000-0000-8000-8000-0000000fffff\n");
    bench
        .run("unlock --from users.txt --resume")
        .with_code(2)
        .says("there is no journal of `unlock` of users.txt in .: ");
    bench.run("unlock --from users.txt --limit 1 --journal older").with_code(4);
    bench.run("unlock --from users.txt --limit 2 --journal newer").with_code(4);
    // Of another list, of another command, and no journals.
    bench.run("unlock --from others.txt --journal other").with_code(1);
    bench.run("state --from users.txt --journal read --output csv").with_code(0);
    bench.file("newest", "{\"record\":\"header\",");
    bench.file("notes.txt", "x");
    // Times in a file system may be the same for both.
    for (name, seconds) in [("older", 1_000), ("newer", 2_000)] {
        let file = fs::File::options().write(true).open(bench.folder.path().join(name)).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds)).unwrap();
    }
    let list = bench.folder.path().join("users.txt");
    bench
        .run(&format!("unlock --from {} --resume --limit 1", list.display()))
        .with_code(4)
        .says("newer, the newest of 2 journals: unlock of ")
        .says("last written 1970-01-01T00:33:20Z\n")
        .says("2 done before, 4 remaining\n")
        .says(" --resume ");
    bench.run("unlock --resume").with_code(0).says("resuming from newer").says("3 done before, 3 remaining\n");
    let unlocks: Vec<_> = users.iter().map(|user| bench.emulator.unlocks(*user)).collect();
    assert_eq!(unlocks, [2, 1, 1, 1, 1, 1]);
}
