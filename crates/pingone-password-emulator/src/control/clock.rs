//! The environment's clock.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::response::{Body, ControlError};
use crate::{state::Shared, store::Store};

#[derive(Serialize)]
pub(super) struct ClockBody {
    now: DateTime<Utc>,
    ahead_seconds: u64,
}

fn body(store: &Store) -> Json<ClockBody> {
    Json(ClockBody { now: store.clock.utc(), ahead_seconds: store.clock.ahead().as_secs() })
}

pub(super) async fn read(State(shared): State<Arc<Shared>>) -> Json<ClockBody> {
    body(&shared.store())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    advance_seconds: u64,
}

pub(super) async fn advance(
    State(shared): State<Arc<Shared>>,
    Body(Advance { advance_seconds }): Body<Advance>,
) -> Result<Json<ClockBody>, ControlError> {
    let mut store = shared.store();
    if store.advance_clock(Duration::from_secs(advance_seconds)) {
        Ok(body(&store))
    } else {
        Err(ControlError::bad_request("the clock can be at most a century ahead"))
    }
}
