//! An `Authorization` that can't hold an access token.

use axum::http::{HeaderMap, header::AUTHORIZATION};

/// Returns why these headers hold no access token. Whether a token is valid isn't this function's to say.
pub(super) fn problem(headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let needed = "the API needs `Authorization: Bearer ACCESS_TOKEN`";
    let Some(value) = values.next() else { return Some(format!("no `Authorization`: {needed}")) };
    if values.next().is_some() {
        return Some("two `Authorization` headers: exactly one is allowed".to_owned());
    }
    // The value is a secret, so it isn't quoted.
    let value = String::from_utf8_lossy(value.as_bytes());
    let (scheme, token) = value.split_once(' ').unwrap_or((&value, ""));
    let token = token.trim();
    if scheme.eq_ignore_ascii_case("Basic") {
        Some(format!("`Authorization: Basic`, which only the token endpoint accepts: {needed}"))
    } else if !scheme.eq_ignore_ascii_case("Bearer") {
        Some(format!("an `Authorization` without the scheme `Bearer`: {needed}"))
    } else if token.is_empty() {
        Some(format!("`Authorization: Bearer` without a token: {needed}"))
    } else if token.contains('{') {
        Some("a placeholder in `Authorization` was not filled in".to_owned())
    } else if token.split_ascii_whitespace().nth(1).is_some() {
        Some("more than a token after `Bearer` in `Authorization`".to_owned())
    } else {
        None
    }
}
