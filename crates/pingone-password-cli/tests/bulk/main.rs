//! Runs of the binary for many users, against an emulator. What measures a rate is a target of its own.

mod bench;
mod breaker;
mod ends;
mod journal;
mod lists;
mod locks;
#[cfg(target_os = "linux")]
mod lost_output;
mod names;
mod report;
mod resume;
mod runs;
mod slow_reader;
mod valves;
