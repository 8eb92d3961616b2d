//! The ID token of an authorization code.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use pingone_password_client::Secret;
use serde_json::{Map, Value};

/// Returns what is wrong with an ID token for this application and `nonce`.
///
/// Its signature isn't verified: it comes from the token endpoint by TLS
/// ([OpenID Connect](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation), section 3.1.3.7, item 6).
pub(super) fn problem(token: &Secret, client_id: &str, nonce: &Secret) -> Option<&'static str> {
    let Some(claims) = claims(token.expose()) else { return Some("issued an ID token that is no JWT") };
    let is_for_us = match claims.get("aud") {
        Some(Value::String(audience)) => audience == client_id,
        Some(Value::Array(audiences)) => audiences.iter().any(|audience| audience == client_id),
        _ => false,
    };
    if !is_for_us {
        return Some("issued an ID token for another application");
    }
    if claims.get("nonce").and_then(Value::as_str) != Some(nonce.expose()) {
        return Some("issued an ID token for another sign-in: its nonce differs");
    }
    None
}

fn claims(token: &str) -> Option<Map<String, Value>> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_token_is_for_one_application_and_one_sign_in() {
        let nonce = Secret::from("the-nonce");
        let check = |claims: Value| {
            let token = format!("e30.{}.", BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()));
            problem(&token.into(), "app", &nonce)
        };
        assert_eq!(check(json!({ "aud": "app", "nonce": "the-nonce" })), None);
        assert_eq!(check(json!({ "aud": ["app", "other"], "nonce": "the-nonce" })), None);
        for wrong in [
            json!({}),
            json!({ "aud": "app" }),
            json!({ "aud": "app", "nonce": "another" }),
            json!({ "aud": "other", "nonce": "the-nonce" }),
            json!({ "nonce": "the-nonce" }),
        ] {
            assert!(check(wrong.clone()).is_some(), "{wrong}");
        }
        assert!(problem(&"opaque".into(), "app", &nonce).is_some());
    }
}
