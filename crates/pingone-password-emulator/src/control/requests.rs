//! The journal: the requests that arrived, with filters for assertions.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderName, StatusCode},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::response::{ControlError, uuid};
use crate::{
    journal::{Journal, RecordedRequest},
    state::Shared,
};

/// The number of older requests that the journal has dropped.
pub(super) const DROPPED: HeaderName = HeaderName::from_static("x-emulator-dropped");

/// A request as the control API shows it.
#[derive(Serialize)]
pub(super) struct RequestBody {
    number: u64,
    at: DateTime<Utc>,
    correlation_id: Uuid,
    method: String,
    path: String,
    query: Option<String>,
    headers: BTreeMap<String, Vec<String>>,
    body: String,
    status: Option<u16>,
    operation: Option<&'static str>,
    near_miss: Option<String>,
    fault: Option<&'static str>,
    applied: bool,
}

impl From<&RecordedRequest> for RequestBody {
    fn from(request: &RecordedRequest) -> Self {
        let mut headers = BTreeMap::<_, Vec<_>>::new();
        for (name, value) in &request.headers {
            headers.entry(name.clone()).or_default().push(String::from_utf8_lossy(value).into_owned());
        }
        let fault = request.fault.map(crate::Fault::as_str);
        Self {
            number: request.number,
            at: request.at,
            correlation_id: request.correlation_id,
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers,
            body: String::from_utf8_lossy(&request.body).into_owned(),
            status: request.status,
            operation: request.operation.map(crate::Operation::as_str),
            near_miss: request.near_miss.clone(),
            fault: fault.or(request.token_fault.map(crate::TokenFault::as_str)),
            applied: request.applied,
        }
    }
}

/// The requests to show: those to which every property applies.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    method: Option<String>,
    path: Option<String>,
    /// The user in the path.
    user_id: Option<String>,
    status: Option<u16>,
    operation: Option<String>,
    /// The only `Content-Type`, as sent.
    content_type: Option<String>,
    correlation_id: Option<String>,
    applied: Option<bool>,
    /// Whether there is a near miss.
    near_miss: Option<bool>,
    /// Only requests after the one with this number.
    after: Option<u64>,
    /// Only the latest ones.
    limit: Option<usize>,
}

impl Filter {
    /// Returns the requests that this filter takes, in the order of arrival.
    fn apply<'a>(&self, journal: &'a Journal) -> Result<Vec<&'a RecordedRequest>, ControlError> {
        let user = self.user_id.as_deref().map(|id| uuid(id, "user ID")).transpose()?;
        let correlation_id = self.correlation_id.as_deref().map(|id| uuid(id, "correlation ID")).transpose()?;
        let known = |name: &String| crate::Operation::ALL.iter().any(|operation| operation.as_str() == name);
        if let Some(unknown) = self.operation.as_ref().filter(|name| !known(name)) {
            return Err(unknown_operation(unknown));
        }
        let is_wanted = |request: &&RecordedRequest| {
            let content_types = || request.header("content-type");
            self.method.as_ref().is_none_or(|method| *method == request.method)
                && self.path.as_ref().is_none_or(|path| *path == request.path)
                && user.is_none_or(|user| request.path.split('/').any(|part| Uuid::try_parse(part) == Ok(user)))
                && self.status.is_none_or(|status| request.status == Some(status))
                && self.operation.as_ref().is_none_or(|name| request.operation.is_some_and(|o| o.as_str() == name))
                && self.content_type.as_ref().is_none_or(|given| content_types() == [given.as_str()])
                && correlation_id.is_none_or(|id| id == request.correlation_id)
                && self.applied.is_none_or(|applied| applied == request.applied)
                && self.near_miss.is_none_or(|near_miss| near_miss == request.near_miss.is_some())
                && self.after.is_none_or(|after| request.number > after)
        };
        let taken = journal.requests().rev().filter(is_wanted).take(self.limit.unwrap_or(usize::MAX));
        let mut taken: Vec<_> = taken.collect();
        taken.reverse();
        Ok(taken)
    }
}

pub(super) fn unknown_operation(name: &str) -> ControlError {
    let known: Vec<_> = crate::Operation::ALL.iter().map(|operation| operation.as_str()).collect();
    ControlError::bad_request(format_args!("{name:?} is not an operation; expected one of {}", known.join(" ")))
}

type Filtered = Result<Query<Filter>, QueryRejection>;

pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    filter: Filtered,
) -> Result<([(HeaderName, String); 1], Json<Vec<RequestBody>>), ControlError> {
    let Query(filter) = filter.map_err(|error| ControlError::bad_request(error.body_text()))?;
    let empty = Journal::new(1);
    let journal = shared.journal();
    let journal = journal.as_deref().unwrap_or(&empty);
    let requests = filter.apply(journal)?.into_iter().map(RequestBody::from).collect();
    Ok(([(DROPPED, journal.dropped().to_string())], Json(requests)))
}

pub(super) async fn count(State(shared): State<Arc<Shared>>, filter: Filtered) -> Result<Json<Value>, ControlError> {
    let Query(filter) = filter.map_err(|error| ControlError::bad_request(error.body_text()))?;
    let empty = Journal::new(1);
    let journal = shared.journal();
    let journal = journal.as_deref().unwrap_or(&empty);
    Ok(Json(json!({ "count": filter.apply(journal)?.len(), "dropped": journal.dropped() })))
}

pub(super) async fn clear(State(shared): State<Arc<Shared>>) -> StatusCode {
    if let Some(mut journal) = shared.journal() {
        journal.clear();
    }
    StatusCode::NO_CONTENT
}
