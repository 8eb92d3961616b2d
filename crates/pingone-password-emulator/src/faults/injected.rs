//! A fault in place of a response.

use axum::{
    http::HeaderValue,
    response::{IntoResponse, Response},
};

use super::{Fault, Replaced, TokenFault, effects};
use crate::responses::CorrelationId;

/// A fault in place of a response.
#[derive(Clone)]
pub(crate) enum Injected {
    /// On an operation.
    Operation(Fault, Replaced),
    /// On the token endpoint.
    Token(TokenFault, Replaced),
}

impl Injected {
    /// Returns the response that the client receives.
    pub(crate) fn into_response(self, id: CorrelationId, redirect_target: &HeaderValue) -> Response {
        match self {
            Self::Operation(fault, replaced) => effects::operation(fault, replaced, id, redirect_target),
            Self::Token(fault, replaced) => effects::token(fault, replaced, id).into_response(),
        }
    }
}
