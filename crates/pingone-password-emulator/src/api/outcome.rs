//! The part of an outcome that the response doesn't show.

use axum::response::{IntoResponse, Response};

use crate::{faults::Injected, journal::Completion};

/// The outcome of a request beyond its response. Routes leave it in the response's extensions, for the layers around them.
#[derive(Clone, Default)]
pub(super) struct Outcome {
    /// Whether a write was applied.
    pub(super) applied: bool,
    /// The fault that replaces the response.
    pub(super) injected: Option<Injected>,
}

/// Carries the outcome in the extensions of an otherwise empty response, for a fault to replace.
impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
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
            Some(Injected::Token(fault, _)) => {
                Completion { status: fault.status(), token_fault: Some(*fault), ..completion }
            }
        }
    }
}
