//! Instructions and allocations: counted by callgrind, in a process of their own, so that they are the same on a busy machine.

use std::fs;
use std::net::SocketAddr;
use std::pin::Pin;
use std::process::{Command, Stdio};

use clap::ValueEnum;
use tempfile::NamedTempFile;
use tokio::runtime::Runtime;

use crate::callers::{Caller, Operation, Variant, make_calls};
use crate::{CALLS, Result};

/// Counted for each call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Instructions in user space.
    pub(crate) instructions: u64,
    /// Calls of `malloc`, `realloc` and their like.
    pub(crate) allocations: u64,
}

/// Returns whether valgrind is installed.
pub(crate) fn is_installed() -> bool {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Runs this program again under callgrind, to make the calls of one variant.
pub(crate) fn count(operation: Operation, in_flight: usize, variant: Variant, server: SocketAddr) -> Result<Counts> {
    let profile = NamedTempFile::new()?;
    let mut out_file = std::ffi::OsString::from("--callgrind-out-file=");
    out_file.push(profile.path());
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--compress-strings=no", "--toggle-collect=*::counted_calls*"])
        .arg(out_file)
        .arg(std::env::current_exe()?)
        .args(["calls", &name(&operation)?, &in_flight.to_string(), &name(&variant)?, &server.to_string()])
        // The length of the environment moves the stack, which shows in the counts.
        .env_clear()
        .output()?;
    if !output.status.success() {
        return Err(format!("valgrind: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let totals = parse(&fs::read_to_string(profile.path())?).ok_or("callgrind's profile has no total")?;
    let calls = u64::try_from(CALLS)?;
    Ok(Counts { instructions: totals.instructions / calls, allocations: (totals.allocations + calls / 2) / calls })
}

fn name(value: &impl ValueEnum) -> Result<String> {
    Ok(value.to_possible_value().ok_or("not a value")?.get_name().to_owned())
}

/// Makes the calls that are counted. Runs in the process under callgrind.
pub(crate) fn make_counted_calls(
    runtime: &Runtime,
    operation: Operation,
    in_flight: usize,
    variant: Variant,
    server: SocketAddr,
) -> Result {
    let subscriber = variant.subscribe();
    let callers = runtime.block_on(Caller::open(variant, in_flight, server))?;
    // Opens the connections, fetches the token and fills the allocator's caches.
    let callers = runtime.block_on(make_calls(callers, operation, CALLS))?;
    counted_calls(runtime, Box::pin(make_calls(callers, operation, CALLS)))?;
    drop(subscriber);
    Ok(())
}

type Calls = Pin<Box<dyn Future<Output = Result<Vec<Caller>>>>>;

/// Callgrind counts from here on until this returns. It knows the function by its name, which no other function's path may end
/// with: entering one of them would turn the counting on, and entering this one would turn it off.
#[inline(never)]
fn counted_calls(runtime: &Runtime, calls: Calls) -> Result<Vec<Caller>> {
    runtime.block_on(calls)
}

const ALLOCATORS: [&str; 5] = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"];

/// Adds up a profile, whose format is described in
/// [the manual](https://valgrind.org/docs/manual/cl-format.html): `cfn=` names a called function, and the next `calls=`
/// says how often it was called.
fn parse(profile: &str) -> Option<Counts> {
    let mut counts = Counts::default();
    let mut is_allocator = false;
    for line in profile.lines() {
        if let Some(function) = line.strip_prefix("cfn=") {
            is_allocator = ALLOCATORS.contains(&function);
        } else if let (true, Some(calls)) = (is_allocator, line.strip_prefix("calls=")) {
            counts.allocations += calls.split(' ').next()?.parse::<u64>().ok()?;
        } else if let Some(totals) = line.strip_prefix("totals: ") {
            counts.instructions = totals.trim().parse().ok()?;
        }
    }
    (counts.instructions > 0).then_some(counts)
}
