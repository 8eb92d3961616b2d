//! The state of a connection, which the requests on it share.

use std::sync::{Mutex, PoisonError};

use axum::{body::Bytes, response::Response};

/// Whether a connection's responses are in step with its requests.
#[derive(Default)]
pub(crate) struct ConnectionState(Mutex<Step>);

#[derive(Default)]
struct Step {
    out: bool,
    /// The response to the previous request.
    previous: Option<Response<Bytes>>,
}

/// Puts a connection out of step; carried in the extensions of a response.
#[derive(Clone)]
pub(crate) struct OutOfStep {
    /// The response if there is no previous one.
    pub(crate) otherwise: Response<Bytes>,
}

impl ConnectionState {
    /// Takes the response to a request and returns the one to send: itself, or on a connection that is out of step, the
    /// previous one.
    pub(crate) fn exchange(&self, mut response: Response<Bytes>) -> Response<Bytes> {
        let out_of_step: Option<OutOfStep> = response.extensions_mut().remove();
        let mut step = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        step.out |= out_of_step.is_some();
        let previous = step.previous.replace(response.clone());
        if step.out {
            let otherwise = out_of_step.map(|OutOfStep { otherwise }| otherwise);
            previous.or(otherwise).unwrap_or(response)
        } else {
            response
        }
    }
}
