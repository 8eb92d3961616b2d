//! The layer that records requests in the journal and adds the latency.

use std::sync::Arc;

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{FromRequest, Request, State},
    middleware::Next,
    response::Response,
};
use tokio::time::sleep;

use super::{near_miss, outcome::Outcome};
use crate::{
    journal::Arrival,
    responses::{ApiError, CorrelationId},
    state::Shared,
};

pub(super) async fn record(
    State(shared): State<Arc<Shared>>,
    Extension(correlation_id): Extension<CorrelationId>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await;

    let reading = near_miss::read(&parts, body.as_ref().ok());
    let near_miss = reading.header_value();
    let number = shared.journal.as_ref().map(|_| shared.store().clock.utc()).and_then(|at| {
        let CorrelationId(correlation_id) = correlation_id;
        let arrival = Arrival { at, correlation_id, operation: reading.operation, near_miss: reading.near_miss };
        Some(shared.journal()?.record(&parts, body.as_ref().ok(), arrival))
    });
    if let Some(latency) = shared.latency {
        sleep(latency).await;
    }
    let mut response = match body {
        Ok(body) => next.run(Request::from_parts(parts, Body::from(body))).await,
        Err(rejection) => ApiError::unreadable_body(rejection.status()).into_response(correlation_id),
    };
    if let Some(number) = number
        && let Some(mut journal) = shared.journal()
    {
        let outcome = response.extensions().get::<Outcome>().cloned().unwrap_or_default();
        journal.complete(number, outcome.completion(response.status().as_u16()));
    }
    if let Some(near_miss) = near_miss {
        response.headers_mut().insert(near_miss::HEADER, near_miss);
    }
    response
}
