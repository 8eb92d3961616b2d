//! Exports the spans of a call: an unlock whose response is lost, the check of the state, and the requests of both.
//!
//! To standard output. For a collector, replace the exporter by the one of the crate `opentelemetry-otlp`. Runs against the
//! emulator, so it needs no account: `cargo run -p pingone-password --example opentelemetry`

use std::error::Error;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use pingone_password::Client;
use pingone_password_emulator::{Emulator, Fault, Status};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let provider = SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_service_name("help-desk").build())
        .with_simple_exporter(opentelemetry_stdout::SpanExporter::default())
        .build();
    // Spans are at `INFO`. At `DEBUG`, they also have an event for each retry and state check.
    let client = Targets::new().with_target("pingone_password", LevelFilter::DEBUG);
    let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("help-desk")).with_filter(client);
    tracing_subscriber::registry().with(spans).init();

    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut).into();
    let client = Client::builder(emulator.environment_id().into())
        .base_url(emulator.api_url())
        .access_token(emulator.access_token())
        .build()?;

    emulator.inject([Fault::ResetAfter]);
    client.unlock_password(user).await?;

    provider.shutdown()?;
    Ok(())
}
