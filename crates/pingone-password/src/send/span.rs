//! The span of a call, and what it says in the end.

use std::future::poll_fn;
use std::pin::Pin;

use tracing::Span;
use tracing::field::{Empty, debug, display};

use super::Sender;
use crate::call::Call;
use crate::error::{Error, Outcome, Result};

/// Runs a call in a span of its own, the parent of the spans of its requests.
///
/// The caller pins the call, so that it isn't moved through every layer.
pub(super) async fn in_span<T>(
    sender: &Sender,
    call: &Call,
    mut sending: Pin<&mut impl Future<Output = Result<T>>>,
) -> Result<T> {
    let span = tracing::info_span!(
        "pingone.call",
        otel.name = %call.operation,
        pingone.operation = %call.operation,
        pingone.user_id = call.user_id.map(display),
        pingone.external_transaction_id = sender.correlation.transaction_id.as_ref().map(display),
        pingone.external_session_id = sender.correlation.session_id.as_ref().map(display),
        pingone.outcome = Empty,
        error.type = Empty,
        otel.status_code = Empty,
    );
    let mut ending = Ending { call, span: &span, is_over: false };
    let result = if span.is_disabled() {
        sending.await
    } else {
        // As `Instrument` does it, but the span isn't entered once more to drop the future.
        poll_fn(|context| span.in_scope(|| sending.as_mut().poll(context))).await
    };
    ending.is_over = true;
    if let Err(error) = &result {
        ending.failed(error);
    }
    result
}

/// Marks the span of a call that fails, or whose future is dropped before the call has ended.
struct Ending<'a> {
    call: &'a Call,
    span: &'a Span,
    is_over: bool,
}

impl Ending<'_> {
    fn failed(&self, error: &Error) {
        let outcome = error.outcome();
        tracing::record_all!(
            self.span,
            pingone.outcome = ?outcome,
            error.type = ?error.kind(),
            otel.status_code = "ERROR",
        );
        self.span.in_scope(|| match outcome {
            Outcome::Unknown => {
                tracing::warn!(%error, "outcome unknown: the operation may have been applied");
            }
            Outcome::NotApplied => tracing::debug!(%error, "call failed"),
        });
    }
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        self.span.record("error.type", "cancelled");
        self.span.record("otel.status_code", "ERROR");
        let Call { operation, user_id, is_write, .. } = self.call;
        self.span.in_scope(|| {
            if *is_write {
                self.span.record("pingone.outcome", debug(Outcome::Unknown));
                let user_id = user_id.map(display);
                tracing::warn!(%operation, user_id, "call cancelled: the operation may have been applied");
            } else {
                tracing::debug!(%operation, "call cancelled");
            }
        });
    }
}
