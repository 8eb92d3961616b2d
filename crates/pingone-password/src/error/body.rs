//! What a response's body says about a failure.

use http::header::HeaderMap;
use pingone_password_client::RawResponse;
use pingone_password_client::types::ApiError;
use serde::Deserialize;
use serde_json::Value;

use crate::model::{ApiErrorDetail, PasswordState};

/// Parses PingOne's error body. A member of an unexpected type is dropped, and the others are kept.
pub(super) fn api_error(body: &[u8]) -> Option<ApiError> {
    let mut error: ApiError = serde_json::from_slice(body).ok()?;
    if let Some(Value::Array(details)) = error.extra.get("details") {
        error.details = Some(details.iter().filter_map(|detail| ApiErrorDetail::deserialize(detail).ok()).collect());
    }
    Some(error)
}

/// The ID of the request in PingOne's logs: the header, or else the ID of the error in the body.
pub(super) fn correlation_id(response: &RawResponse) -> Option<String> {
    let is_error = !response.status().is_success();
    let header = response.correlation_id().map(str::to_owned);
    header.or_else(|| if is_error { api_error(response.body())?.id } else { None })
}

/// Says why a successful response couldn't be decoded. serde's own messages would quote the body.
pub(super) fn defect(body: &[u8]) -> &'static str {
    match serde_json::from_slice::<PasswordState>(body) {
        _ if body.is_empty() => "an empty body",
        Err(error) if error.is_eof() => "truncated JSON",
        Err(error) if error.is_syntax() => "a body that is not JSON",
        _ => "JSON of another shape",
    }
}

pub(super) fn header(headers: &HeaderMap, name: http::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_error_body_is_parsed_as_far_as_possible(body in ".*", code in "[A-Z_]{1,20}", id in any::<i64>()) {
            let _ = api_error(body.as_bytes());
            // A member of another type affects only itself.
            let body = serde_json::json!({ "code": code, "id": id, "details": [body, { "code": code }] });
            let error = api_error(body.to_string().as_bytes()).unwrap();
            prop_assert_eq!(error.code, Some(code));
            prop_assert_eq!((error.id, error.details.map(|details| details.len())), (None, Some(1)));
        }
    }
}
