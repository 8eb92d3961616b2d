//! The faults still to come.

use std::collections::{HashMap, VecDeque};

use uuid::Uuid;

use super::{Fault, RandomFaults, TokenFault};
use crate::operation::Operation;

/// The faults still to come: scripts, and random faults once those are used up.
#[derive(Default)]
pub(crate) struct Schedule {
    any: VecDeque<Option<Fault>>,
    by_operation: HashMap<Operation, VecDeque<Option<Fault>>>,
    tokens: VecDeque<Option<TokenFault>>,
    random: Option<RandomFaults>,
    /// The number of valid requests so far for each operation on each user, which random faults depend on.
    requests: HashMap<(Uuid, Operation), u64>,
}

impl Schedule {
    pub(crate) fn random(faults: Option<RandomFaults>) -> Self {
        Self { random: faults, ..Self::default() }
    }

    /// Returns the script for one operation, or the one for all of them.
    pub(crate) fn script(&mut self, operation: Option<Operation>) -> &mut VecDeque<Option<Fault>> {
        match operation {
            None => &mut self.any,
            Some(operation) => self.by_operation.entry(operation).or_default(),
        }
    }

    pub(crate) fn token_script(&mut self) -> &mut VecDeque<Option<TokenFault>> {
        &mut self.tokens
    }

    /// Takes the fault for a valid request: from the operation's own script, else from the one for all operations, else at
    /// random.
    pub(crate) fn next(&mut self, user: Uuid, operation: Operation) -> Option<Fault> {
        let random = self.random.as_ref().map(|random| {
            let nth = self.requests.entry((user, operation)).or_default();
            *nth += 1;
            (random, *nth)
        });
        if let Some(scripted) = self.by_operation.get_mut(&operation).and_then(VecDeque::pop_front) {
            return scripted;
        }
        if let Some(scripted) = self.any.pop_front() {
            return scripted;
        }
        random.and_then(|(random, nth)| random.choose(user, operation, nth))
    }

    /// Returns the scripts: for one operation each, for all of them, and for the token endpoint.
    pub(crate) fn scripts(&self) -> Scripts<'_> {
        let of = |operation| (operation, self.by_operation.get(&operation).into_iter().flatten().copied().collect());
        Scripts { by_operation: Operation::ALL.iter().copied().map(of).collect(), any: &self.any, tokens: &self.tokens }
    }

    pub(crate) fn random_faults(&self) -> Option<&RandomFaults> {
        self.random.as_ref()
    }

    pub(crate) fn set_random_faults(&mut self, faults: Option<RandomFaults>) {
        self.random = faults;
    }

    /// Forgets every fault still to come.
    pub(crate) fn clear(&mut self) {
        let requests = std::mem::take(&mut self.requests);
        *self = Self { requests, ..Self::default() };
    }

    pub(crate) fn next_token(&mut self) -> Option<TokenFault> {
        self.tokens.pop_front()?
    }
}

/// The scripts of a schedule; `None` is no fault.
pub(crate) struct Scripts<'a> {
    pub(crate) by_operation: Vec<(Operation, Vec<Option<Fault>>)>,
    pub(crate) any: &'a VecDeque<Option<Fault>>,
    pub(crate) tokens: &'a VecDeque<Option<TokenFault>>,
}
