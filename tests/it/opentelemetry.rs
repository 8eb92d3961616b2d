//! The spans of a call as OpenTelemetry exports them: names, kinds, statuses, parents, and the types of attributes.

use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::trace::{SpanKind, Status as SpanStatus, TracerProvider};
use opentelemetry::{SpanId, Value};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use pingone_password::RetryPolicy;
use pingone_password_emulator::{Emulator, Fault, Status};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};

use crate::{Result, faults};

const PATH: &str = "/environments/{environmentId}/users/{userId}/password";

/// Keeps what it exports.
#[derive(Clone, Debug, Default)]
struct Exported(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Exported {
    async fn export(&self, mut spans: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).append(&mut spans);
        Ok(())
    }
}

impl Exported {
    fn take(&self) -> Vec<SpanData> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn attribute<'a>(span: &'a SpanData, key: &str) -> Option<&'a Value> {
    span.attributes.iter().find(|attribute| attribute.key.as_str() == key).map(|attribute| &attribute.value)
}

fn is_error(span: &SpanData) -> bool {
    matches!(span.status, SpanStatus::Error { .. })
}

#[tokio::test]
async fn calls_and_requests_are_exported_by_the_conventions_for_http_clients() -> Result {
    let exported = Exported::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exported.clone()).build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("test"))
        .with_filter(Targets::new().with_target("pingone_password", tracing::Level::DEBUG));
    let _listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut).into();
    let client = faults::client(&emulator, RetryPolicy::default()).0.build()?;

    emulator.inject([Fault::ResetBefore]);
    client.unlock_password(user).await?;
    let spans = exported.take();
    let [lost, check, retry, call] = &*spans else { panic!("{spans:#?}") };
    assert_eq!((call.name.as_ref(), call.parent_span_id), ("unlockPassword", SpanId::INVALID));
    assert_eq!(call.status, SpanStatus::Unset);
    let events: Vec<_> = call.events.iter().map(|event| event.name.as_ref()).collect();
    assert_eq!(events, ["retrying after a delay", "checking the state", "the operation was not applied"]);
    for (request, method, status, resend_count) in
        [(lost, "POST", None, None), (check, "GET", Some(200), None), (retry, "POST", Some(200), Some(1))]
    {
        assert_eq!((request.name.as_ref(), &request.span_kind), (&*format!("{method} {PATH}"), &SpanKind::Client));
        assert_eq!(request.parent_span_id, call.span_context.span_id());
        assert_eq!(request.span_context.trace_id(), call.span_context.trace_id());
        for (key, value) in [
            ("http.request.method", Some(Value::from(method))),
            ("url.template", Some(Value::from(PATH))),
            ("server.address", Some(Value::from("127.0.0.1"))),
            ("server.port", Some(Value::I64(emulator.address().port().into()))),
            ("http.response.status_code", status.map(Value::I64)),
            ("http.request.resend_count", resend_count.map(Value::I64)),
            ("error.type", status.is_none().then(|| Value::from("interrupted"))),
            ("url.full", None),
        ] {
            assert_eq!(attribute(request, key), value.as_ref(), "{key} of {}", request.name);
        }
        assert_eq!(is_error(request), status.is_none(), "{:?}", request.status);
    }

    emulator.inject([Fault::BadGateway]);
    let once = faults::client(&emulator, RetryPolicy::none()).0.build()?;
    once.unlock_password(user).await.unwrap_err();
    let spans = exported.take();
    let [request, call] = &*spans else { panic!("{spans:#?}") };
    assert!(is_error(request) && is_error(call));
    assert_eq!(attribute(request, "http.response.status_code"), Some(&Value::I64(502)));
    assert_eq!(attribute(request, "error.type"), Some(&Value::from("502")));
    assert_eq!(attribute(call, "pingone.outcome"), Some(&Value::from("Unknown")));
    Ok(())
}
