//! What a response's body says about a failure.

use http::header::HeaderMap;
use pingone_password_client::RawResponse;
use pingone_password_client::types::ApiError;
use serde::Deserialize;
use serde_json::Value;

use crate::model::ApiErrorDetail;

/// How many characters are kept of a code or an ID, and of a message.
const MAX_ID: usize = 200;
const MAX_MESSAGE: usize = 1000;
/// How many details are kept.
const MAX_DETAILS: usize = 50;

/// Parses PingOne's error body. A member of an unexpected type is dropped, and the others are kept.
pub(crate) fn api_error(body: &[u8]) -> Option<ApiError> {
    let mut error = parse(body)?;
    let details = error.details.iter_mut().flatten();
    let texts = details.flat_map(|detail| {
        [(&mut detail.code, MAX_ID), (&mut detail.target, MAX_ID), (&mut detail.message, MAX_MESSAGE)]
    });
    let own = [(&mut error.id, MAX_ID), (&mut error.code, MAX_ID), (&mut error.message, MAX_MESSAGE)];
    for (text, max_chars) in own.into_iter().chain(texts) {
        if let Some(text) = text {
            shorten(text, max_chars);
        }
    }
    if let Some(details) = &mut error.details {
        details.truncate(MAX_DETAILS);
    }
    Some(error)
}

/// Cuts a text to a number of characters.
fn shorten(text: &mut String, max_chars: usize) {
    if let Some((end, _)) = text.char_indices().nth(max_chars) {
        text.truncate(end);
        text.push('…');
    }
}

fn parse(body: &[u8]) -> Option<ApiError> {
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
    let header = header.map(|mut id| {
        shorten(&mut id, MAX_ID);
        id
    });
    header.or_else(|| if is_error { api_error(response.body())?.id } else { None })
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
