//! Faults of the token endpoint.

use axum::{
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{TEXT, connection, gateway};
use crate::{
    faults::{Replaced, TokenFault},
    responses::{ApiError, CorrelationId, JSON, OAuthError},
};

pub(in crate::faults) fn token(fault: TokenFault, request: Replaced, id: CorrelationId) -> Response {
    let Replaced { resource: mut token, authorization, body, .. } = request;
    match fault {
        TokenFault::InternalError500 => ApiError::unexpected().into_response(id),
        TokenFault::Reset => connection::reset(),
        TokenFault::Stall => connection::stall(),
        TokenFault::InvalidClient => OAuthError::invalid_client().into_response(),
        TokenFault::BadGateway => gateway::page(StatusCode::BAD_GATEWAY),
        TokenFault::MalformedJson => {
            let json = r#"{"token_type":"Bearer","expires_in":3600,"access_token":"ey"#;
            ([(CONTENT_TYPE, JSON)], json).into_response()
        }
        TokenFault::HtmlOk => gateway::page(StatusCode::OK),
        TokenFault::ApiError400 => ApiError::invalid_data().into_response(id),
        TokenFault::UnsupportedAuthenticationMethod => OAuthError::unsupported_authentication_method().into_response(),
        TokenFault::EchoCredentials => OAuthError::quoting(&authorization, &body).into_response(),
        TokenFault::OtherTokenType => ok(&json!({ "access_token": "mac", "token_type": "mac", "expires_in": 3600 })),
        TokenFault::ExpiresInString => {
            token["expires_in"] = json!(token["expires_in"].to_string());
            ok(&token)
        }
        TokenFault::ExpiresInFloat => {
            token["expires_in"] = json!(token["expires_in"].as_f64().unwrap_or_default() + 0.5);
            ok(&token)
        }
        TokenFault::NoTokenType => {
            token.as_object_mut().and_then(|token| token.remove("token_type"));
            ok(&token)
        }
        TokenFault::ScopeArray => {
            token["scope"] = json!(["openid", "p1:read:user"]);
            ok(&token)
        }
        TokenFault::ByteOrderMark => ([(CONTENT_TYPE, JSON)], format!("\u{feff}{token}")).into_response(),
        TokenFault::PlainText => ([(CONTENT_TYPE, TEXT)], token.to_string()).into_response(),
        TokenFault::Created201 => (StatusCode::CREATED, ok(&token)).into_response(),
    }
}

fn ok(token: &Value) -> Response {
    ([(CONTENT_TYPE, JSON)], token.to_string()).into_response()
}
