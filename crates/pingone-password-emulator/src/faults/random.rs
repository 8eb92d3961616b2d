//! Faults at random, but the same ones on every run.

use fastrand::Rng;
use uuid::Uuid;

use super::Fault;
use crate::operation::Operation;

/// Faults injected at random; for [`Builder::random_faults`](crate::Builder::random_faults).
///
/// Whether a request gets a fault, and which one, follows from the seed, the user, the operation, and the number of earlier
/// requests for this operation on this user. The order in which requests for different users arrive doesn't matter.
#[derive(Clone, Debug, PartialEq)]
pub struct RandomFaults {
    /// The seed. A different seed gives different faults.
    pub seed: u64,
    /// The probability that a request gets a fault: never at 0, always at 1.
    pub probability: f64,
    /// The faults to choose from, each with the same probability; [`Fault::ALL`] has every one. No fault is injected if this is
    /// empty.
    pub faults: Vec<Fault>,
}

impl RandomFaults {
    /// Returns the fault for the `nth` request for this operation on this user.
    pub(super) fn choose(&self, user: Uuid, operation: Operation, nth: u64) -> Option<Fault> {
        let (high, low) = user.as_u64_pair();
        let operation = match operation {
            Operation::Read => 1,
            Operation::Unlock => 2,
            Operation::ReadUsers => 3,
            Operation::ReadUser => 4,
            Operation::UnlockAccount => 5,
        };
        let words = [high, low, operation, nth].into_iter();
        let mut rng = words.fold(Rng::with_seed(self.seed), |mut rng, word| Rng::with_seed(rng.u64(..) ^ word));
        let chosen = rng.f64() < self.probability;
        chosen.then(|| rng.choice(&self.faults).copied())?
    }
}
