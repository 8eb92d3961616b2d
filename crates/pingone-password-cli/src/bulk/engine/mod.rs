//! Processes users concurrently: workers, rate limiter, circuit breaker, Ctrl-C.

mod account;
mod circuit_breaker;
mod interruption;
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
pub(crate) use rate_limiter::SharedRateLimiter;
pub(crate) use request_count::tracked;
pub(super) use run::{Ended, Engine, Setup};
pub(super) use schedule::max_useful_concurrency;
pub(crate) use schedule::retry_policy;
pub(super) use stop::Stop;
