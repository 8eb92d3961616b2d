//! The circuit breaker: decides when what fails for one user would fail for every user.
//!
//! | cause | rule |
//! | --- | --- |
//! | 401, no access token, 407, an untrusted certificate, an unknown host name | the first one stops the run |
//! | 5xx, a timeout, a lost connection, no connection | all users wait and retry with backoff; the run stops after `--patience` |
//! | 429 or 503 with a `Retry-After` longer than `--patience` | the first one stops the run |
//! | 403 | 5 in a row stop the run, or 100 once the role was sufficient for some user |
//! | anything else: 404, 400, a response that is not PingOne's | 20 in a row stop the run, or what `--max-failures` says |

mod cause;
mod forbidden;
mod outage;
mod streak;

pub(super) use cause::Cause;
pub(super) use forbidden::{Forbidden, ForbiddenStreaks};
pub(super) use outage::Outage;
pub(super) use streak::FailureStreak;
