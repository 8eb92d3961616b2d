//! The users: listed, added, changed, removed.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderName, StatusCode},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::response::{Body, ControlError, uuid};
use crate::{
    state::Shared,
    store::{AccountLock, InvalidUser, NewUser, Status, Store, User, present},
};

/// The number of users that the filter takes, whatever the page.
const TOTAL: HeaderName = HeaderName::from_static("x-emulator-total");

/// A user as the control API shows it.
#[derive(Serialize)]
pub(super) struct UserBody {
    id: Uuid,
    username: String,
    email: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    population_id: Uuid,
    enabled: bool,
    status: Status,
    seconds_until_unlock: Option<u64>,
    account_locked: bool,
    password_unlocks: usize,
    account_unlocks: usize,
}

impl UserBody {
    fn new(id: Uuid, user: &User, now: DateTime<Utc>) -> Self {
        let is_locked_out = user.status == Status::PasswordLockedOut;
        Self {
            id,
            username: user.username.clone(),
            email: user.email.clone(),
            given_name: user.given_name.clone(),
            family_name: user.family_name.clone(),
            population_id: user.population,
            enabled: user.enabled,
            status: user.status,
            seconds_until_unlock: user.seconds_until_unlock.filter(|_| is_locked_out),
            account_locked: user.current_account_lock(now).is_some(),
            password_unlocks: user.password_unlocks,
            account_unlocks: user.account_unlocks,
        }
    }
}

/// The users to show: those to which every property applies, and a page of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    status: Option<Status>,
    /// A part of the username, the email address, a name or the ID, whatever its case.
    search: Option<String>,
    limit: Option<usize>,
    #[serde(default)]
    offset: usize,
}

pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Result<([(HeaderName, String); 1], Json<Vec<UserBody>>), ControlError> {
    let Query(filter) = filter.map_err(|error| ControlError::bad_request(error.body_text()))?;
    let search = filter.search.unwrap_or_default().to_lowercase();
    let store = shared.store();
    let now = store.clock.utc();
    let is_found = |id: &Uuid, user: &User| {
        let texts =
            [Some(id.to_string()), Some(user.username.to_lowercase()), user.email.as_ref().map(|e| e.to_lowercase())];
        search.is_empty() || texts.into_iter().flatten().any(|text| text.to_lowercase().contains(&search))
    };
    let users = store.users().iter();
    let users =
        users.filter(|(id, user)| filter.status.is_none_or(|status| status == user.status) && is_found(id, user));
    let mut total = 0;
    let users = users.inspect(|_| total += 1).skip(filter.offset);
    let limit = filter.limit.unwrap_or(usize::MAX);
    let mut shown = Vec::new();
    for (id, user) in users {
        if shown.len() < limit {
            shown.push(UserBody::new(*id, user, now));
        }
    }
    Ok(([(TOTAL, total.to_string())], Json(shown)))
}

pub(super) async fn read(
    State(shared): State<Arc<Shared>>,
    Path(user): Path<String>,
) -> Result<Json<UserBody>, ControlError> {
    body(&shared.store(), uuid(&user, "user ID")?)
}

pub(super) async fn add(
    State(shared): State<Arc<Shared>>,
    Body(user): Body<NewUser>,
) -> Result<(StatusCode, Json<UserBody>), ControlError> {
    let mut store = shared.store();
    let id = store.add_user(user).map_err(|error| match error {
        InvalidUser::Taken(_) => ControlError::new(StatusCode::CONFLICT, error),
        _ => ControlError::bad_request(error),
    })?;
    Ok((StatusCode::CREATED, body(&store, id)?))
}

/// The properties of a user to change; what is absent stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    status: Option<Status>,
    enabled: Option<bool>,
    account_locked: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    #[expect(clippy::option_option, reason = "absent, null and a number are three different wishes")]
    seconds_until_unlock: Option<Option<u64>>,
}

/// Changes a user without an event.
pub(super) async fn change(
    State(shared): State<Arc<Shared>>,
    Path(user): Path<String>,
    Body(change): Body<Change>,
) -> Result<Json<UserBody>, ControlError> {
    let id = uuid(&user, "user ID")?;
    let mut store = shared.store();
    let now = store.clock.utc();
    let user = store.user_mut(id).ok_or_else(no_user)?;
    user.status = change.status.unwrap_or(user.status);
    if let Some(locked) = change.account_locked {
        user.account_lock = locked.then(|| AccountLock::new(now, None));
    }
    user.enabled = change.enabled.unwrap_or(user.enabled);
    user.seconds_until_unlock = change.seconds_until_unlock.unwrap_or(user.seconds_until_unlock);
    body(&store, id)
}

pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    Path(user): Path<String>,
) -> Result<StatusCode, ControlError> {
    let removed = shared.store().remove_user(uuid(&user, "user ID")?);
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(no_user()) }
}

fn body(store: &Store, id: Uuid) -> Result<Json<UserBody>, ControlError> {
    store.users().get(&id).map(|user| Json(UserBody::new(id, user, store.clock.utc()))).ok_or_else(no_user)
}

fn no_user() -> ControlError {
    ControlError::not_found("no user has this ID")
}
