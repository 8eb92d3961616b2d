//! The part of an outcome that the response doesn't show.

use crate::{faults::Injected, journal::Completion};

/// The outcome of a request beyond its response. Routes leave it in the response's extensions, for the layers around them.
#[derive(Clone, Default)]
pub(super) struct Outcome {
    /// Whether a write was applied.
    pub(super) applied: bool,
    /// The fault that replaces the response.
    pub(super) injected: Option<Injected>,
}

impl Outcome {
    /// Returns the journal's view of this outcome, for a response with this status.
    pub(super) fn completion(&self, status: u16) -> Completion {
        let completion = Completion { status: Some(status), applied: self.applied, ..Completion::default() };
        match &self.injected {
            None => completion,
            Some(Injected::Operation(fault, _)) => {
                Completion { status: fault.status(), fault: Some(*fault), ..completion }
            }
            Some(Injected::Token(fault)) => {
                Completion { status: fault.status(), token_fault: Some(*fault), ..completion }
            }
        }
    }
}
