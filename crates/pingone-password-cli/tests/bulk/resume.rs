//! Interrupted and resumed runs.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use pingone_password_emulator::{Emulator, Fault, Operation, RandomFaults, Status};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

#[cfg(unix)]
use crate::bench::interrupt;
use crate::bench::{Bench, Ended, count, sealed};

const JOURNAL: &str = "users.txt.journal.jsonl";

/// Returns the second line that a run prints. The first one has the command to resume it.
fn line_after_the_first(stderr: &mut impl BufRead) -> String {
    let mut first = String::new();
    stderr.read_line(&mut first).unwrap();
    assert!(first.starts_with("if interrupted, resume with: pingone-password unlock "), "{first}");
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    line
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_fifty_kills_no_user_is_lost_or_unlocked_twice_without_a_state_check() {
    let faults = vec![
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::InternalError500,
        Fault::InternalError500After,
        Fault::BadGatewayAfter,
        Fault::TruncatedJson,
        Fault::EmptyOk,
    ];
    let faults = RandomFaults { seed: 7, probability: 0.1, faults };
    let bench = Bench::of(Emulator::builder().random_faults(faults)).await;
    let users = bench.add_users(5000, Status::PasswordLockedOut);
    bench.list(&users);

    let mut command = "unlock --from users.txt --yes".to_owned();
    for round in 1..=50 {
        let mut run = bench.command(&command).spawn().unwrap();
        // A different distance each time.
        let requests = bench.emulator.request_count() + 60 + round * 7 % 31;
        bench.wait_for_requests(&mut run, requests);
        // This is SIGKILL.
        run.kill().unwrap();
        run.wait().unwrap();
        if bench.folder.path().join(JOURNAL).exists() {
            command = format!("unlock --resume {JOURNAL} --yes");
        }
    }
    // Failed and unknown users are done in a later run.
    let mut ends = (0..10).map(|_| bench.run(&command));
    assert!(ends.any(|ended| ended.code == Some(0)));

    let journal = bench.journal(JOURNAL);
    assert_eq!(count(&journal, "finished done"), 5000);
    let mut done: HashMap<_, usize> = HashMap::new();
    for line in journal.iter().filter(|line| line["outcome"] == "done") {
        *done.entry(line["user"].as_str().unwrap()).or_default() += 1;
    }
    let mut methods: HashMap<String, Vec<String>> = HashMap::new();
    for request in bench.emulator.requests() {
        let user = request.path.rsplit('/').nth(1).unwrap().to_owned();
        methods.entry(user).or_default().push(request.method);
    }
    for user in users {
        assert_eq!(done.get(user.to_string().as_str()), Some(&1));
        assert_eq!(bench.emulator.status(user), Some(Status::Ok));
        // A state check separates any two unlocks.
        let methods = &methods[&user.to_string()];
        assert!(methods.windows(2).all(|pair| pair[0] == "GET" || pair[1] == "GET"), "{methods:?}");
        let state_checks = methods.iter().filter(|method| *method == "GET").count();
        assert!(bench.emulator.unlocks(user) <= 1 + state_checks);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_in_flight_are_checked_first() {
    let bench = Bench::start().await;
    let [unlocked, locked, done, failed] = bench.add_users(4, Status::PasswordLockedOut)[..] else { unreachable!() };
    bench.list(&[unlocked, locked, done, failed]);
    bench.emulator.inject_for(Operation::Unlock, [Fault::Redirect, Fault::Redirect, Fault::Redirect, Fault::Redirect]);
    bench.run("unlock --from users.txt --concurrency 1").with_code(1);
    assert_eq!(count(&bench.journal(JOURNAL), "finished unknown"), 4);
    let header = fs::read_to_string(bench.folder.path().join(JOURNAL)).unwrap().lines().next().unwrap().to_owned();
    let started = |user| format!("{{\"record\":\"started\",\"user\":\"{user}\",\"at\":\"2026-01-01T00:00:00Z\"}}\n");
    let finished = |user, outcome| {
        format!(
            "{{\"record\":\"finished\",\"user\":\"{user}\",\"outcome\":\"{outcome}\",\"at\":\"2026-01-01T00:00:00Z\",\
             \"requests\":1}}\n"
        )
    };
    let incomplete = &started(done)[..40];
    let records = [
        header + "\n",
        started(unlocked),
        started(locked),
        started(done) + &finished(done, "done"),
        started(failed) + &finished(failed, "failed"),
    ];
    bench.file(JOURNAL, &(sealed(&records.concat()) + incomplete));
    bench.emulator.set_status(unlocked, Status::Ok);
    let before = bench.emulator.requests().len();

    bench.run(&format!("unlock --resume {JOURNAL}")).with_code(0).says("1 done before, 3 remaining");
    let requests = &bench.emulator.requests()[before..];
    let methods = |user: uuid::Uuid| -> Vec<_> {
        let of_user = requests.iter().filter(|request| request.path.contains(&user.to_string()));
        of_user.map(|request| request.method.as_str()).collect()
    };
    assert_eq!(methods(unlocked), ["GET"]);
    assert_eq!(methods(locked), ["GET", "POST"]);
    assert_eq!(methods(done), [""; 0]);
    assert_eq!(methods(failed), ["POST"]);
    // The incomplete line is gone.
    assert_eq!(count(&bench.journal(JOURNAL), "finished done"), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_input_operation_environment_or_run_is_rejected() {
    let bench = Bench::start().await;
    let users = bench.add_users(2, Status::PasswordLockedOut);
    bench.list(&users[..1]);
    bench.run("unlock --from users.txt").with_code(0);
    bench.run("unlock --from users.txt").with_code(2).says("--resume users.txt.journal.jsonl");
    bench.run(&format!("state --resume {JOURNAL}")).with_code(2).says("the journal belongs to `unlock`");
    let other = "--environment-id a0000000-0000-4000-8000-000000000000";
    bench.run(&format!("unlock --resume {JOURNAL} {other}")).with_code(2).says("the journal belongs to environment");
    bench.list(&users);
    bench.run(&format!("unlock --resume {JOURNAL}")).with_code(2).says("/users.txt, had other users");
    bench.run("unlock --resume users.txt").with_code(2).says("not a journal");
    bench.run("unlock --from users.txt --journal users.txt").with_code(2).says("is not a journal");
    assert_eq!(bench.emulator.requests().len(), 1);
    bench.list(&users[..1]);
    bench.run(&format!("unlock --resume {JOURNAL}")).with_code(0).says("1 done before, 0 remaining");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_resumes_at_the_same_rate_on_the_same_server() {
    let (bench, _) = Bench::locked_out(12).await;
    bench.emulator.inject_for(Operation::Unlock, [Fault::Redirect; 11]);
    bench.run("unlock --from users.txt --yes --rate 1000/s --concurrency 1").with_code(1);
    let path = bench.folder.path().join(JOURNAL);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"rate\":\"1000/s\",\"concurrency\":1"), "{text}");
    // Eleven users are read and then unlocked, at 20 requests/s.
    fs::write(&path, sealed(&text.replace("1000/s", "20/s"))).unwrap();

    let address = bench.emulator.api_url();
    let other =
        bench.command(&format!("unlock --resume {JOURNAL} --yes --api-url {}", address.replace("/v1", "/x/v1")));
    let ended = Ended::of({ other }.output().unwrap()).with_code(2).says("the journal belongs to the API at");
    assert!(ended.stderr.contains("--other-server"), "{ended:?}");
    let before = bench.emulator.requests().len();
    let start = Instant::now();
    bench.run(&format!("unlock --resume {JOURNAL} --yes")).with_code(0);
    let requests = u32::try_from(bench.emulator.requests().len() - before).unwrap();
    assert_eq!(requests, 22);
    assert!(start.elapsed() >= Duration::from_millis(50) * (requests - 1), "{:?}", start.elapsed());

    // Another name of the same server.
    let other = address.replace("127.0.0.1", "localhost");
    bench.run(&format!("unlock --resume {JOURNAL} --api-url {other}")).with_code(2);
    bench.run(&format!("unlock --resume {JOURNAL} --api-url {other} --other-server")).with_code(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runs_cannot_share_a_journal() {
    let bench = Bench::of(Emulator::builder().latency(Duration::from_millis(300))).await;
    let users = bench.add_users(10, Status::PasswordLockedOut);
    bench.list(&users);
    let mut run = bench.command("unlock --from users.txt --concurrency 1").spawn().unwrap();
    bench.wait_for_requests(&mut run, 1);
    bench.run(&format!("unlock --resume {JOURNAL}")).with_code(2).says("another run is writing the journal");
    Ended::of(run.wait_with_output().unwrap()).with_code(0);
    assert_eq!(bench.unlocks(), 10);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupt_finishes_users_in_flight() {
    let (bench, _) = Bench::locked_out(500).await;
    let mut run = bench.command("unlock --from users.txt --yes --rate 100/s").spawn().unwrap();
    bench.wait_for_requests(&mut run, 20);
    interrupt(&run);
    let ended = Ended::of(run.wait_with_output().unwrap()).with_code(130).says("\nresume with: ");
    let command = ended.stderr.split("\nresume with: pingone-password ").nth(1).unwrap().trim().to_owned();
    assert_eq!(command, format!("unlock --rate 100/s --resume {JOURNAL}"));
    let journal = bench.journal(JOURNAL);
    assert!(count(&journal, "finished") < 500);
    assert_eq!(count(&journal, "started"), count(&journal, "finished"));
    assert_eq!(bench.unlocks(), count(&journal, "finished done"));
    assert_eq!(bench.emulator.requests().len(), count(&journal, "finished done"));
    // Users who waited for a permit.
    assert_eq!(count(&journal, "finished failed"), 0);
    assert_eq!(count(&journal, "finished"), count(&journal, "finished done") + count(&journal, "finished not_sent"));

    bench.run(&command.replace("100/s", "5000/s --yes")).with_code(0);
    assert_eq!(bench.unlocks(), 500);
    assert_eq!(bench.emulator.requests().len(), 500);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_interrupt_stops_at_once() {
    let (bench, _) = Bench::locked_out(40).await;
    bench.emulator.inject(vec![Some(Fault::StallBeforeResponse); 16]);
    let mut run = bench.command("unlock --from users.txt --yes --output json").spawn().unwrap();
    bench.wait_for_requests(&mut run, 16);
    interrupt(&run);
    // Wait for the reaction.
    let mut stderr = BufReader::new(run.stderr.take().unwrap());
    let line = line_after_the_first(&mut stderr);
    assert!(line.contains("finishing 16 users"), "{line}");
    let start = Instant::now();
    interrupt(&run);
    // Each user in flight is reported as unknown.
    let printed = std::io::read_to_string(run.stdout.take().unwrap()).unwrap();
    assert_eq!(printed.matches("\"result\":\"unknown\"").count(), 16, "{printed}");
    let messages = std::io::read_to_string(stderr).unwrap();
    assert!(messages.contains("  unknown           16"), "{messages}");
    assert_eq!(run.wait().unwrap().code(), Some(130));
    assert!(start.elapsed() < Duration::from_secs(10));
    let journal = bench.journal(JOURNAL);
    assert_eq!(count(&journal, "finished unknown"), 16);
    // Further users had a record before the unlock, and nothing was sent for them.
    assert_eq!(count(&journal, "started"), 16 + count(&journal, "finished not_sent"));
    bench.run(&format!("unlock --resume {JOURNAL} --yes")).with_code(0);
    assert_eq!(bench.unlocks(), 40);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_interrupt_is_graceful_even_after_another_stop() {
    let (bench, _) = Bench::locked_out(12).await;
    bench.emulator.inject([Fault::StallBeforeResponse]);
    let mut run = bench.command("unlock --from users.txt --yes --concurrency 2 --rate 20/s").spawn().unwrap();
    bench.wait_for_requests(&mut run, 2);
    bench.emulator.revoke_tokens();
    // The journal shows that the run is stopping; its standard error does not.
    let start = Instant::now();
    while !fs::read_to_string(bench.folder.path().join(JOURNAL)).unwrap().contains("\"http_status\":401") {
        assert!(start.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(1));
    }
    interrupt(&run);
    let mut stderr = BufReader::new(run.stderr.take().unwrap());
    let mut messages = String::new();
    while !messages.contains("press Ctrl-C again to stop now") {
        assert!(stderr.read_line(&mut messages).unwrap() > 0, "{messages}");
    }
    interrupt(&run);
    assert_eq!(run.wait().unwrap().code(), Some(130));
    assert!(messages.contains("401 ACCESS_FAILED"), "{messages}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_token_stops_the_run() {
    let (bench, _) = Bench::locked_out(1000).await;
    let mut run = bench.command("unlock --from users.txt --yes --rate 400/s").spawn().unwrap();
    bench.wait_for_requests(&mut run, 50);
    bench.emulator.revoke_tokens();
    Ended::of(run.wait_with_output().unwrap()).with_code(3).says("401 ACCESS_FAILED").says("--resume");
    let rejected = bench.emulator.requests().iter().filter(|request| request.status == Some(401)).count();
    assert!((1..=16).contains(&rejected), "{rejected}");
    let journal = bench.journal(JOURNAL);
    assert_eq!(count(&journal, "started"), count(&journal, "finished"));
    assert_eq!(bench.unlocks(), count(&journal, "finished done"));
    assert_eq!(rejected, count(&journal, "finished failed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_network_stops_the_run_after_the_patience() {
    let (bench, _) = Bench::locked_out(1000).await;
    let mut run = bench.command("unlock --from users.txt --yes --rate 400/s --patience 1s").spawn().unwrap();
    bench.wait_for_requests(&mut run, 50);
    bench.emulator.stop().await;
    Ended::of(run.wait_with_output().unwrap()).with_code(1).says("the network did not come back").says("--resume");
    let journal = bench.journal(JOURNAL);
    assert_eq!(count(&journal, "started"), count(&journal, "finished"));
    // Users don't fail one after another while the network is lost.
    assert!(count(&journal, "finished") < 500, "{}", count(&journal, "finished"));
}

/// Forwards connections to the emulator until it is dropped.
async fn forward(listener: TcpListener, to: SocketAddr) {
    let mut connections = JoinSet::new();
    while let Ok((mut from, _)) = listener.accept().await {
        connections.spawn(async move {
            let mut to = TcpStream::connect(to).await?;
            tokio::io::copy_bidirectional(&mut from, &mut to).await
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_network_that_comes_back_costs_no_user() {
    let (bench, users) = Bench::locked_out(300).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let network = tokio::spawn(forward(listener, bench.emulator.address()));
    let mut command = bench.command("unlock --from users.txt --yes --rate 200/s");
    let mut run = command.env("PINGONE_API_URL", format!("http://{address}")).spawn().unwrap();
    bench.wait_for_requests(&mut run, 50);

    network.abort();
    let mut stderr = BufReader::new(run.stderr.take().unwrap());
    assert_eq!(line_after_the_first(&mut stderr), "the server or the network fails: all users wait, and some retry\n");
    let listener = TcpListener::bind(address).await.unwrap();
    let _network = tokio::spawn(forward(listener, bench.emulator.address()));

    let ended = Ended::of(run.wait_with_output().unwrap()).with_code(0);
    assert_eq!(ended.stdout, "");
    assert_eq!(count(&bench.journal(JOURNAL), "finished done"), 300);
    assert!(users.iter().all(|user| bench.emulator.status(*user) == Some(Status::Ok)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_without_a_complete_header_is_replaced() {
    let (bench, _) = Bench::locked_out(1).await;
    let mut file = OpenOptions::new().create(true).append(true).open(bench.folder.path().join(JOURNAL)).unwrap();
    write!(file, "{{\"record\":\"hea").unwrap();
    bench.run(&format!("unlock --resume {JOURNAL}")).with_code(2).says("start again without --resume");
    bench.run("unlock --from users.txt").with_code(0);
    assert_eq!(count(&bench.journal(JOURNAL), "finished done"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_after_resume_is_not_taken_for_a_journal() {
    let (bench, users) = Bench::locked_out(1).await;
    let user = users[0];
    for arguments in [format!("unlock --resume {user}"), format!("state {user} --resume {user}")] {
        bench.run(&arguments).with_code(2).says(&format!(
            "error: {user} is a user ID, not a journal: the word after --resume names the journal\n  without one, put the \
             users first, or write --resume --\n"
        ));
    }
    assert!(bench.emulator.requests().is_empty());
    // A file may have any name.
    bench.run(&format!("unlock --from users.txt --journal {user}")).with_code(0);
    bench.run(&format!("unlock --resume {user}")).with_code(0).says("1 done before, 0 remaining");
    bench.run(&format!("unlock --from users.txt --resume -- {user}")).with_code(2).says("not both");
}
