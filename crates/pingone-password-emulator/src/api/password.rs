//! The operations on a user's password, told apart by the method and, for `POST`, by the media type.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Query, State, rejection::PathRejection},
    http::{HeaderMap, Method, Uri},
    response::Response,
};
use uuid::Uuid;

use super::{
    checks,
    media_types::{NOT_EMULATED, UNLOCK},
    outcome::Outcome,
};
use crate::{
    faults::{Fault, Injected, Replaced},
    operation::Operation,
    responses::{self, ApiError, CorrelationId},
    state::Shared,
    store::Store,
};

pub(super) async fn password(
    State(shared): State<Arc<Shared>>,
    Extension(id): Extension<CorrelationId>,
    path: Result<Path<(String, String)>, PathRejection>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let path = path.map_or_else(|_| Default::default(), |Path(path)| path);
    respond(&shared, &path, &method, &uri, &headers, id).unwrap_or_else(|error| error.into_response(id))
}

/// Checks the request, takes its fault if there is one, and carries out the operation unless the fault prevents it.
fn respond(
    shared: &Shared,
    path: &(String, String),
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    id: CorrelationId,
) -> Result<Response, ApiError> {
    let mut store = shared.store();
    let request = check(&mut store, path, method, uri, headers)?;
    let fault = shared.faults().next(request.user, request.operation);
    let applied = request.operation == Operation::Unlock && fault.is_none_or(Fault::applies);
    if applied {
        store.unlock_password(request.user, &checks::cause(headers, id));
    }
    let user = store.users().get(&request.user).ok_or_else(ApiError::not_found)?;
    let state = responses::password_state(&shared.api_url, request.user, user, request.with_policy);
    drop(store);

    let (mut response, injected) = match fault {
        None => (responses::ok(&state), None),
        Some(fault) => {
            let replaced =
                Replaced { resource: state, authorization: checks::authorization(headers), ..Replaced::default() };
            (Response::default(), Some(Injected::Operation(fault, replaced)))
        }
    };
    response.extensions_mut().insert(Outcome { applied, injected });
    Ok(response)
}

/// A valid request.
struct PasswordRequest {
    user: Uuid,
    operation: Operation,
    with_policy: bool,
}

fn check(
    store: &mut Store,
    (environment, user): &(String, String),
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<PasswordRequest, ApiError> {
    let grant = checks::access(store, headers, environment)?;
    let user = checks::user(store, user, grant)?;
    match *method {
        Method::GET => {
            let with_policy = expands_policy(uri)?;
            Ok(PasswordRequest { user, operation: Operation::Read, with_policy })
        }
        Method::POST => {
            checks::media_type(headers, UNLOCK, &NOT_EMULATED)?;
            checks::may_write(grant)?;
            Ok(PasswordRequest { user, operation: Operation::Unlock, with_policy: false })
        }
        _ => Err(ApiError::method_not_allowed("GET, POST")),
    }
}

/// Returns whether `expand` asks for the policy, its only valid value. Every other query parameter is ignored.
fn expands_policy(uri: &Uri) -> Result<bool, ApiError> {
    let Query(query) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|_| ApiError::invalid_expand())?;
    let mut expands = query.iter().filter(|(name, _)| name == "expand").peekable();
    let expanded = expands.peek().is_some();
    if expands.all(|(_, value)| value == "passwordPolicy") { Ok(expanded) } else { Err(ApiError::invalid_expand()) }
}
