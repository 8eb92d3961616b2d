//! What a call is about: an operation and maybe a user. Plain data for errors and spans.

use std::borrow::Cow;

use pingone_password_client::Request;

use crate::operations::StateCheck;
use crate::{UserId, VendorMediaType, operations};

#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The `operationId`, or the media type of a raw operation.
    pub(crate) operation: Cow<'static, str>,
    /// The path's template.
    pub(crate) path: &'static str,
    pub(crate) user_id: Option<UserId>,
    pub(crate) is_write: bool,
    /// Whether sending the request twice has the effect of sending it once.
    pub(crate) is_idempotent: bool,
    /// How to find out whether the operation was applied. An idempotent one is repeated instead.
    pub(crate) state_check: Option<&'static StateCheck>,
}

impl Call {
    pub(crate) fn of<R: Request>(request: &R) -> Self {
        let operation = R::OPERATION;
        Self {
            operation: operation.id.into(),
            path: operation.path,
            user_id: request.user_id(),
            is_write: operation.method != "GET",
            is_idempotent: operation.is_idempotent,
            state_check: operation.state_check.as_ref().filter(|_| !operation.is_idempotent),
        }
    }

    pub(crate) fn raw(media_type: &VendorMediaType, user_id: UserId) -> Self {
        Self {
            operation: media_type.to_string().into(),
            path: operations::READ_PASSWORD_STATE.path,
            user_id: Some(user_id),
            is_write: true,
            is_idempotent: false,
            state_check: None,
        }
    }
}
