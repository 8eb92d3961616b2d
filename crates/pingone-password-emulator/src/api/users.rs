//! The operations on users: reading a page of them, reading one, unlocking an account.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{Method, request::Parts},
    response::Response,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    checks,
    media_types::{ACCOUNT_UNLOCK, NOT_EMULATED_ON_USERS},
    page::Page,
    perform::{Valid, Write, perform},
    query::Query,
};
use crate::{
    operation::Operation,
    responses::{self, ApiError, CorrelationId},
    state::Shared,
    store::Store,
};

pub(super) async fn users(
    State(shared): State<Arc<Shared>>,
    Extension(id): Extension<CorrelationId>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let environment = path.map_or_else(|_| String::new(), |Path(path)| path);
    let (parts, _) = request.into_parts();
    read_users(&shared, &environment, &parts, id).unwrap_or_else(|error| error.into_response(id))
}

fn read_users(shared: &Shared, environment: &str, parts: &Parts, id: CorrelationId) -> Result<Response, ApiError> {
    let mut store = shared.store();
    let grant = checks::access(&mut store, &parts.headers, environment)?;
    if parts.method != Method::GET {
        return Err(ApiError::method_not_allowed("GET"));
    }
    let page = Page::requested(shared, &Query::of(&parts.uri), grant)?;
    let request = Valid { operation: Operation::ReadUsers, user: Uuid::nil(), grant, parts, id };
    Ok(perform(shared, &mut store, &request, None, |store| page.of(shared, store)))
}

pub(super) async fn user(
    State(shared): State<Arc<Shared>>,
    Extension(id): Extension<CorrelationId>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let path = path.map_or_else(|_| Default::default(), |Path(path)| path);
    let (parts, _) = request.into_parts();
    one_user(&shared, &path, &parts, id).unwrap_or_else(|error| error.into_response(id))
}

fn one_user(
    shared: &Shared,
    (environment, user): &(String, String),
    parts: &Parts,
    id: CorrelationId,
) -> Result<Response, ApiError> {
    let mut store = shared.store();
    let grant = checks::access(&mut store, &parts.headers, environment)?;
    let user = checks::user(&store, user, grant)?;
    let mut with_population = false;
    let (operation, write): (_, Option<Write>) = match parts.method {
        Method::GET => {
            // The vendor's page has both spellings.
            with_population = Query::of(&parts.uri).expands(&["population", "populations"])?;
            (Operation::ReadUser, None)
        }
        Method::POST => {
            checks::media_type(&parts.headers, ACCOUNT_UNLOCK, &NOT_EMULATED_ON_USERS)?;
            checks::may_write(grant)?;
            (Operation::UnlockAccount, Some(Store::unlock_account))
        }
        _ => return Err(ApiError::method_not_allowed("GET, POST")),
    };
    let request = Valid { operation, user, grant, parts, id };
    Ok(perform(shared, &mut store, &request, write, |store| {
        let Some(state) = store.users().get(&user) else { return json!(null) };
        let mut resource = shared.user_format(store.clock.utc()).user(user, state);
        if with_population {
            resource["_embedded"]["population"] = responses::population(state.population);
        }
        resource
    }))
}
