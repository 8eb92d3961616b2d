//! The settings that a client needs.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    state::Shared,
    store::{ENVIRONMENT_ID, POPULATION_IDS},
};

#[derive(Serialize)]
pub(super) struct Settings {
    api_url: String,
    auth_url: String,
    environment_id: Uuid,
    worker_environment_id: Uuid,
    client_id: String,
    client_secret: String,
    access_token: String,
    population_ids: [Uuid; 2],
    recording: bool,
}

pub(super) async fn read(State(shared): State<Arc<Shared>>) -> Json<Settings> {
    Json(Settings {
        api_url: shared.api_url.clone(),
        auth_url: shared.api_url.trim_end_matches("/v1").to_owned(),
        environment_id: ENVIRONMENT_ID,
        worker_environment_id: shared.worker_environment,
        client_id: shared.client_id.clone(),
        client_secret: shared.client_secret.clone(),
        access_token: shared.start.access_token.clone(),
        population_ids: POPULATION_IDS,
        recording: shared.journal.is_some(),
    })
}
