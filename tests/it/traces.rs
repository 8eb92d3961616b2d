//! Tracing: a span for each call, with a span for each of its requests.

use pingone_password::RetryPolicy;
use pingone_password_emulator::{Emulator, Fault, Status};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, filter};

use crate::secrets::Log;
use crate::{Result, snapshot};

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
                .replace("{otel.kind", "{\n      otel.kind")
                .replace(" otel.name", "\n      otel.name"),
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
