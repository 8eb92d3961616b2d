//! The access tokens: listed, issued, revoked.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use uuid::Uuid;

use super::response::{Body, ControlError, uuid};
use crate::{
    state::Shared,
    store::{AccessToken, Grant, Role},
};

/// An access token as the control API shows it.
#[derive(Serialize)]
pub(super) struct TokenBody {
    id: Uuid,
    access_token: String,
    role: Role,
    population_id: Option<Uuid>,
    actor: String,
    expires_in_seconds: Option<u64>,
}

impl TokenBody {
    fn new(secret: &str, token: &AccessToken, now: Instant) -> Self {
        Self {
            id: token.id,
            access_token: secret.to_owned(),
            role: token.grant.role,
            population_id: token.grant.population,
            actor: token.grant.actor.to_string(),
            expires_in_seconds: token.expiry.map(|expiry| expiry.duration_since(now).as_secs()),
        }
    }
}

pub(super) async fn list(State(shared): State<Arc<Shared>>) -> Json<Vec<TokenBody>> {
    let store = shared.store();
    let now = store.clock.now();
    let tokens = store.tokens.valid(now).into_iter();
    Json(tokens.map(|(secret, token)| TokenBody::new(secret, token, now)).collect())
}

/// An access token to issue.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    #[serde(default)]
    role: Role,
    population_id: Option<Uuid>,
    lifetime_seconds: Option<u64>,
}

pub(super) async fn issue(
    State(shared): State<Arc<Shared>>,
    Body(Wanted { role, population_id, lifetime_seconds }): Body<Wanted>,
) -> Result<(StatusCode, Json<TokenBody>), ControlError> {
    let mut store = shared.store();
    let now = store.clock.now();
    let grant = Grant { role, population: population_id, ..Grant::default() };
    let secret = store.tokens.issue(grant, lifetime_seconds.map(Duration::from_secs), now);
    let issued = store.tokens.valid(now).into_iter().find(|(other, _)| *other == secret);
    let issued = issued.ok_or_else(|| ControlError::bad_request("lifetime_seconds must be at least 1"))?;
    Ok((StatusCode::CREATED, Json(TokenBody::new(issued.0, issued.1, now))))
}

pub(super) async fn revoke(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
) -> Result<StatusCode, ControlError> {
    let revoked = shared.store().tokens.revoke(uuid(&token, "token ID")?);
    if revoked { Ok(StatusCode::NO_CONTENT) } else { Err(ControlError::not_found("no access token has this ID")) }
}

pub(super) async fn revoke_all(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.store().tokens.revoke_all();
    StatusCode::NO_CONTENT
}
