//! When faults strike: by script, or at random but the same way every time.

use std::collections::VecDeque;

use fastrand::Rng;
use uuid::Uuid;

use crate::fault::{Fault, TokenFault};

/// The operations on a user's password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// GET: read the password state.
    Read,
    /// POST: unlock the password.
    Unlock,
}

/// Faults that strike by chance; for [`Builder::random_faults`](crate::Builder::random_faults).
///
/// Whether one strikes, and which, follows from the seed, the user, the operation, and how often this operation was asked
/// for with this user before: not from the order in which different users' requests arrive.
#[derive(Clone, Debug, PartialEq)]
pub struct RandomFaults {
    /// Another seed, other faults.
    pub seed: u64,
    /// How likely a request is struck: never at 0, always at 1.
    pub probability: f64,
    /// What it is struck by, each as likely as the others; [`Fault::ALL`] has every one. Without any there are no faults.
    pub faults: Vec<Fault>,
}

impl RandomFaults {
    /// What strikes the `nth` time that this operation is asked for with this user.
    fn strike(&self, user: Uuid, operation: Operation, nth: u64) -> Option<Fault> {
        let (high, low) = user.as_u64_pair();
        let operation = match operation {
            Operation::Read => 1,
            Operation::Unlock => 2,
        };
        let words = [high, low, operation, nth].into_iter();
        let mut dice = words.fold(Rng::with_seed(self.seed), |mut dice, word| Rng::with_seed(dice.u64(..) ^ word));
        let strikes = dice.f64() < self.probability;
        strikes.then(|| dice.choice(&self.faults).copied())?
    }
}

/// The faults that are still to come.
#[derive(Default)]
pub(crate) struct Schedule {
    any: VecDeque<Option<Fault>>,
    reads: VecDeque<Option<Fault>>,
    unlocks: VecDeque<Option<Fault>>,
    tokens: VecDeque<Option<TokenFault>>,
    random: Option<RandomFaults>,
}

impl Schedule {
    pub(crate) fn random(faults: Option<RandomFaults>) -> Self {
        Self { random: faults, ..Self::default() }
    }

    /// The script for one operation, or the one for either.
    pub(crate) fn script(&mut self, operation: Option<Operation>) -> &mut VecDeque<Option<Fault>> {
        match operation {
            None => &mut self.any,
            Some(Operation::Read) => &mut self.reads,
            Some(Operation::Unlock) => &mut self.unlocks,
        }
    }

    pub(crate) fn token_script(&mut self) -> &mut VecDeque<Option<TokenFault>> {
        &mut self.tokens
    }

    /// The operation's own script comes first, then the one for either, then chance.
    pub(crate) fn strike(&mut self, user: Uuid, operation: Operation, nth: u64) -> Option<Fault> {
        if let Some(scripted) = self.script(Some(operation)).pop_front() {
            return scripted;
        }
        if let Some(scripted) = self.any.pop_front() {
            return scripted;
        }
        self.random.as_ref()?.strike(user, operation, nth)
    }

    pub(crate) fn strike_token(&mut self) -> Option<TokenFault> {
        self.tokens.pop_front()?
    }
}
