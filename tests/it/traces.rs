//! Tracing: a span for each call, with a span for each of its requests, and events for what a call does on its own.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use pingone_password::{ClientCredentials, RetryPolicy};
use pingone_password_emulator::{Emulator, Fault, Status};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::{Layer, filter};

use crate::secrets::Log;
use crate::{Result, faults, snapshot};

#[tokio::test]
async fn spans_of_calls_and_requests() -> Result {
    let log = Log::default();
    let layer = tracing_subscriber::fmt::layer()
        .without_time()
        .with_ansi(false)
        .with_level(true)
        .with_target(false)
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(log.clone())
        .with_filter(filter::filter_fn(|metadata| metadata.target().starts_with("pingone_password")));
    let _listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));

    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut).into();
    let (client, _) = crate::faults::client(&emulator, RetryPolicy::default());
    let client = client.external_transaction_id("incident-4711/run.1".parse()?).external_session_id("on-call".parse()?);
    let client = client.build()?;
    client.read_password_state(user).await?;
    emulator.inject([Fault::ResetBefore]);
    client.unlock_password(user).await?;
    emulator.inject([
        Fault::NoHeaders,
        Fault::BadGatewayAfter,
        Fault::BadGateway,
        Fault::BadGateway,
        Fault::BadGateway,
    ]);
    client.read_password_state(user).await?;
    client.unlock_password(user).await.unwrap_err();

    let port = emulator.address().port().to_string();
    let mut text = String::new();
    for line in log.text().lines() {
        let Some((span, _)) = line.split_once(": close") else { continue };
        // The line of a request comes before that of its call.
        let span = match span.split_once(":http.client.request") {
            Some((_, request)) => format!("  http.client.request{request}"),
            None => span.trim_start_matches(" INFO ").to_owned() + "\n",
        };
        text.push_str(
            &span
                .replace(&port, "[port]")
                .replace("client.request{otel.name", "client.request{\n      otel.name")
                .replace(" server.address", "\n      server.address"),
        );
        text.push('\n');
    }
    let text = correlation_ids_hidden(&text);
    snapshot("traces", text);
    Ok(())
}

fn correlation_ids_hidden(text: &str) -> String {
    let name = "pingone.correlation_id=";
    let mut parts = text.split(name);
    let mut hidden = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        hidden.push_str(name);
        hidden.push_str("[id]");
        hidden.push_str(part.trim_start_matches(|c: char| c == '"' || c == '-' || c.is_ascii_hexdigit()));
    }
    hidden
}

/// The level and the message of each event of the crate.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Events {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        struct Message(String);
        impl Visit for Message {
            fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
                if field.name() == "message" {
                    self.0 = format!("{value:?}");
                }
            }
        }
        let mut message = Message(String::new());
        event.record(&mut message);
        if event.metadata().target().starts_with("pingone_password::") {
            let line = format!("{} {}", event.metadata().level(), message.0);
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    }
}

impl Events {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[tokio::test]
async fn events_tell_of_all_that_a_call_does_on_its_own() -> Result {
    let events = Events::default();
    let _listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(events.clone()));
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut).into();
    let worker = ClientCredentials::new(emulator.client_id(), emulator.client_secret()).auth_url(emulator.auth_url());
    let client = faults::client(&emulator, RetryPolicy::default()).0.client_credentials(worker).build()?;
    client.read_password_state(user).await?;
    assert_eq!(events.take(), ["DEBUG requesting an access token", "DEBUG received an access token"]);

    client.read_password_state(user).await?;
    assert_eq!(events.take(), [""; 0], "a call without trouble is silent");

    emulator.inject([Fault::ResetAfter]);
    client.unlock_password(user).await?;
    let settled = ["DEBUG retrying after a delay", "DEBUG checking the state", "DEBUG the operation was applied"];
    assert_eq!(events.take(), settled);

    emulator.inject([Fault::RateLimited]);
    client.read_password_state(user).await?;
    assert_eq!(events.take(), ["DEBUG the server asks for fewer requests", "DEBUG retrying after a delay"]);

    emulator.inject([Fault::BadGateway]);
    let once = faults::client(&emulator, RetryPolicy::none()).0.build()?;
    once.unlock_password(user).await.unwrap_err();
    assert_eq!(events.take(), ["WARN outcome unknown: the operation may have been applied"]);

    once.unlock_password(crate::user_id()).await.unwrap_err();
    assert_eq!(events.take(), ["DEBUG call failed"]);
    Ok(())
}

#[tokio::test]
async fn a_dropped_call_is_marked_as_cancelled() -> Result {
    let (log, events) = (Log::default(), Events::default());
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(log.clone())
        .with_filter(filter::filter_fn(|metadata| {
            metadata.is_span() && metadata.target().starts_with("pingone_password")
        }));
    let _listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer).with(events.clone()));
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let client = crate::builder(format!("http://{}", server.local_addr()?)).build()?;
    for (is_write, expected) in
        [(true, "WARN call cancelled: the operation may have been applied"), (false, "DEBUG call cancelled")]
    {
        let call = async {
            if is_write {
                client.unlock_password(crate::user_id()).await.map(drop)
            } else {
                client.read_password_state(crate::user_id()).await.map(drop)
            }
        };
        // Connected, and never responds.
        tokio::select! {
            result = call => panic!("{result:?}"),
            connection = server.accept() => drop(connection?),
        }
        assert_eq!(events.take(), [expected]);
    }
    let spans = log.text();
    let cancelled = |line: &str| line.contains("error.type=\"cancelled\" otel.status_code=\"ERROR\"");
    assert!(spans.lines().count() == 4 && spans.lines().all(cancelled), "{spans}");
    Ok(())
}
