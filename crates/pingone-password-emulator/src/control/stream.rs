//! Server-sent events: requests as they arrive and are completed, and a note when anything else has changed.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, StreamExt, stream};
use serde_json::json;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::requests::RequestBody;
use crate::state::Shared;

/// The time between two looks at what has changed. Only streams that somebody reads look.
const TICK: Duration = Duration::from_millis(100);
/// The number of requests in one go. Of more, only the latest are sent, and `skipped` says how many weren't.
const BATCH: usize = 200;

/// A reader's place.
struct Place {
    shared: Arc<Shared>,
    tick: Interval,
    requests: u64,
    store: u64,
}

/// Sends `request` with a request's JSON, `skipped` with a number, `changed` when users or events have changed, and `cleared` when
/// the journal was cleared.
pub(super) async fn stream(State(shared): State<Arc<Shared>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Starts with what is in the journal.
    let place = Place { shared, tick, requests: 0, store: u64::MAX };
    let batches = stream::unfold(place, |mut place| async move {
        place.tick.tick().await;
        let batch = place.advance();
        Some((stream::iter(batch.into_iter().map(Ok)), place))
    });
    Sse::new(batches.flatten()).keep_alive(KeepAlive::default())
}

impl Place {
    /// Returns what has changed since the last time.
    fn advance(&mut self) -> Vec<Event> {
        let mut batch = Vec::new();
        if let Some(journal) = self.shared.journal()
            && journal.revision() != self.requests
        {
            if journal.requests().next().is_none() {
                batch.push(Event::default().event("cleared").data("{}"));
            }
            let mut changed: Vec<_> = journal.changed_since(self.requests).rev().take(BATCH + 1).collect();
            if changed.len() > BATCH {
                changed.pop();
                let skipped = journal.changed_since(self.requests).count() - BATCH;
                batch.push(json_event("skipped", &json!({ "skipped": skipped })));
            }
            batch.extend(changed.into_iter().rev().map(|request| json_event("request", &RequestBody::from(request))));
            self.requests = journal.revision();
        }
        let revision = self.shared.store().revision();
        if revision != self.store {
            batch.push(json_event("changed", &json!({ "revision": revision })));
            self.store = revision;
        }
        batch
    }
}

fn json_event(name: &str, data: &impl serde::Serialize) -> Event {
    // JSON has no line break of its own, and none of these types fails to serialize.
    Event::default().event(name).data(serde_json::to_string(data).unwrap_or_default())
}
