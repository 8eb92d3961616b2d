//! The cost of a call: instructions, CPU time and allocations of the process that makes it, beside those of a client that
//! was written by hand for the same two operations.
//!
//! `cargo bench -p pingone-password-tests` prints the table of `tests/README.md`, which says how it is measured.

mod callers;
mod callgrind;
mod cpu;
mod handwritten;
mod recorded;
mod server;

use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use tokio::runtime::{Builder, Runtime};
use uuid::{Uuid, uuid};

use crate::callers::{Operation, Variant};
use crate::callgrind::Counts;
use crate::cpu::CpuTime;
use crate::recorded::Recorded;
use crate::server::Server;

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const ENVIRONMENT: Uuid = uuid!("abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6");
const USER: Uuid = uuid!("c3042000-188f-4bc7-a269-dee1602cf7af");
/// The calls of a variant in a round, and those that are counted.
const CALLS: usize = 512;
const IN_FLIGHT: [usize; 2] = [1, 64];
/// In the order of the table.
const VARIANTS: [Variant; 6] =
    [Variant::Hyper, Variant::HandWritten, Variant::Models, Variant::Generated, Variant::Wrapper, Variant::Subscriber];

/// Measures the cost of a call.
#[derive(Parser)]
struct Arguments {
    /// The rounds that CPU time is the median of. Defaults to 101, and to 1 when run as a test.
    #[arg(long)]
    rounds: Option<usize>,
    /// Counts instructions only, and fails if a variant takes 3 % more of them than recorded for this toolchain.
    #[arg(long, conflicts_with = "record")]
    check: bool,
    /// Counts instructions only, and records them for this toolchain.
    #[arg(long)]
    record: bool,
    /// Passed by cargo for a benchmark, and not for a test.
    #[arg(long, hide = true)]
    bench: bool,
    #[command(subcommand)]
    role: Option<Role>,
}

/// What this program does in the processes that it starts.
#[derive(Subcommand)]
enum Role {
    /// Serves requests.
    #[command(hide = true)]
    Serve,
    /// Makes the calls that callgrind counts.
    #[command(hide = true)]
    Calls { operation: Operation, in_flight: usize, variant: Variant, server: SocketAddr },
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    match arguments.role {
        Some(Role::Serve) => runtime.block_on(server::serve())?,
        Some(Role::Calls { operation, in_flight, variant, server }) => {
            callgrind::make_counted_calls(&runtime, operation, in_flight, variant, server)?;
        }
        None if arguments.check => return check(),
        None if arguments.record => recorded::record(count_all()?)?,
        None => {
            let rounds = arguments.rounds.unwrap_or(if arguments.bench { 101 } else { 1 });
            compare(&runtime, rounds, arguments.bench)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn check() -> Result<ExitCode> {
    let regressions = recorded::check(&count_all()?)?;
    for regression in &regressions {
        eprintln!("{regression}");
    }
    Ok(if regressions.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Counts the instructions of every row of the table.
fn count_all() -> Result<Recorded> {
    let (_server, address) = Server::start()?;
    let mut counts = Recorded::new();
    for &operation in Operation::value_variants() {
        for in_flight in IN_FLIGHT {
            for variant in VARIANTS {
                let Counts { instructions, allocations } = callgrind::count(operation, in_flight, variant, address)?;
                let row = format!("{operation}, {in_flight} in flight, {}", variant.name());
                println!("{row}: {instructions} instructions and {allocations} allocations per call");
                counts.insert(row, instructions);
            }
        }
    }
    Ok(counts)
}

/// Prints the table. Without `with_counts` it has only CPU times.
fn compare(runtime: &Runtime, rounds: usize, with_counts: bool) -> Result {
    let with_counts = with_counts && callgrind::is_installed();
    if !with_counts {
        eprintln!("instructions and allocations aren't counted: that takes `cargo bench`, and valgrind");
    }
    let (_server, address) = Server::start()?;
    println!(
        "| operation | in flight | variant | instructions | ratio | µs of CPU: median (min–max) | ratio | allocations |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |"
    );
    for &operation in Operation::value_variants() {
        for in_flight in IN_FLIGHT {
            let times = runtime.block_on(cpu::measure(operation, in_flight, rounds, address))?;
            let mut rows = Vec::new();
            for time in times {
                let counts =
                    with_counts.then(|| callgrind::count(operation, in_flight, time.variant, address)).transpose()?;
                rows.push((time, counts));
            }
            print_rows(operation, in_flight, &rows);
        }
    }
    Ok(())
}

fn print_rows(operation: Operation, in_flight: usize, rows: &[(CpuTime, Option<Counts>)]) {
    let Some((yardstick, yardstick_counts)) = rows.iter().find(|(time, _)| time.variant == Variant::HandWritten) else {
        return;
    };
    for (time, counts) in rows {
        let (low, high) = time.range();
        let (instructions, instruction_ratio, allocations) = match (counts, yardstick_counts) {
            (Some(counts), Some(yardstick)) => (
                counts.instructions.to_string(),
                format!("{:.3}", ratio(counts.instructions, yardstick.instructions)),
                format!(
                    "{} ({:+})",
                    counts.allocations,
                    counts.allocations.cast_signed() - yardstick.allocations.cast_signed()
                ),
            ),
            _ => ("–".to_owned(), "–".to_owned(), "–".to_owned()),
        };
        println!(
            "| {operation} | {in_flight} | {} | {instructions} | {instruction_ratio} | {:.1} ({low:.1}–{high:.1}) | {:.3} | \
             {allocations} |",
            time.variant.name(),
            time.median(),
            time.ratio_to(yardstick),
        );
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn ratio(count: u64, yardstick: u64) -> f64 {
    count as f64 / yardstick as f64
}
