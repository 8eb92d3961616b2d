//! A reader of standard output that is slower than the server: rows wait in a queue of limited size, and no more users are read.

use std::process::Child;
use std::time::{Duration, Instant};

use pingone_password_emulator::Emulator;
use uuid::Uuid;

use crate::bench::{Bench, Server};

/// Waits until the run sends no more requests, and returns how many it has sent.
fn requests_until_still(run: &mut Child, count: impl Fn() -> usize) -> usize {
    let mut last = (Instant::now(), 0);
    while last.0.elapsed() < Duration::from_secs(2) || last.1 == 0 {
        let requests = count();
        if requests > last.1 {
            last = (Instant::now(), requests);
        }
        assert!(run.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(100));
    }
    last.1
}

/// Reads the output to its end, and returns the number of its lines and the exit code.
fn finish(mut run: Child) -> (usize, Option<i32>) {
    let rows = std::io::read_to_string(run.stdout.take().unwrap()).unwrap().lines().count();
    (rows, run.wait().unwrap().code())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_holds_back_the_run() {
    let bench = Bench::of(Emulator::builder().users(4_000)).await;
    let users = bench.users();
    bench.list(&users);
    let mut run = bench.command("state --from users.txt --output json").spawn().unwrap();
    let requests = requests_until_still(&mut run, || bench.emulator.request_count());
    assert!(requests < 3_000, "{requests}");
    assert_eq!(finish(run), (4_000, Some(0)));
}

/// However many users are in progress: large responses would wait in memory.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_costs_no_memory() {
    const MIB: usize = 1 << 20;

    let bench = Bench::start().await;
    bench.list(&(1..=200).map(Uuid::from_u128).collect::<Vec<_>>());
    let state = format!("200 OK\r\n\r\n{{\"status\":\"OK\",\"more\":\"{}\"}}", "x".repeat(MIB * 9 / 10)).leak();
    let server = Server::start(|_, _| &*state).await;
    let mut command = server.command(&bench, "state --from users.txt --output json --concurrency 64");
    let mut run = command.spawn().unwrap();
    let requests = requests_until_still(&mut run, || server.requests().len());
    assert!(requests < 24, "{requests}");
    let status = std::fs::read_to_string(format!("/proc/{}/status", run.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")).unwrap();
    let peak = peak.parse::<usize>().unwrap() / 1024;
    assert!(peak < 64, "{peak} MiB after {requests} requests");
    run.kill().unwrap();
    run.wait().unwrap();
}
