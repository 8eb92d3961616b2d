//! Processes users concurrently: workers, rate limiter, lost networks, missing permissions, Ctrl-C.

mod forbidden;
mod interruption;
mod network;
mod queue;
mod rate_limiter;
mod request_count;
mod run;
mod schedule;
mod settle;
mod stop;
mod user_progress;
mod worker;

pub(super) use interruption::listen;
pub(super) use queue::queue;
pub(super) use rate_limiter::SharedRateLimiter;
pub(super) use run::{Ended, Engine, Setup};
pub(super) use schedule::{longest_round, max_useful_concurrency};
pub(super) use stop::Stop;
