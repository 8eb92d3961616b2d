//! `-v` and `-vv`: a line on standard error for each request, from the library's tracing spans.

use std::fmt::{Debug, Write};
use std::time::Instant;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

use crate::terminal::{note, plain};

/// The target of the library's spans and events.
const LIBRARY: &str = "pingone_password";
/// The span of a request.
const REQUEST: &str = "http.client.request";

/// Starts the log. 1 logs requests, 2 also the users and the library's events.
pub(super) fn start(verbosity: u8) {
    if verbosity == 0 {
        return;
    }
    let level = if verbosity > 1 { LevelFilter::DEBUG } else { LevelFilter::INFO };
    let filter = Targets::new().with_target(LIBRARY, level);
    let log = RequestLog { is_detailed: verbosity > 1 }.with_filter(filter);
    // Fails only if there is a subscriber already.
    _ = Registry::default().with(log).try_init();
}

struct RequestLog {
    is_detailed: bool,
}

/// The fields of a span that are logged. No other field is: none can contain a secret.
#[derive(Default)]
struct Fields {
    method: String,
    template: String,
    status: String,
    error: String,
    correlation_id: String,
    resend_count: u64,
    user_id: String,
}

struct Started(Instant);

impl Fields {
    fn set(&mut self, field: &Field, value: String) {
        match field.name() {
            "http.request.method" => self.method = value,
            "url.template" => self.template = value,
            "http.response.status_code" => self.status = value,
            "error.type" => self.error = value,
            "pingone.correlation_id" => self.correlation_id = value,
            "pingone.user_id" => self.user_id = value,
            "http.request.resend_count" => self.resend_count = value.parse().unwrap_or_default(),
            _ => {}
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.set(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value.to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for RequestLog {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(fields);
        span.extensions_mut().insert(Started(Instant::now()));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id).filter(|span| span.name() == REQUEST) else { return };
        let extensions = span.extensions();
        let (Some(fields), Some(Started(start))) = (extensions.get::<Fields>(), extensions.get::<Started>()) else {
            return;
        };
        let Fields { method, template, status, error, correlation_id, resend_count, .. } = fields;
        let result = if status.is_empty() { if error.is_empty() { "cancelled" } else { error } } else { status };
        let mut line = format!("{method} {template} {result} {} ms", start.elapsed().as_millis());
        // Writing to a string never fails.
        if !correlation_id.is_empty() {
            _ = write!(line, ", correlation ID {}", plain(correlation_id));
        }
        _ = write!(line, ", attempt {}", resend_count + 1);
        let parent = span.parent();
        let parent_extensions = parent.as_ref().map(|span| span.extensions());
        let user =
            parent_extensions.as_ref().and_then(|extensions| extensions.get::<Fields>()).map(|call| &call.user_id);
        if let (true, Some(user)) = (self.is_detailed, user.filter(|user| !user.is_empty())) {
            _ = write!(line, ", user {user}");
        }
        note(line);
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if self.is_detailed && *event.metadata().level() <= Level::DEBUG {
            let mut message = Message::default();
            event.record(&mut message);
            note(format!("{}{}", message.text, message.fields));
        }
    }
}

/// The message and the fields of an event.
#[derive(Default)]
struct Message {
    text: String,
    fields: String,
}

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let value = plain(&format!("{value:?}"));
        if field.name() == "message" {
            self.text = value;
        } else {
            // Writing to a string never fails.
            _ = write!(self.fields, ", {} {value}", field.name());
        }
    }
}
