//! The rate at the server, over TLS connections that are slow to come.

// The variable for a trusted certificate is Linux's.
#![cfg(target_os = "linux")]

#[path = "bulk/bench.rs"]
mod bench;

use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use bench::{Bench, Ended};
use pingone_password_emulator::{Builder, Emulator, Fault, Operation, Status};
use tokio::net::{TcpListener, TcpStream};

/// Forwards connections to the emulator, each only after this time. Returns the address.
async fn slow_to_accept(emulator: SocketAddr, delay: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                // The client's handshake waits meanwhile.
                tokio::time::sleep(delay).await;
                let mut server = TcpStream::connect(emulator).await?;
                tokio::io::copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    address
}

/// An emulator with TLS and locked-out users, in a folder with its certificate.
async fn start(emulator: Builder, users: usize) -> Bench {
    let bench = Bench::of(emulator.tls(true)).await;
    bench.list(&bench.add_users(users, Status::PasswordLockedOut));
    fs::write(bench.folder.path().join("ca.pem"), bench.emulator.certificate_pem().unwrap()).unwrap();
    bench
}

/// Returns the binary with these arguments and slow connections.
fn command(bench: &Bench, server: SocketAddr, arguments: &str) -> Command {
    let mut command = bench.command(arguments);
    command
        .env("PINGONE_API_URL", format!("https://{server}/v1"))
        .env("SSL_CERT_FILE", bench.folder.path().join("ca.pem"))
        .env_remove("SSL_CERT_DIR");
    command
}

/// Returns when the requests arrived, in microseconds.
fn arrivals(bench: &Bench) -> Vec<i64> {
    bench.emulator.requests().iter().map(|request| request.at.timestamp_micros()).collect()
}

/// Waits until this many requests have arrived.
async fn wait_for(bench: &Bench, count: usize) {
    while bench.emulator.request_count() < count {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Returns the most arrivals in any second.
fn most_in_a_second(arrivals: &[i64]) -> usize {
    let end = |first: usize| arrivals.partition_point(|time| *time < arrivals[first] + 1_000_000);
    (0..arrivals.len()).map(|first| end(first) - first).max().unwrap()
}

/// Returns the mean rate from the first arrival to the last, in requests per second. Leaves out the longest time without any
/// requests if the run had a pause.
fn mean(arrivals: &[i64], has_pause: bool) -> f64 {
    let mut gaps: Vec<_> = arrivals.windows(2).map(|pair| Duration::from_micros(pair[1].abs_diff(pair[0]))).collect();
    gaps.sort();
    gaps.truncate(gaps.len() - usize::from(has_pause));
    f64::from(u32::try_from(gaps.len()).unwrap()) / gaps.iter().sum::<Duration>().as_secs_f64()
}

/// What happens to a run.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    Nothing,
    /// The server throttles one request.
    Throttled,
    /// The process is stopped for this time, as by a suspended laptop: what would have been sent meanwhile is not sent at once.
    Stopped(Duration),
    /// The process is killed, and the run resumed at once.
    Resumed,
}

/// Unlocks users for some seconds and returns when the requests arrived, after an event in the middle.
async fn measured(rate: u32, callers: usize, delay: Duration, seconds: u32, event: Event) -> Vec<i64> {
    let users = (seconds * rate) as usize;
    let bench = start(Emulator::builder(), users).await;
    let server = slow_to_accept(bench.emulator.address(), delay).await;
    let arguments = format!("unlock --from users.txt --yes --rate {rate}/s --concurrency {callers} --journal journal");
    let mut run = command(&bench, server, &arguments).spawn().unwrap();
    let signal =
        |name: &str| assert!(Command::new("kill").args([name, &run.id().to_string()]).status().unwrap().success());
    let middle = users / 2;
    match event {
        Event::Nothing => {}
        Event::Throttled => {
            wait_for(&bench, middle).await;
            bench.emulator.inject_for(Operation::Unlock, [Fault::RateLimited]);
        }
        Event::Stopped(time) => {
            wait_for(&bench, middle).await;
            signal("-STOP");
            tokio::time::sleep(time).await;
            signal("-CONT");
        }
        Event::Resumed => {
            wait_for(&bench, middle).await;
            signal("-KILL");
            run.wait().unwrap();
            run = command(&bench, server, "unlock --resume journal --yes").spawn().unwrap();
        }
    }
    Ended::of(run.wait_with_output().unwrap()).with_code(0);
    assert_eq!(bench.unlocks(), users);
    arrivals(&bench)
}

#[track_caller]
fn assert_rate(rate: u32, arrivals: &[i64]) {
    let most = most_in_a_second(arrivals);
    assert!(most <= rate as usize, "{most} requests in a second at {rate}/s");
}

// Permits that are taken before the connection exists let 39 and 114 requests through.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rate_holds_with_slow_connections() {
    assert_rate_and_mean(30, 16, Duration::from_millis(300)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rate_holds_with_many_and_very_slow_connections() {
    assert_rate_and_mean(60, 64, Duration::from_millis(900)).await;
}

async fn assert_rate_and_mean(rate: u32, callers: usize, delay: Duration) {
    let arrivals = measured(rate, callers, delay, 2, Event::Nothing).await;
    assert_rate(rate, &arrivals);
    // On a busy computer requests are late, and count from then. The limiter's own tests have the mean, on a paused clock.
    let mean = mean(&arrivals, false);
    assert!(mean >= 0.5 * f64::from(rate), "{mean} requests per second at {rate}/s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rate_holds_after_a_stop() {
    let stop = Duration::from_secs(2);
    let arrivals = measured(30, 16, Duration::from_millis(150), 2, Event::Stopped(stop)).await;
    let gap = arrivals.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
    assert!(gap > 1_500_000, "the process was not stopped: {gap} µs");
    assert_rate(30, &arrivals);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rate_holds_in_a_search() {
    // One connection is not enough for the states, and new ones are slow.
    let bench = start(Emulator::builder().latency(Duration::from_millis(150)), 40).await;
    let server = slow_to_accept(bench.emulator.address(), Duration::from_millis(600)).await;
    let search = "find --thorough --output ids --rate 30/s --concurrency 16";
    let found = Ended::of(command(&bench, server, search).output().unwrap()).with_code(0).stdout;
    assert_eq!(found.lines().count(), 40);
    assert_rate(30, &arrivals(&bench));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rate_holds_in_two_runs_together() {
    let (bench, _) = Bench::locked_out(4).await;
    bench.run("unlock --from users.txt --rate 2/s --limit 2").with_code(4);
    bench.run("unlock --resume users.txt.journal.jsonl").with_code(0);
    assert_rate(2, &arrivals(&bench));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes four minutes, and needs a computer that does nothing else"]
async fn the_rate_holds_with_any_connections_and_after_any_event() {
    const DELAYS: [u64; 4] = [0, 150, 300, 900];
    let at_all = |event| DELAYS.map(|delay| (delay, event));
    let of_events =
        [Event::Throttled, Event::Stopped(Duration::from_secs(10)), Event::Resumed].map(|event| (300, event));
    let cases = [&at_all(Event::Nothing)[..], &of_events, &[(0, Event::Resumed)]].concat();
    let rate = 60;
    let mut failed = Vec::new();
    for callers in [4, 16, 64] {
        for (delay, event) in &cases {
            let arrivals = measured(rate, callers, Duration::from_millis(*delay), 6, *event).await;
            let most = most_in_a_second(&arrivals);
            let mean = 100.0 * mean(&arrivals, *event != Event::Nothing) / f64::from(rate);
            let case = format!("{callers} callers, {delay} ms, {event:?}: at most {most}, on average {mean:.1} %");
            println!("{case}");
            // After it was throttled, a run is slower for a while.
            if most > rate as usize || *event != Event::Throttled && mean < 98.0 {
                failed.push(case);
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
