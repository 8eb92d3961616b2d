//! The token endpoint.

use base64::{Engine, prelude::BASE64_STANDARD};
use pingone_password_emulator::{Emulator, Status};

use crate::wire::{Reply, password_path, send};

/// Sends a token request with this `Authorization`, if any, and this form.
async fn request(emulator: &Emulator, authorization: Option<String>, form: &str) -> Reply {
    let mut headers = vec![("Content-Type", "application/x-www-form-urlencoded".to_owned())];
    headers.extend(authorization.map(|value| ("Authorization", value)));
    let path = format!("/{}/as/token", emulator.environment_id());
    send(emulator, "POST", &path, &headers, form.as_bytes()).await
}

fn basic(id: &str, secret: &str) -> String {
    let credentials = BASE64_STANDARD.encode(format!("{id}:{secret}"));
    format!("Basic {credentials}")
}

fn assert_rejected(reply: &Reply, status: u16, error: &str) {
    assert_eq!((reply.status, reply.json()["error"].as_str()), (status, Some(error)));
    assert!(reply.json()["error_description"].is_string());
    assert_eq!(reply.header("Content-Type"), "application/json;charset=UTF-8");
    assert!(!reply.header("Correlation-Id").is_empty());
}

#[tokio::test]
async fn valid_credentials_get_a_token_that_works() {
    let emulator = Emulator::start().await.unwrap();
    let path = password_path(&emulator, emulator.add_user(Status::Ok));
    let (id, secret) = (emulator.client_id(), emulator.client_secret());
    let in_form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let mut tokens = vec![emulator.access_token().to_owned()];
    for (authorization, form) in [(Some(basic(id, secret)), "grant_type=client_credentials"), (None, in_form.as_str())]
    {
        let reply = request(&emulator, authorization, form).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(reply.header("Cache-Control"), "no-store");
        let body = reply.json();
        assert_eq!((&body["token_type"], &body["expires_in"]), (&"Bearer".into(), &3600.into()));
        tokens.push(body["access_token"].as_str().unwrap().to_owned());
    }
    for token in &tokens {
        let headers = [("Authorization", format!("Bearer {token}"))];
        assert_eq!(send(&emulator, "GET", &path, &headers, b"").await.status, 200);
    }
    tokens.dedup();
    assert_eq!(tokens.len(), 3);
}

#[tokio::test]
async fn invalid_credentials_401() {
    let emulator = Emulator::start().await.unwrap();
    let (id, secret) = (emulator.client_id(), emulator.client_secret());
    let grant = "grant_type=client_credentials";
    let in_form = format!("{grant}&client_id={id}&client_secret={secret}");
    for (authorization, form) in [
        (None, grant),
        (Some(basic(id, "wrong")), grant),
        (Some(basic("wrong", secret)), grant),
        (Some(basic(id, "wrong")), in_form.as_str()),
        (Some("Basic ?".to_owned()), grant),
        (Some(format!("Bearer {}", emulator.access_token())), grant),
        (None, "grant_type=client_credentials&client_id=a&client_secret=b"),
    ] {
        let reply = request(&emulator, authorization, form).await;
        assert_rejected(&reply, 401, "invalid_client");
    }

    let headers = [("Content-Type", "application/x-www-form-urlencoded".to_owned())];
    for environment in [id, "%ff"] {
        let path = format!("/{environment}/as/token");
        let reply = send(&emulator, "POST", &path, &headers, in_form.as_bytes()).await;
        assert_rejected(&reply, 401, "invalid_client");
    }
}

#[tokio::test]
async fn another_grant_type_or_no_form_400() {
    let emulator = Emulator::start().await.unwrap();
    let authorization = || basic(emulator.client_id(), emulator.client_secret());
    let reply = request(&emulator, Some(authorization()), "grant_type=password").await;
    assert_rejected(&reply, 400, "unsupported_grant_type");
    for form in ["", "grant_type", "scope=all", "grant_type=client_credentials&grant_type=password"] {
        let reply = request(&emulator, Some(authorization()), form).await;
        assert_rejected(&reply, 400, "invalid_request");
    }
    let path = format!("/{}/as/token", emulator.environment_id());
    let headers = [("Authorization", authorization()), ("Content-Type", "application/json".to_owned())];
    let reply = send(&emulator, "POST", &path, &headers, b"{}").await;
    assert_rejected(&reply, 400, "invalid_request");
}

#[tokio::test]
async fn another_method_405_and_no_v1() {
    let emulator = Emulator::start().await.unwrap();
    let path = format!("/{}/as/token", emulator.environment_id());
    let reply = send(&emulator, "GET", &format!("{path}?grant_type=client_credentials"), &[], b"").await;
    reply.assert_error(405, "INVALID_REQUEST");
    assert_eq!(reply.header("Allow"), "POST");
    let reply = send(&emulator, "POST", &format!("/v1{path}"), &[], b"").await;
    reply.assert_unknown_path("Missing Authentication Token");
}
