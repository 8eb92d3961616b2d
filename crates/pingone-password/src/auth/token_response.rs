//! Reads the response of a token endpoint, as servers really write it.

use std::time::Duration;

use pingone_password_client::{RawResponse, Secret};
use serde_json::{Map, Value, json};

use super::{AccessToken, ClientAuthMethod};
use crate::error::{TokenError, TokenFailure, api_error};
use crate::model::ApiError;

/// A token, and what the server said of it.
pub(crate) struct NewToken {
    pub(super) token: AccessToken,
    pub(super) lifetime: Option<Duration>,
    pub(super) refresh_token: Option<Secret>,
    pub(super) id_token: Option<Secret>,
}

/// Reads the response of the token endpoint on `host`. The authentication method is that of an application with a secret.
pub(super) fn parse(
    response: RawResponse,
    host: &str,
    auth_method: Option<ClientAuthMethod>,
) -> Result<NewToken, TokenError> {
    parse_as(response, host, "an access token", auth_method, new_token)
}

/// Reads the response of an endpoint that should respond with `wanted`, which `read` takes from its JSON.
pub(super) fn parse_as<T>(
    response: RawResponse,
    host: &str,
    wanted: &str,
    auth_method: Option<ClientAuthMethod>,
    read: impl FnOnce(&Map<String, Value>) -> Result<T, String>,
) -> Result<T, TokenError> {
    let status = response.status().as_u16();
    let body = without_byte_order_mark(response.body());
    let is_page = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    let json: Result<Map<String, Value>, _> = serde_json::from_slice(body);
    let api_error = oauth_error(json.as_ref().ok()).or_else(|| api_error(body));
    let is_error = api_error.as_ref().is_some_and(|error| error.code.is_some() || error.message.is_some());
    let reason = match &json {
        Ok(json) if matches!(status, 200 | 201) && !is_error => match read(json) {
            Ok(token) => return Ok(token),
            Err(reason) => reason,
        },
        _ if is_page => format!("responded with an HTML page instead of {wanted}"),
        _ if response.is_too_large() => "responded with more than the response limit".to_owned(),
        _ if !response.is_complete() => "responded with a body that broke off".to_owned(),
        Err(error) if matches!(status, 200 | 201) && error.is_eof() => "responded with truncated JSON".to_owned(),
        Err(_) if matches!(status, 200 | 201) => "responded with a body that is not JSON".to_owned(),
        _ => format!("did not issue {wanted}"),
    };
    Err(TokenFailure {
        advice: advice(is_page, api_error.as_ref(), auth_method),
        is_transient: matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
            || !response.is_complete() && !response.is_too_large(),
        api_error: if is_error { api_error } else { None },
        reason: Some(format!("the authorization server {host} {reason}")),
        response: Some(response),
        ..TokenFailure::default()
    }
    .into())
}

fn without_byte_order_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body)
}

fn new_token(json: &Map<String, Value>) -> Result<NewToken, String> {
    let token = json.get("access_token").and_then(Value::as_str).unwrap_or_default();
    let token = AccessToken::from(token);
    if token.to_header().is_none() {
        return Err("responded with JSON that contains no valid access token".to_owned());
    }
    match json.get("token_type") {
        None | Some(Value::Null) => {}
        Some(Value::String(token_type)) if token_type.eq_ignore_ascii_case("bearer") => {}
        Some(_) => return Err("issued an access token of another type than Bearer".to_owned()),
    }
    let secret = |name| json.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(Secret::from);
    Ok(NewToken {
        token,
        lifetime: json.get("expires_in").and_then(lifetime),
        refresh_token: secret("refresh_token"),
        id_token: secret("id_token"),
    })
}

/// Reads a number of seconds: an integer, a fraction, or a text that contains one of them.
pub(super) fn lifetime(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::String(text) => text.trim().parse().ok()?,
        value => value.as_f64()?,
    };
    // A negative lifetime is over, and one that is too long for the type is limited later.
    if seconds.is_nan() { None } else { Some(Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)) }
}

/// Returns OAuth's error in the format of PingOne's.
fn oauth_error(json: Option<&Map<String, Value>>) -> Option<ApiError> {
    let json = json?;
    let code = json.get("error")?.as_str()?;
    let error = json!({ "code": code, "message": json.get("error_description").and_then(Value::as_str) });
    api_error(error.to_string().as_bytes())
}

fn advice(is_page: bool, error: Option<&ApiError>, auth_method: Option<ClientAuthMethod>) -> Option<&'static str> {
    if is_page {
        return Some("Check the region or the auth URL, and whether the network requires a login: this is a web page.");
    }
    let message = error?.message.as_deref().unwrap_or_default().to_ascii_lowercase();
    if !message.contains("unsupported authentication method") {
        return None;
    }
    Some(match auth_method {
        None => {
            "In PingOne, set the token endpoint authentication method of the application that people sign in with to `None`."
        }
        Some(ClientAuthMethod::Basic) => {
            "Use the worker application's own token endpoint authentication method: `ClientAuthMethod::Post`, or on the command \
             line `--client-authentication post`."
        }
        Some(ClientAuthMethod::Post) => {
            "Use the worker application's own token endpoint authentication method: `ClientAuthMethod::Basic`, or on the \
             command line `--client-authentication basic`."
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_lifetime_is_a_number_or_a_text() {
        for (value, expected) in [
            (json!(3600), Some(3600.0)),
            (json!(3599.5), Some(3599.5)),
            (json!("3600"), Some(3600.0)),
            (json!(" 1.5 "), Some(1.5)),
            (json!(-1), Some(0.0)),
            (json!("soon"), None),
            (json!("NaN"), None),
            (json!(null), None),
            (json!([]), None),
        ] {
            assert_eq!(lifetime(&value).map(|lifetime| lifetime.as_secs_f64()), expected, "{value}");
        }
        assert_eq!(lifetime(&json!(1e300)), Some(Duration::MAX));
    }

    proptest! {
        #[test]
        fn any_lifetime_is_read_or_ignored(text in ".*", number in any::<f64>()) {
            let _ = (lifetime(&json!(text)), lifetime(&json!(number)), lifetime(&json!(number.to_string())));
        }
    }
}
