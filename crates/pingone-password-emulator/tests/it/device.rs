//! Sign-in of people by device code.

use std::time::Duration;

use pingone_password_emulator::{Agent, Builder, Emulator, Fault, TokenFault};
use serde_json::Value;
use tokio::time::{advance, pause};

use crate::wire::{Reply, send};

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

async fn post(emulator: &Emulator, path: &str, form: &str) -> Reply {
    let path = format!("/{}/{path}", emulator.worker_environment_id());
    send(emulator, "POST", &path, &[(FORM.0, FORM.1.to_owned())], form.as_bytes()).await
}

async fn start(builder: Builder) -> (Emulator, Value) {
    let emulator = builder.start().await.unwrap();
    let form = format!("client_id={}&scope=openid", emulator.sign_in_client_id());
    let reply = post(&emulator, "as/device_authorization", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let device = reply.json();
    (emulator, device)
}

async fn poll(emulator: &Emulator, device: &Value) -> Reply {
    let form = format!(
        "grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id={}&device_code={}",
        emulator.sign_in_client_id(),
        text(device, "device_code")
    );
    post(emulator, "as/token", &form).await
}

fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_else(|| panic!("{name} in {json}"))
}

#[track_caller]
fn assert_error(reply: &Reply, error: &str) {
    assert_eq!((reply.status, reply.json()["error"].as_str()), (400, Some(error)), "{}", reply.body);
}

#[tokio::test]
async fn a_device_gets_tokens_once_the_page_approves_it() {
    pause();
    let (emulator, device) = start(Emulator::builder()).await;
    let uri = format!("{}/{}/device", emulator.auth_url(), emulator.worker_environment_id());
    let user_code = text(&device, "user_code");
    assert_eq!(text(&device, "verification_uri"), uri);
    assert_eq!(text(&device, "verification_uri_complete"), format!("{uri}?user_code={user_code}"));
    assert_eq!((device["expires_in"].as_u64(), device["interval"].as_u64()), (Some(600), Some(5)));
    assert_error(&poll(&emulator, &device).await, "authorization_pending");

    // As a person writes it.
    let form = format!("user_code={}&agent=robin.reader", user_code.to_lowercase().replace('-', "+"));
    let page = post(&emulator, "device", &form).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("signed in as Robin Reader"), "{}", page.body);
    assert_eq!(post(&emulator, "device", &form).await.status, 400, "a decision is final");

    advance(Duration::from_secs(5)).await;
    let reply = poll(&emulator, &device).await;
    let tokens = reply.json();
    assert_eq!(reply.status, 200, "{tokens}");
    let path = format!("/{}/as/userinfo", emulator.worker_environment_id());
    let bearer = [("Authorization", format!("Bearer {}", text(&tokens, "access_token")))];
    let info = send(&emulator, "GET", &path, &bearer, b"").await.json();
    assert_eq!(info["preferred_username"], "robin.reader");
    assert!(tokens["refresh_token"].is_string() && tokens["id_token"].is_string());
    assert_error(&poll(&emulator, &device).await, "expired_token");
}

#[tokio::test]
async fn polling_too_fast_is_slowed_down() {
    pause();
    let (emulator, device) = start(Emulator::builder()).await;
    assert_error(&poll(&emulator, &device).await, "authorization_pending");
    assert_error(&poll(&emulator, &device).await, "slow_down");
    // Each time the interval grows by five seconds (RFC 8628, section 3.5).
    advance(Duration::from_secs(9)).await;
    assert_error(&poll(&emulator, &device).await, "slow_down");
    advance(Duration::from_secs(15)).await;
    assert_error(&poll(&emulator, &device).await, "authorization_pending");
}

#[tokio::test]
async fn a_device_can_be_denied_or_expire() {
    let builder = || Emulator::builder().device_interval(Duration::ZERO).device_lifetime(Duration::from_secs(60));
    let (emulator, device) = start(builder()).await;
    assert_eq!((device["expires_in"].as_u64(), device["interval"].as_u64()), (Some(60), Some(0)));
    assert!(emulator.deny_device(text(&device, "user_code")));
    assert!(!emulator.approve_device(text(&device, "user_code"), Agent::AlexAdmin));
    assert_error(&poll(&emulator, &device).await, "access_denied");
    assert_error(&poll(&emulator, &device).await, "expired_token");

    let (emulator, device) = start(builder()).await;
    assert!(emulator.advance_clock(Duration::from_secs(60)));
    assert_error(&poll(&emulator, &device).await, "expired_token");
    assert!(!emulator.approve_device(text(&device, "user_code"), Agent::AlexAdmin));
    assert!(!emulator.deny_device("GUES-SED"));
}

#[tokio::test]
async fn only_the_application_without_a_secret_starts_a_device() {
    let emulator = Emulator::start().await.unwrap();
    for form in ["", "client_id=", &format!("client_id={}", emulator.client_id())] {
        let reply = post(&emulator, "as/device_authorization", form).await;
        assert_eq!((reply.status, reply.json()["error"].as_str()), (401, Some("invalid_client")));
    }
    let path = format!("/{}/as/device_authorization", emulator.worker_environment_id());
    let reply = send(&emulator, "POST", &path, &[], b"").await;
    assert_error(&reply, "invalid_request");
}

#[tokio::test]
async fn token_faults_strike_every_grant_type() {
    let (emulator, device) = start(Emulator::builder().device_interval(Duration::ZERO)).await;
    assert!(emulator.approve_device(text(&device, "user_code"), Agent::AlexAdmin));
    // Faults of operations don't concern it.
    emulator.inject([Fault::BadGateway]);
    emulator.inject_token([TokenFault::HtmlOk, TokenFault::ExpiresInString]);
    let reply = poll(&emulator, &device).await;
    assert_eq!((reply.status, reply.header("Content-Type")), (200, "text/html"));
    let tokens = poll(&emulator, &device).await.json();
    assert_eq!(tokens["expires_in"], "3600");
    assert!(tokens["refresh_token"].is_string());
}
