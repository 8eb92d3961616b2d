//! The events that the environment emitted.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderName,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    requests::DROPPED,
    response::{ControlError, uuid},
};
use crate::{state::Shared, store::Event};

/// An event as the control API shows it.
#[derive(Serialize)]
pub(super) struct EventBody {
    #[serde(rename = "type")]
    kind: &'static str,
    user_id: Uuid,
    actor: String,
    actor_id: Uuid,
    at: DateTime<Utc>,
    correlation_id: Uuid,
    transaction_id: Option<String>,
}

impl From<&Event> for EventBody {
    fn from(event: &Event) -> Self {
        Self {
            kind: event.kind.as_str(),
            user_id: event.user,
            actor: event.actor.to_string(),
            actor_id: event.actor.id(),
            at: event.at,
            correlation_id: event.correlation_id,
            transaction_id: event.transaction_id.clone(),
        }
    }
}

/// The events to show: those to which every property applies.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    #[serde(rename = "type")]
    kind: Option<String>,
    user_id: Option<String>,
    transaction_id: Option<String>,
    /// Only the latest ones.
    limit: Option<usize>,
}

pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Result<([(HeaderName, String); 1], Json<Vec<EventBody>>), ControlError> {
    let Query(filter) = filter.map_err(|error| ControlError::bad_request(error.body_text()))?;
    let user = filter.user_id.as_deref().map(|id| uuid(id, "user ID")).transpose()?;
    let is_wanted = |event: &&Event| {
        filter.kind.as_ref().is_none_or(|kind| *kind == event.kind.as_str())
            && user.is_none_or(|user| user == event.user)
            && filter.transaction_id.as_ref().is_none_or(|id| Some(id) == event.transaction_id.as_ref())
    };
    let store = shared.store();
    let taken = store.events.iter().rev().filter(is_wanted).take(filter.limit.unwrap_or(usize::MAX));
    let mut taken: Vec<_> = taken.map(EventBody::from).collect();
    taken.reverse();
    Ok(([(DROPPED, store.events.dropped().to_string())], Json(taken)))
}
