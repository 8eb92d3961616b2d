//! Faults of the operations on a user.

use axum::{
    body::Body,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, LOCATION},
    },
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use serde_json::Value;

use super::{TEXT, bomb::gzip_bomb, connection, echo, gateway, resource, retry_after};
use crate::{
    faults::{Fault, Replaced},
    raw_response::Then,
    responses::{self, ApiError, CORRELATION_ID, CorrelationId, HAL_JSON, JSON},
};

const HOUR: TimeDelta = TimeDelta::hours(1);

pub(in crate::faults) fn operation(
    fault: Fault,
    request: Replaced,
    id: CorrelationId,
    redirect_target: &HeaderValue,
) -> Response {
    let Replaced { resource, authorization, target, .. } = request;
    match fault {
        Fault::ResetBefore | Fault::ResetAfter => connection::reset(),
        Fault::StallBeforeResponse | Fault::StallAfter => connection::stall(),
        Fault::ResetMidBody | Fault::ResetMidBodyBefore => connection::half(&resource, id, Then::Close),
        Fault::StallMidBody | Fault::StallMidBodyBefore => connection::half(&resource, id, Then::Stall),
        Fault::InternalError500 | Fault::InternalError500After => ApiError::unexpected().into_response(id),
        Fault::BadGateway | Fault::BadGatewayAfter => gateway::page(StatusCode::BAD_GATEWAY),
        Fault::GatewayTimeout504 | Fault::GatewayTimeout504Before => gateway::page(StatusCode::GATEWAY_TIMEOUT),
        Fault::Unavailable | Fault::UnavailableAfter => gateway::unavailable(),
        Fault::UnavailableRetryAfter | Fault::UnavailableAfterRetryAfter => gateway::unavailable_retry_after(),
        Fault::RateLimited => ApiError::rate_limited().into_response(id),
        Fault::RateLimitedClockAhead => retry_after::date(id, HOUR),
        Fault::RateLimitedClockBehind => retry_after::date(id, -HOUR),
        Fault::RateLimitedWithoutDate => retry_after::without_date(id),
        Fault::RateLimitedFraction => retry_after::values(id, &["1.5"]),
        Fault::RateLimitedList => retry_after::values(id, &["2, 1"]),
        Fault::RateLimitedTwice => retry_after::values(id, &["1", "2"]),
        Fault::RateLimitedSoon => retry_after::values(id, &["soon"]),
        Fault::RateLimitedYear => retry_after::values(id, &["31536000"]),
        Fault::EmptyOk => Body::empty().into_response(),
        Fault::TruncatedJson | Fault::TruncatedJsonBefore => {
            let mut truncated = resource.to_string();
            truncated.truncate(truncated.len() / 2);
            ok(HAL_JSON, truncated)
        }
        Fault::HtmlOk | Fault::HtmlOkBefore => gateway::page(StatusCode::OK),
        Fault::WrongContentType => ok(TEXT, resource.to_string()),
        Fault::OtherJson | Fault::OtherJsonBefore => ok(JSON, "[]".to_owned()),
        Fault::ErrorOk | Fault::ErrorOkBefore => ok(JSON, ApiError::unexpected().body(id).to_string()),
        Fault::Accepted202 | Fault::Accepted202Before => StatusCode::ACCEPTED.into_response(),
        Fault::PartialContent206 | Fault::PartialContent206Before => {
            let resource = resource::unlocked(resource);
            let last = resource.to_string().len().saturating_sub(1);
            let range = [(CONTENT_RANGE, format!("bytes 0-{last}/{}", last + 1))];
            (StatusCode::PARTIAL_CONTENT, range, responses::ok(&resource)).into_response()
        }
        Fault::StillLockedOut | Fault::StillLockedOutBefore => responses::ok(&resource::locked_out(resource)),
        Fault::OtherUser | Fault::OtherUserBefore => responses::ok(&resource::of_other_user(resource)),
        Fault::OtherEnvironment | Fault::OtherEnvironmentBefore => {
            responses::ok(&resource::of_other_environment(resource))
        }
        Fault::MixedUpConnection | Fault::MixedUpConnectionBefore => {
            connection::mixed_up(&resource, &resource::of_other_user(resource.clone()))
        }
        Fault::Unauthorized401 | Fault::Unauthorized401After => ApiError::invalid_token().into_response(id),
        Fault::RequestTimeout408 | Fault::RequestTimeout408After => gateway::page(StatusCode::REQUEST_TIMEOUT),
        Fault::FirewallForbidden | Fault::FirewallForbiddenAfter => gateway::page(StatusCode::FORBIDDEN),
        Fault::NoContent204 => StatusCode::NO_CONTENT.into_response(),
        Fault::Created201 => (StatusCode::CREATED, responses::ok(&resource)).into_response(),
        Fault::EchoAuthorization => echo::gateway(&authorization),
        Fault::EchoEverywhere => echo::everywhere(&authorization),
        Fault::GzipBomb => {
            let headers = [(CONTENT_TYPE, HAL_JSON), (CONTENT_ENCODING, "gzip")];
            (headers, gzip_bomb(resource.to_string().as_bytes())).into_response()
        }
        Fault::EndlessBody => connection::endless(id),
        Fault::OversizedHeaders => (connection::oversized_headers(), responses::ok(&resource)).into_response(),
        Fault::Redirect => (StatusCode::FOUND, [(LOCATION, redirect_target)]).into_response(),
        Fault::DuplicateHeaders => duplicate_headers(&resource, id),
        Fault::NoHeaders => connection::no_headers(&resource),
        Fault::UnknownStatus => responses::ok(&resource::unknown_status(resource)),
        Fault::Nulls => responses::ok(&resource::nulls(resource)),
        Fault::EmptyPage => responses::ok(&resource::empty_page(resource)),
        Fault::RepeatedCursor => responses::ok(&resource::repeated_cursor(resource, &target)),
    }
}

fn ok(content_type: &'static str, body: String) -> Response {
    ([(CONTENT_TYPE, content_type)], body).into_response()
}

fn duplicate_headers(resource: &Value, id: CorrelationId) -> Response {
    let mut response = responses::ok(resource);
    let headers = response.headers_mut();
    headers.append(CONTENT_TYPE, HeaderValue::from_static(TEXT));
    headers.append(CORRELATION_ID, id.header_value());
    headers.append(CORRELATION_ID, CorrelationId::new().header_value());
    response
}
