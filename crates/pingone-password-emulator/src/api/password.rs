//! The operations on a user's password, told apart by the method and, for `POST`, by the media type.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{Method, request::Parts},
    response::Response,
};

use super::{
    checks,
    media_types::{NOT_EMULATED, UNLOCK},
    perform::{Valid, Write, perform},
    query::Query,
};
use crate::{
    operation::Operation,
    responses::{self, ApiError, CorrelationId},
    state::Shared,
    store::Store,
};

pub(super) async fn password(
    State(shared): State<Arc<Shared>>,
    Extension(id): Extension<CorrelationId>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let path = path.map_or_else(|_| Default::default(), |Path(path)| path);
    let (parts, _) = request.into_parts();
    respond(&shared, &path, &parts, id).unwrap_or_else(|error| error.into_response(id))
}

fn respond(
    shared: &Shared,
    (environment, user): &(String, String),
    parts: &Parts,
    id: CorrelationId,
) -> Result<Response, ApiError> {
    let mut store = shared.store();
    let grant = checks::access(&mut store, &parts.headers, environment)?;
    let user = checks::user(&store, user, grant)?;
    let mut with_policy = false;
    let (operation, write): (_, Option<Write>) = match parts.method {
        Method::GET => {
            checks::may_read(grant)?;
            with_policy = Query::of(&parts.uri).expands(&["passwordPolicy"])?;
            (Operation::Read, None)
        }
        Method::POST => {
            checks::media_type(&parts.headers, UNLOCK, &NOT_EMULATED)?;
            checks::may_write(grant)?;
            (Operation::Unlock, Some(Store::unlock_password))
        }
        _ => return Err(ApiError::method_not_allowed("GET, POST")),
    };
    let request = Valid { operation, user, grant, parts, id };
    Ok(perform(shared, &mut store, &request, write, |store| {
        let state = store.users().get(&user);
        state.map(|state| responses::password_state(&shared.api_url, user, state, with_policy)).unwrap_or_default()
    }))
}
