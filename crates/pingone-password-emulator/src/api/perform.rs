//! The course of an operation after its checks: fault, write, response.

use axum::{http::request::Parts, response::Response};
use serde_json::Value;
use uuid::Uuid;

use super::{checks, outcome::Outcome};
use crate::{
    faults::{Fault, Injected, Replaced},
    operation::Operation,
    responses::{self, CorrelationId},
    state::Shared,
    store::{Cause, Grant, Store},
};

/// A request that passed the checks.
pub(super) struct Valid<'a> {
    pub(super) operation: Operation,
    /// The user it is about; nil if it is about all of them.
    pub(super) user: Uuid,
    pub(super) grant: Grant,
    pub(super) parts: &'a Parts,
    pub(super) id: CorrelationId,
}

/// A change of a user, which may emit events.
pub(super) type Write = fn(&mut Store, Uuid, &Cause);

/// Takes the request's fault if there is one, applies the write unless the fault prevents it, and returns the response with the
/// resource or the fault in its place.
pub(super) fn perform(
    shared: &Shared,
    store: &mut Store,
    request: &Valid<'_>,
    write: Option<Write>,
    resource: impl FnOnce(&Store) -> Value,
) -> Response {
    let headers = &request.parts.headers;
    let fault = shared.faults().next(request.user, request.operation);
    let write = write.filter(|_| fault.is_none_or(Fault::applies));
    if let Some(write) = write {
        write(store, request.user, &checks::cause(headers, request.id, request.grant));
    }
    let resource = resource(store);
    let (mut response, injected) = match fault {
        None => (responses::ok(&resource), None),
        Some(fault) => {
            let replaced = Replaced {
                resource,
                authorization: checks::authorization(headers),
                target: request.parts.uri.to_string(),
                ..Replaced::default()
            };
            (Response::default(), Some(Injected::Operation(fault, replaced)))
        }
    };
    response.extensions_mut().insert(Outcome { applied: write.is_some(), injected });
    response
}
