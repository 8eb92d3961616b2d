//! What is asked for, for whom: it is in errors, and around the spans of the requests.

use std::borrow::Cow;
use std::pin::Pin;

use tracing::Instrument;
use tracing::field::Empty;

use crate::error::Result;
use crate::operations::{self, Operation};
use crate::retry::Repeat;
use crate::{UserId, VendorMediaType};

/// What was asked for, for whom.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) operation: Cow<'static, str>,
    /// The template of the path.
    pub(crate) path: &'static str,
    pub(crate) user_id: UserId,
    pub(crate) is_write: bool,
    /// After which failures the operation is sent again.
    pub(crate) repeat: Repeat,
}

impl Call {
    pub(crate) fn of(operation: &Operation, user_id: UserId) -> Self {
        let repeat = if operation.is_idempotent { Repeat::IfUnknown } else { Repeat::IfNotApplied };
        let is_write = operation.method != "GET";
        Self { operation: operation.id.into(), path: operation.path, user_id, is_write, repeat }
    }

    pub(crate) fn by_media_type(media_type: &VendorMediaType, user_id: UserId) -> Self {
        let (path, repeat) = (operations::READ_PASSWORD_STATE.path, Repeat::IfNotApplied);
        Self { operation: media_type.to_string().into(), path, user_id, is_write: true, repeat }
    }

    /// Makes a span of the whole call, around those of its requests.
    ///
    /// The call is pinned by its caller, so that it isn't moved through every layer.
    pub(crate) async fn observe<T>(&self, call: Pin<&mut impl Future<Output = Result<T>>>) -> Result<T> {
        let span = tracing::info_span!(
            "pingone.call",
            otel.name = %self.operation,
            pingone.operation = %self.operation,
            pingone.user_id = %self.user_id,
            pingone.outcome = Empty,
            error.type = Empty,
        );
        if span.is_disabled() {
            return call.await;
        }
        let result = call.instrument(span.clone()).await;
        if let Err(error) = &result {
            span.record("pingone.outcome", tracing::field::debug(error.outcome()));
            span.record("error.type", tracing::field::debug(error.kind()));
        }
        result
    }
}
