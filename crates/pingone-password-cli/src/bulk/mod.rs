//! Bulk runs: many users from a list, processed concurrently at a limited rate, with a journal to resume from.

mod engine;
mod input;
pub(crate) mod journal;
mod list;
mod max_failures;
mod names;
mod no_plan;
mod options;
mod plan;
mod rate;
mod report;
mod run;
mod shard;
mod shutdown;
mod valves;

pub(crate) use engine::{SharedRateLimiter, retry_policy, tracked};
pub(crate) use input::Condition;
pub(crate) use max_failures::MaxFailures;
pub(crate) use options::{DEFAULT_CONCURRENCY, FEW, MAX_CONCURRENCY, Operation, Options, ProgressFormat, ResumeFrom};
pub(crate) use rate::Rate;
pub(crate) use report::{ReportFormat, report};
pub(crate) use run::run;
pub(crate) use shard::Shard;
pub(crate) use valves::{TimeOfDay, Valves};
