//! Faults of the token endpoint.

use pingone_password_emulator::{Emulator, Status, TokenFault};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use crate::wire::{Reply, begin_token_request, password_path, request_token, send, until};

/// Sends a token request with this fault, and checks its record.
async fn injected(emulator: &Emulator, fault: TokenFault) -> Reply {
    emulator.inject_token([fault]);
    let reply = request_token(emulator).await;
    let requests = emulator.requests();
    let recorded = requests.last().unwrap();
    assert_eq!((recorded.token_fault, recorded.fault), (Some(fault), None));
    assert_eq!((recorded.status, fault.status()), (Some(reply.status), Some(reply.status)));
    reply
}

#[tokio::test]
async fn token_faults_with_a_response() {
    let emulator = Emulator::start().await.unwrap();
    injected(&emulator, TokenFault::InternalError500).await.assert_error(500, "UNEXPECTED_ERROR");
    let reply = injected(&emulator, TokenFault::InvalidClient).await;
    assert_eq!((reply.status, &reply.json()["error"]), (401, &"invalid_client".into()));
    let reply = injected(&emulator, TokenFault::BadGateway).await;
    assert_eq!((reply.status, reply.header("Content-Type")), (502, "text/html"));
    let reply = injected(&emulator, TokenFault::MalformedJson).await;
    assert_eq!((reply.status, reply.header("Content-Type")), (200, "application/json;charset=UTF-8"));
    assert!(serde_json::from_str::<serde_json::Value>(&reply.body).unwrap_err().is_eof());
    assert_eq!(request_token(&emulator).await.status, 200);
    assert_eq!(emulator.token_requests(), 5);
}

#[tokio::test]
async fn token_faults_that_break_the_connection() {
    let emulator = Emulator::start().await.unwrap();
    emulator.inject_token([Some(TokenFault::Reset), None, Some(TokenFault::Stall)]);
    let error = begin_token_request(&emulator).await.read(&mut [0]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(request_token(&emulator).await.status, 200);
    let mut stalled = begin_token_request(&emulator).await;
    until(|| emulator.token_requests() == 3).await;
    emulator.stop().await;
    assert_eq!(stalled.read(&mut [0]).await.unwrap(), 0);
    let statuses: Vec<_> = emulator.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [None, Some(200), None]);
}

/// Asserts that a token works.
async fn assert_works(emulator: &Emulator, token: &Value) {
    let path = password_path(emulator, emulator.users()[0].0);
    let authorization = ("Authorization", format!("Bearer {}", token.as_str().unwrap()));
    assert_eq!(send(emulator, "GET", &path, &[authorization], b"").await.status, 200);
}

#[tokio::test]
async fn tokens_in_unusual_forms() {
    let emulator = Emulator::start().await.unwrap();
    emulator.add_user(Status::Ok);
    for fault in TokenFault::ALL.iter().copied().filter(|fault| fault.applies()) {
        let reply = injected(&emulator, fault).await;
        let token: Value = serde_json::from_str(reply.body.trim_start_matches('\u{feff}')).unwrap();
        assert_works(&emulator, &token["access_token"]).await;

        let expires_in = match fault {
            TokenFault::ExpiresInString => json!("3600"),
            TokenFault::ExpiresInFloat => json!(3600.5),
            _ => json!(3600),
        };
        assert_eq!(token["expires_in"], expires_in, "{fault}");
        let token_type = (fault != TokenFault::NoTokenType).then_some(&json!("Bearer")).cloned();
        assert_eq!(token.get("token_type").cloned(), token_type, "{fault}");
        assert_eq!(token["scope"].is_array(), fault == TokenFault::ScopeArray, "{fault}");
        assert_eq!(reply.body.starts_with('\u{feff}'), fault == TokenFault::ByteOrderMark, "{fault}");
        let is_text = reply.header("Content-Type") == "text/plain";
        assert_eq!(is_text, fault == TokenFault::PlainText, "{fault}");
        assert_eq!(reply.status, if fault == TokenFault::Created201 { 201 } else { 200 }, "{fault}");
    }
}

#[tokio::test]
async fn responses_that_are_not_tokens() {
    let emulator = Emulator::start().await.unwrap();
    let reply = injected(&emulator, TokenFault::HtmlOk).await;
    assert_eq!((reply.status, reply.header("Content-Type")), (200, "text/html"));
    let reply = injected(&emulator, TokenFault::ApiError400).await;
    reply.assert_detail(400, "INVALID_DATA", "INVALID_VALUE", Some("grant_type"));
    let reply = injected(&emulator, TokenFault::UnsupportedAuthenticationMethod).await;
    let description = reply.json()["error_description"].as_str().unwrap().to_owned();
    assert_eq!((reply.status, &reply.json()["error"]), (401, &"invalid_client".into()));
    assert!(description.contains("Unsupported authentication method"), "{description}");
    let reply = injected(&emulator, TokenFault::OtherTokenType).await;
    assert_eq!((reply.status, &reply.json()["token_type"]), (200, &"mac".into()));
    let reply = injected(&emulator, TokenFault::EchoCredentials).await;
    let description = reply.json()["error_description"].as_str().unwrap().to_owned();
    assert!(description.contains(emulator.client_secret()), "the request has it in the body: {description}");
}

#[tokio::test]
async fn invalid_credentials_get_no_token_despite_a_fault() {
    let emulator = Emulator::start().await.unwrap();
    emulator.inject_token([TokenFault::ExpiresInString]);
    let path = format!("/{}/as/token", emulator.environment_id());
    let headers = [("Content-Type", "application/x-www-form-urlencoded".to_owned())];
    let form = b"grant_type=client_credentials&client_id=a&client_secret=b";
    let reply = send(&emulator, "POST", &path, &headers, form).await;
    assert_eq!((reply.status, &reply.json()["error"]), (401, &"invalid_client".into()));
    assert_eq!(emulator.requests()[0].token_fault, None);
}
