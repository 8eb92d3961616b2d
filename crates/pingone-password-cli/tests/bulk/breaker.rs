//! What concerns every user stops a run, and what passes holds it back.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use pingone_password_emulator::{Emulator, Fault, Operation, Status};
use uuid::Uuid;

use crate::bench::{Bench, Ended, Server, count};

const JOURNAL: &str = "users.txt.journal.jsonl";
const UNLOCKED: &str = "200 OK\r\n\r\n{\"status\":\"OK\"}";
const LOCKED: &str = "200 OK\r\n\r\n{\"status\":\"PASSWORD_LOCKED_OUT\"}";
const UNAVAILABLE: &str = "503 Service Unavailable\r\n\r\n{}";
/// Of the server, and of a gateway.
const OUTAGES: [&str; 2] = [UNAVAILABLE, "408 Request Timeout\r\nContent-Type: text/html\r\n\r\n<html>"];

fn list(bench: &Bench, count: u128) -> Vec<Uuid> {
    let users: Vec<_> = (1..=count).map(|number| Uuid::from_u128(0xa0 << 120 | 8 << 60 | number)).collect();
    bench.list(&users);
    users
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_failure_for_everyone_stops_the_run() {
    let cases = [
        ("404 Not Found\r\nContent-Type: text/html\r\n\r\n<html>nginx</html>", "404, as text/html"),
        ("404 Not Found\r\n\r\n{\"code\":\"NOT_FOUND\",\"message\":\"no such user\"}", "404 NOT_FOUND"),
        ("400 Bad Request\r\n\r\n{\"code\":\"INVALID_REQUEST\"}", "400 INVALID_REQUEST"),
        (
            "302 Found\r\nLocation: https://login.example.com/sso?state=secret\r\n\r\n",
            "302, a redirect to https://login.example.com/sso\n",
        ),
        ("418 I'm a teapot\r\n\r\n[]", "418"),
    ];
    for (response, message) in cases {
        let bench = Bench::start().await;
        list(&bench, 200);
        let server = Server::start(move |_, _| response).await;
        server
            .run(&bench, "unlock --from users.txt --yes --concurrency 4")
            .with_code(6)
            .says(&format!("stopped: the last 20 users failed at {}; the first one: ", server.url))
            .says(message)
            .says("resume with: ");
        let journal = bench.journal(JOURNAL);
        let finished = count(&journal, "finished failed") + count(&journal, "finished unknown");
        assert!((20..=24).contains(&finished), "{message}: {finished}");
        let ended = server.run(&bench, "unlock --from users.txt --yes --no-journal --max-failures 3 --concurrency 1");
        ended.with_code(6).says("stopped: the last 3 users failed at ");
        let ended = server.run(&bench, "unlock --from users.txt --yes --no-journal --max-failures 50% --concurrency 1");
        ended.with_code(6).says("stopped: 20 of 20 users failed at ");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_beyond_the_patience_stops_the_run() {
    for (operation, fault) in [
        (Operation::Unlock, Fault::RateLimitedYear),
        // An unlock with an unknown outcome, whose state check is throttled.
        (Operation::Read, Fault::RateLimitedYear),
    ] {
        let bench = Bench::start().await;
        let users = bench.add_users(60, Status::PasswordLockedOut);
        bench.list(&users);
        if operation == Operation::Read {
            bench.emulator.inject_for(Operation::Unlock, [Fault::ResetAfter]);
        }
        bench.emulator.inject_for(operation, [fault]);
        let start = Instant::now();
        bench
            .run("unlock --from users.txt --yes --patience 2s")
            .with_code(1)
            .says("stopped: the server asks to wait 11months 30days")
            .says("longer than --patience")
            .says("resume with: ");
        assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
        let done = count(&bench.journal(JOURNAL), "finished done");
        assert!(done < 60 && done <= bench.unlocks(), "{done}");
    }
}

/// Also if the wait is shorter than the deadline of a call, and if a gateway asks for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_asks_to_wait_beyond_the_patience_stops_the_run() {
    for response in [
        "429 Too Many Requests\r\nRetry-After: 400\r\nContent-Type: text/html\r\n\r\n<html>",
        "503 Service Unavailable\r\nRetry-After: 400\r\n\r\n{}",
    ] {
        let bench = Bench::start().await;
        list(&bench, 60);
        let server = Server::start(move |_, _| response).await;
        let start = Instant::now();
        server
            .run(&bench, "unlock --from users.txt --yes --patience 350s --concurrency 4")
            .with_code(1)
            .says("stopped: the server asks to wait 6m 40s, which is longer than --patience");
        assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
        // No further user was tried.
        assert!(server.requests().len() <= 8, "{:#?}", server.requests());
        assert_eq!(count(&bench.journal(JOURNAL), "finished done"), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_waits_no_longer_for_a_gateway_than_a_run() {
    let bench = Bench::start().await;
    let server = Server::start(|_, _| "429 Too Many Requests\r\nRetry-After: 400\r\n\r\n{}").await;
    let start = Instant::now();
    for arguments in ["find --locked-out", "find --locked-out --rate 10/s", "state maria --by username --rate 10/s"] {
        let before = server.requests().len();
        server.run(&bench, arguments).with_code(1);
        assert_eq!(server.requests().len() - before, 1, "{arguments}");
    }
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_leaves_no_more_users_unknown_than_were_in_flight() {
    for outage in OUTAGES {
        let bench = Bench::start().await;
        list(&bench, 400);
        // From the 30th request on, nothing works. What was applied nobody can tell.
        let server = Server::start(|_, index| if index < 30 { UNLOCKED } else { outage }).await;
        let start = Instant::now();
        server
            .run(&bench, "unlock --from users.txt --yes --rate 50/s --patience 2s")
            .with_code(1)
            .says("stopped: the server or the network did not come back");
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
        let unlocks: BTreeSet<_> =
            server.requests().into_iter().skip(30).filter(|line| line.starts_with("POST")).collect();
        // At 50 requests/s and with a response time of some milliseconds, one or two were in flight.
        assert!(unlocks.len() <= 3, "{unlocks:?}");
        let journal = bench.journal(JOURNAL);
        assert!(count(&journal, "finished unknown") <= unlocks.len(), "{journal:#?}");
        assert_eq!(count(&journal, "started"), count(&journal, "finished"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_that_passes_costs_no_user() {
    for outage in OUTAGES {
        let bench = Bench::start().await;
        list(&bench, 60);
        let since = Mutex::new(None::<Instant>);
        let server = Server::start(move |line, index| {
            let is_out = index >= 20
                && since.lock().unwrap().get_or_insert_with(Instant::now).elapsed() < Duration::from_millis(1500);
            match (is_out, line.starts_with("GET")) {
                (true, _) => outage,
                (false, true) => LOCKED,
                (false, false) => UNLOCKED,
            }
        })
        .await;
        let ended = server.run(&bench, "unlock --from users.txt --yes --rate 100/s --patience 60s").with_code(0);
        assert!(
            ended.stderr.contains("all users wait") && ended.stderr.contains("the server responds again"),
            "{ended:#?}"
        );
        assert_eq!(count(&bench.journal(JOURNAL), "finished done"), 60);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_user_whose_unlock_fails_holds_back_no_other() {
    let bench = Bench::start().await;
    let users = list(&bench, 40);
    let poison = users[7].to_string();
    let server = Server::start(move |line, _| match (line.contains(&poison), line.starts_with("GET")) {
        (true, false) => "500 Internal Server Error\r\n\r\n{}",
        (_, true) => LOCKED,
        (false, false) => UNLOCKED,
    })
    .await;
    let start = Instant::now();
    server.run(&bench, "unlock --from users.txt --yes --rate 200/s").with_code(1);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    let journal = bench.journal(JOURNAL);
    assert_eq!((count(&journal, "finished done"), count(&journal, "finished unknown")), (39, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejected_token_stops_at_the_first_user() {
    let bench = Bench::of(Emulator::builder()).await;
    let users = bench.add_users(100, Status::PasswordLockedOut);
    bench.list(&users);
    let mut command = bench.command("unlock --from users.txt --yes --concurrency 1");
    let ended = Ended::of(command.env("PINGONE_API_ACCESS_TOKEN", "expired").output().unwrap()).with_code(3);
    assert!(ended.stderr.contains("stopped: every user would fail like this"), "{ended:#?}");
    assert_eq!(bench.emulator.requests().len(), 1);
}

/// Returns how many users had an attempt. None of them was sent, nor were those who waited for a slot.
fn tried(bench: &Bench) -> usize {
    let journal = bench.journal(JOURNAL);
    assert_eq!(count(&journal, "started"), count(&journal, "finished not_sent"));
    assert_eq!(count(&journal, "finished"), count(&journal, "finished not_sent"));
    journal.iter().filter(|line| line["code"].is_string()).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_requires_a_password_stops_at_the_first_connection() {
    let bench = Bench::start().await;
    list(&bench, 100);
    let proxy = Server::start(|_, _| "407 Proxy Authentication Required\r\n\r\n").await;
    let mut command = bench.command("unlock --from users.txt --yes --concurrency 1 --proxy");
    command.arg(proxy.url.trim_end_matches("/v1")).env("PINGONE_API_URL", "https://api.example.invalid/v1");
    Ended::of(command.output().unwrap())
        .with_code(1)
        .says("stopped: every user would fail like this: ")
        .says("the proxy responded with 407: it requires a user name and a password")
        .says("resume with: ");
    assert_eq!(proxy.requests(), ["CONNECT api.example.invalid:443 HTTP/1.1"]);
    assert_eq!(tried(&bench), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_response_of_a_proxy_that_requires_a_password_stops_at_the_first_user() {
    let bench = Bench::start().await;
    list(&bench, 100);
    let proxy = Server::start(|_, _| "407 Proxy Authentication Required\r\n\r\n").await;
    proxy
        .run(&bench, "unlock --from users.txt --yes --concurrency 1")
        .with_code(1)
        .says("stopped: every user would fail like this: 407");
    // Whether the unlock was applied is not known, so its user's state was read.
    assert!(proxy.requests().len() <= 2, "{:?}", proxy.requests());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_untrusted_certificate_stops_at_the_first_connection() {
    let bench = Bench::of(Emulator::builder().tls(true)).await;
    let users = bench.add_users(100, Status::PasswordLockedOut);
    bench.list(&users);
    bench
        .run("unlock --from users.txt --yes --concurrency 1")
        .with_code(1)
        .says("stopped: every user would fail like this: ")
        .says("the issuer of the server's certificate is not trusted");
    assert_eq!(tried(&bench), 1);
    assert_eq!((bench.emulator.requests().len(), bench.unlocks()), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_host_name_stops_at_the_first_user() {
    let bench = Bench::start().await;
    list(&bench, 100);
    let mut command = bench.command("unlock --from users.txt --yes --concurrency 1 --no-proxy");
    let ended = Ended::of(command.env("PINGONE_API_URL", "https://api.example.invalid/v1").output().unwrap());
    let ended = ended.with_code(1).says(
        "stopped: every user would fail like this: no connection to api.example.invalid:443 could be established: the host name \
         does not resolve\n",
    );
    assert!(!ended.stderr.contains("failed"), "{ended:#?}");
    assert_eq!(tried(&bench), 1);
}

/// An outage doesn't keep Ctrl-C from ending the run.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupt_ends_the_wait_in_an_outage() {
    let bench = Bench::start().await;
    list(&bench, 50);
    let server = Server::start(|_, _| UNAVAILABLE).await;
    let run = server.command(&bench, "unlock --from users.txt --yes --concurrency 4").spawn().unwrap();
    while server.requests().len() < 12 {
        std::thread::sleep(Duration::from_millis(10));
    }
    let start = Instant::now();
    crate::bench::interrupt(&run);
    Ended::of(run.wait_with_output().unwrap()).with_code(130).says("resume with: ");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    let journal = bench.journal(JOURNAL);
    assert_eq!(count(&journal, "started"), count(&journal, "finished"));
    assert!(count(&journal, "finished unknown") <= 4);
}
