//! Every request and every model of the generated client, without naming them.

use std::future::Future;
use std::pin::Pin;

use recorder::Request as Recorded;
use serde_json::Value;

use crate::client::samples::{self, Model};
use crate::client::{Inspect, Request, operations};

/// Sends a request, and ignores its result.
pub(crate) trait Sender {
    fn send<R: Request>(&self, request: R) -> impl Future<Output = ()> + use<Self, R>;
}

/// A sample request, what it sends according to the document, and how to send it.
pub(crate) struct Sample {
    pub(crate) operation: &'static operations::Operation,
    pub(crate) wire: &'static str,
    pub(crate) sending: Pin<Box<dyn Future<Output = ()>>>,
}

/// Returns a sample of every request.
pub(crate) fn requests<S: Sender + 'static>(sender: S) -> serde_json::Result<Vec<Sample>> {
    struct All<S>(S, Vec<Sample>);
    impl<S: Sender + 'static> samples::Requests for All<S> {
        fn request<R: Request>(&mut self, request: R, wire: &'static str) {
            let sending = Box::pin(self.0.send(request));
            self.1.push(Sample { operation: R::OPERATION, wire, sending });
        }
    }
    let mut all = All(sender, Vec::new());
    samples::requests(&mut all)?;
    Ok(all.1)
}

/// Writes a request in the form that the samples have: only with the headers that its document declares.
pub(crate) fn wire(request: &Recorded, path_of_api: &str, expected: &str) -> String {
    let declared: Vec<&str> = expected
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split(':').next())
        .collect();
    let headers = request.headers.iter().filter(|(name, _)| declared.contains(&name.as_str()));
    let mut headers: Vec<String> = headers.map(|(name, value)| format!("{name}: {value}")).collect();
    headers.sort();
    let target = request.target.strip_prefix(path_of_api).unwrap_or(&request.target);
    let body = if request.body.is_empty() {
        String::new()
    } else {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        format!("\n{body}")
    };
    let query_in_order = |target: &str| match target.split_once('?') {
        Some((path, query)) => {
            let mut query: Vec<&str> = query.split('&').collect();
            query.sort_unstable();
            format!("{path}?{}", query.join("&"))
        }
        None => target.to_owned(),
    };
    let target = if query_in_order(target) == query_in_order(&target_of(expected)) {
        target_of(expected)
    } else {
        target.to_owned()
    };
    format!("{} {target}\n{}\n{body}", request.method, headers.join("\n"))
}

fn target_of(wire: &str) -> String {
    wire.lines().next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned()
}

/// Decodes a value to the model of this name, and encodes it again.
pub(crate) fn round_trip(name: &str, value: &Value) -> serde_json::Result<Value> {
    struct RoundTrip<'a>(&'a str, &'a Value, Option<serde_json::Result<Value>>);
    impl samples::Models for RoundTrip<'_> {
        fn model<T: Model>(&mut self, name: &'static str) {
            if name == self.0 {
                self.2 = Some(serde_json::from_value::<T>(self.1.clone()).and_then(serde_json::to_value));
            }
        }
    }
    let mut round_trip = RoundTrip(name, value, None);
    samples::models(&mut round_trip);
    round_trip.2.unwrap_or_else(|| panic!("no model is named {name}"))
}

/// Decodes a value to the model of this name, and looks into it.
pub(crate) fn inspect(name: &str, value: &Value, look: &mut dyn FnMut(&dyn Inspect)) -> serde_json::Result<()> {
    struct Inspected<'a>(&'a str, &'a Value, &'a mut dyn FnMut(&dyn Inspect), serde_json::Result<()>);
    impl samples::Models for Inspected<'_> {
        fn model<T: Model>(&mut self, name: &'static str) {
            if name == self.0 {
                self.3 = serde_json::from_value::<T>(self.1.clone()).map(|model| (self.2)(&model));
            }
        }
    }
    let mut inspected = Inspected(name, value, look, Ok(()));
    samples::models(&mut inspected);
    inspected.3
}
