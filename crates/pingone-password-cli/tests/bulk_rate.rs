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
use pingone_password_emulator::{Emulator, EventKind, Status};
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
async fn start(users: usize) -> Bench {
    let bench = Bench::of(Emulator::builder().tls(true)).await;
    bench.list(&bench.add_users(users, Status::PasswordLockedOut));
    fs::write(bench.folder.path().join("ca.pem"), bench.emulator.certificate_pem().unwrap()).unwrap();
    bench
}

/// Unlocks the list over slow connections.
fn command(bench: &Bench, server: SocketAddr, flags: &str) -> Command {
    let mut command = bench.command(&format!("unlock --from users.txt --yes {flags}"));
    command
        .env("PINGONE_API_URL", format!("https://{server}/v1"))
        .env("SSL_CERT_FILE", bench.folder.path().join("ca.pem"))
        .env_remove("SSL_CERT_DIR");
    command
}

/// Returns when the unlocks arrived, in milliseconds.
fn arrivals(bench: &Bench) -> Vec<i64> {
    let events = bench.emulator.events();
    let unlocks = events.iter().filter(|event| event.kind == EventKind::PasswordUnlocked);
    unlocks.map(|event| event.at.timestamp_millis()).collect()
}

/// Returns the most arrivals in any second.
fn most_in_a_second(arrivals: &[i64]) -> usize {
    let within = |start: i64| arrivals.iter().filter(|time| (start..start + 1000).contains(*time)).count();
    arrivals.iter().map(|start| within(*start)).max().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rate_holds_with_slow_connections() {
    // Permits that are taken before the connection exists let 39 and 114 requests through.
    for (rate, concurrency, delay) in [(30, 16, 300), (60, 64, 900)] {
        let bench = start(3 * rate).await;
        let server = slow_to_accept(bench.emulator.address(), Duration::from_millis(delay)).await;
        let flags = format!("--rate {rate}/s --concurrency {concurrency}");
        Ended::of(command(&bench, server, &flags).output().unwrap()).with_code(0);
        let arrivals = arrivals(&bench);
        assert_eq!(arrivals.len(), 3 * rate);
        let most = most_in_a_second(&arrivals);
        // Two event loops of a busy computer are in between. The limiter's own tests are exact, on a paused clock.
        assert!(most <= rate + rate / 10, "{most} requests in a second at {rate}/s");
        // From the second second on, the connections are there.
        let rest: Vec<_> = arrivals.iter().filter(|time| **time >= arrivals[0] + 1000).collect();
        let mean = (rest[rest.len() - 1] - rest[0]) / i64::try_from(rest.len() - 1).unwrap();
        assert!(mean <= 1100 / i64::try_from(rate).unwrap(), "{mean} ms between two requests at {rate}/s");
    }
}

/// A suspended laptop: everything that would have been sent meanwhile is not sent at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rate_holds_after_a_stop() {
    let bench = start(120).await;
    let server = slow_to_accept(bench.emulator.address(), Duration::from_millis(150)).await;
    let run = command(&bench, server, "--rate 30/s").spawn().unwrap();
    let signal =
        |name: &str| assert!(Command::new("kill").args([name, &run.id().to_string()]).status().unwrap().success());
    while arrivals(&bench).len() < 20 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    signal("-STOP");
    tokio::time::sleep(Duration::from_secs(3)).await;
    let stopped = arrivals(&bench).len();
    signal("-CONT");
    Ended::of(run.wait_with_output().unwrap()).with_code(0);
    let arrivals = arrivals(&bench);
    assert_eq!(arrivals.len(), 120);
    let gap = arrivals[stopped] - arrivals[stopped - 1];
    assert!(gap > 1500, "the process was not stopped: {gap} ms");
    let most = most_in_a_second(&arrivals);
    assert!(most <= 33, "{most} requests in a second at 30/s");
}
