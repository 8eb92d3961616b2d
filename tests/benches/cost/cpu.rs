//! CPU time: the variants take turns, so that whatever slows down the machine slows down all of them.

use std::net::SocketAddr;

use cpu_time::ProcessTime;

use crate::callers::{Caller, Operation, Variant, make_calls};
use crate::{CALLS, Result, VARIANTS};

/// Microseconds of CPU time per call, user and system, one figure per round.
pub(crate) struct CpuTime {
    pub(crate) variant: Variant,
    pub(crate) rounds: Vec<f64>,
}

impl CpuTime {
    pub(crate) fn median(&self) -> f64 {
        median(self.rounds.iter().copied())
    }

    pub(crate) fn range(&self) -> (f64, f64) {
        self.rounds.iter().fold((f64::MAX, 0_f64), |(low, high), &cost| (low.min(cost), high.max(cost)))
    }

    /// The median of the ratios within each round.
    pub(crate) fn ratio_to(&self, yardstick: &Self) -> f64 {
        median(self.rounds.iter().zip(&yardstick.rounds).map(|(cost, yardstick)| cost / yardstick))
    }
}

pub(crate) async fn measure(
    operation: Operation,
    in_flight: usize,
    rounds: usize,
    server: SocketAddr,
) -> Result<Vec<CpuTime>> {
    let mut measured = Vec::new();
    for variant in VARIANTS {
        let callers = Caller::open(variant, in_flight, server).await?;
        // Opens the connections, fetches the token and fills the allocator's caches.
        let (callers, _) = round(variant, callers, operation).await?;
        measured.push((CpuTime { variant, rounds: Vec::with_capacity(rounds) }, callers));
    }
    for _ in 0..rounds {
        for (cost, callers) in &mut measured {
            let (same, microseconds) = round(cost.variant, std::mem::take(callers), operation).await?;
            *callers = same;
            cost.rounds.push(microseconds);
        }
    }
    Ok(measured.into_iter().map(|(cost, _)| cost).collect())
}

async fn round(variant: Variant, callers: Vec<Caller>, operation: Operation) -> Result<(Vec<Caller>, f64)> {
    let subscriber = variant.subscribe();
    let start = ProcessTime::now();
    let callers = make_calls(callers, operation, CALLS).await?;
    let spent = start.elapsed();
    drop(subscriber);
    // Otherwise the callsites would go on asking a subscriber that is gone.
    tracing::callsite::rebuild_interest_cache();
    Ok((callers, spent.as_secs_f64() * 1e6 / f64::from(u32::try_from(CALLS)?)))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
