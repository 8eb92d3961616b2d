//! How errors are made, and what the modules above add to them.

use std::sync::Arc;

use http::StatusCode;
use http::header::{CONTENT_TYPE, LOCATION};
use pingone_password_client::RawResponse;

use super::transport::{TransportFailure, Unanswered};
use super::{Defect, Error, ErrorKind, Inner, Problem, TokenError, TokenFailure, body};
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::headers;

impl Error {
    pub(crate) fn configuration(problems: Vec<Problem>) -> Self {
        Self(Box::new(Inner { problems, ..Inner::new(ErrorKind::Configuration) }))
    }

    /// The request failed without a response.
    pub(crate) fn transport(call: &Call, endpoint: &Endpoint, unanswered: Option<Unanswered>) -> Self {
        let TransportFailure { kind, reason, is_transient, source } = TransportFailure::of(unanswered);
        Self(Box::new(Inner {
            is_transient: Some(is_transient),
            endpoint: Some(endpoint.clone()),
            reason,
            source,
            ..Inner::of_call(kind, call)
        }))
    }

    /// The same in a test, for a cause that only a network has.
    #[cfg(feature = "test-util")]
    pub(crate) fn without_response(kind: ErrorKind, call: &Call, endpoint: &Endpoint) -> Self {
        Self(Box::new(Inner { kind, ..*Self::transport(call, endpoint, None).0 }))
    }

    /// A request that can't be made, in a test.
    #[cfg(feature = "test-util")]
    pub(crate) fn invalid_request(call: &Call, endpoint: &Endpoint) -> Self {
        Self::transport(call, endpoint, Some(Unanswered::InvalidRequest))
    }

    /// The rate limiter did not admit the request before the deadline.
    pub(crate) fn not_admitted(call: &Call) -> Self {
        Self(Box::new(Inner::of_call(ErrorKind::RateLimited, call)))
    }

    pub(crate) fn access_token(call: &Call, error: TokenError) -> Self {
        let TokenFailure { response, reason, advice, is_transient, .. } = error.failure();
        let inner = match response {
            Some(response) => Inner::of_response(ErrorKind::AccessToken, call, response),
            None => Inner::of_call(ErrorKind::AccessToken, call),
        };
        Self(Box::new(Inner {
            api_error: error.failure().api_error.clone(),
            reason: reason.clone(),
            advice: *advice,
            is_transient: Some(*is_transient),
            source: Some(Arc::new(error)),
            // A token response may contain a token.
            body: Vec::new(),
            ..inner
        }))
    }

    /// The response is not a success. A rejection that isn't PingOne's says nothing about what PingOne did.
    pub(crate) fn rejected(call: &Call, response: &RawResponse) -> Self {
        let kind = match response.status() {
            StatusCode::UNAUTHORIZED => ErrorKind::Unauthenticated,
            StatusCode::FORBIDDEN => ErrorKind::Forbidden,
            StatusCode::NOT_FOUND => ErrorKind::NotFound,
            StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited,
            status if status.is_client_error() => ErrorKind::Rejected,
            status if status.is_server_error() => ErrorKind::Server,
            _ => ErrorKind::InvalidResponse,
        };
        let api_error = body::api_error(response.body());
        let other = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
        let is_rejection = response.status().is_client_error() && !other.contains(&response.status());
        let is_foreign = api_error.as_ref().is_none_or(|error| error.code.is_none());
        let defect = (call.is_write && is_rejection && is_foreign).then_some(Defect::ForeignRejection);
        Self(Box::new(Inner { defect, api_error, ..Inner::of_response(kind, call, response) }))
    }

    /// The response claims success, and is not believed.
    pub(crate) fn defective(call: &Call, response: &RawResponse, defect: Defect, broken: Option<Unanswered>) -> Self {
        let is_transient = defect.is_of_another_request() || defect == Defect::BrokenOff;
        Self(Box::new(Inner {
            defect: Some(defect),
            is_transient: Some(is_transient),
            source: TransportFailure::of(broken).source,
            ..Inner::of_response(defect.kind(), call, response)
        }))
    }

    pub(crate) fn with_advice_of(self, error: &Self) -> Self {
        Self(Box::new(Inner { advice: error.0.advice, ..*self.0 }))
    }

    /// Whether the last response of the call was not believed.
    pub(crate) fn has_defect(&self) -> bool {
        self.0.defect.is_some() && !self.0.is_final
    }

    /// The state check after this error found the user still locked out.
    pub(crate) fn with_still_locked_out(self, may_check_again: bool) -> Self {
        Self(Box::new(Inner { is_still_locked_out: true, is_final: !may_check_again, ..*self.0 }))
    }

    /// What is wrong with the response.
    pub(crate) fn defect(&self) -> Option<Defect> {
        self.0.defect
    }

    pub(crate) fn with_advice(self, advice: &'static str) -> Self {
        Self(Box::new(Inner { advice: Some(advice), ..*self.0 }))
    }

    /// The state check after this error failed.
    pub(crate) fn with_state_check_error(self, error: Self) -> Self {
        Self(Box::new(Inner { retry_after: error.0.retry_after, state_check: Some(error), ..*self.0 }))
    }

    /// An earlier request of the same call may have been applied, whatever became of this one.
    pub(crate) fn with_unknown_outcome(self) -> Self {
        Self(Box::new(Inner { earlier_may_be_applied: true, ..*self.0 }))
    }

    pub(crate) fn with_request_count(self, request_count: u32) -> Self {
        Self(Box::new(Inner { request_count, ..*self.0 }))
    }
}

impl Inner {
    fn new(kind: ErrorKind) -> Self {
        Self {
            kind,
            call: None,
            problems: Vec::new(),
            request_count: 0,
            earlier_may_be_applied: false,
            state_check: None,
            is_transient: None,
            endpoint: None,
            reason: None,
            defect: None,
            advice: None,
            is_still_locked_out: false,
            is_final: false,
            status: None,
            api_error: None,
            content_type: None,
            location: None,
            correlation_id: None,
            date: None,
            retry_after: None,
            body: Vec::new(),
            source: None,
        }
    }

    fn of_call(kind: ErrorKind, call: &Call) -> Self {
        Self { call: Some(call.clone()), ..Self::new(kind) }
    }

    fn of_response(kind: ErrorKind, call: &Call, response: &RawResponse) -> Self {
        Self {
            status: Some(response.status()),
            content_type: body::header(response.headers(), CONTENT_TYPE),
            location: body::header(response.headers(), LOCATION).filter(|_| response.status().is_redirection()),
            correlation_id: body::correlation_id(response),
            date: headers::date(response.headers()),
            retry_after: headers::retry_after(response.headers()),
            body: response.body().to_vec(),
            ..Self::of_call(kind, call)
        }
    }
}
