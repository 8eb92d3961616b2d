//! Token lifetime, rate limit and latency, with a paused clock.

use std::time::Duration;

use pingone_password_emulator::{Emulator, Operation, Status};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{Instant, advance, pause},
};
use uuid::Uuid;

use crate::wire::{Reply, UNLOCK, begin, password_path, post, read, request, request_token, send, until};

async fn read_with(emulator: &Emulator, user: Uuid, token: &str) -> Reply {
    let headers = [("Authorization", format!("Bearer {token}"))];
    send(emulator, "GET", &password_path(emulator, user), &headers, b"").await
}

async fn new_token(emulator: &Emulator) -> String {
    request_token(emulator).await.json()["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_access_token_expires() {
    pause();
    let lifetime = Duration::from_millis(60_900);
    let emulator = Emulator::builder().token_lifetime(lifetime).start().await.unwrap();
    let user = emulator.add_user(Status::Ok);
    advance(Duration::from_secs(30)).await;
    let response = request_token(&emulator).await.json();
    assert_eq!(response["expires_in"], 60);
    let later = response["access_token"].as_str().unwrap();

    advance(Duration::from_millis(30_899)).await;
    assert_eq!(read(&emulator, user, "").await.status, 200);
    advance(Duration::from_millis(1)).await;
    for _ in 0..2 {
        read(&emulator, user, "").await.assert_detail(401, "ACCESS_FAILED", "INVALID_TOKEN", None);
    }
    assert_eq!(read_with(&emulator, user, later).await.status, 200);
    advance(Duration::from_secs(30)).await;
    read_with(&emulator, user, later).await.assert_detail(401, "ACCESS_FAILED", "INVALID_TOKEN", None);
    let newest = new_token(&emulator).await;
    assert_eq!(read_with(&emulator, user, &newest).await.status, 200);
    assert_eq!(emulator.token_requests(), 2);
}

#[tokio::test]
async fn access_tokens_without_a_lifetime_do_not_expire() {
    pause();
    for builder in [Emulator::builder(), Emulator::builder().token_lifetime(Duration::MAX)] {
        let emulator = builder.start().await.unwrap();
        let user = emulator.add_user(Status::Ok);
        let token = new_token(&emulator).await;
        advance(Duration::from_secs(1_000_000)).await;
        assert_eq!(read(&emulator, user, "").await.status, 200);
        assert_eq!(read_with(&emulator, user, &token).await.status, 200);
    }
}

#[tokio::test]
async fn revoked_tokens_are_rejected_and_new_ones_are_not() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::Ok);
    let token = new_token(&emulator).await;
    emulator.revoke_tokens();
    for token in [emulator.access_token(), &token] {
        read_with(&emulator, user, token).await.assert_detail(401, "ACCESS_FAILED", "INVALID_TOKEN", None);
    }
    let token = new_token(&emulator).await;
    assert_eq!(read_with(&emulator, user, &token).await.status, 200);
}

#[tokio::test]
async fn the_worker_application_can_have_another_environment() {
    let worker = Uuid::from_u128(7);
    let emulator = Emulator::builder().worker_environment(worker).start().await.unwrap();
    let user = emulator.add_user(Status::Ok);
    assert_eq!(emulator.worker_environment_id(), worker);
    let token = new_token(&emulator).await;
    assert_eq!(read_with(&emulator, user, &token).await.status, 200);

    let (id, secret) = (emulator.client_id(), emulator.client_secret());
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let path = format!("/{}/as/token", emulator.environment_id());
    let headers = [("Content-Type", "application/x-www-form-urlencoded".to_owned())];
    let reply = send(&emulator, "POST", &path, &headers, form.as_bytes()).await;
    assert_eq!((reply.status, &reply.json()["error"]), (401, &"invalid_client".into()));
}

#[tokio::test]
async fn requests_beyond_the_rate_limit_get_429() {
    pause();
    let emulator = Emulator::builder().rate_limit(3).start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    advance(Duration::from_secs(100)).await;
    for _ in 0..2 {
        for _ in 0..3 {
            assert_eq!(read(&emulator, user, "").await.status, 200);
        }
        for wait in [Duration::ZERO, Duration::from_millis(999)] {
            advance(wait).await;
            let reply = post(&emulator, user, &[UNLOCK]).await;
            assert_eq!((reply.status, reply.header("Retry-After")), (429, "1"));
            assert_eq!(reply.json()["code"], "REQUEST_LIMITED");
            assert_eq!(reply.json().get("id"), None);
            assert!(!reply.header("Correlation-Id").is_empty());
            assert_eq!(request_token(&emulator).await.status, 200);
        }
        advance(Duration::from_millis(1)).await;
    }
    assert_eq!(emulator.unlocks(user), 0);
    assert!(emulator.requests().iter().all(|request| request.fault.is_none()));
    assert_eq!(post(&emulator, user, &[UNLOCK]).await.status, 200);
}

#[tokio::test]
async fn every_request_waits_for_the_latency() {
    pause();
    let latency = Duration::from_secs(20);
    let emulator = Emulator::builder().latency(latency).start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    for status in [post(&emulator, user, &[UNLOCK]).await.status, request_token(&emulator).await.status] {
        assert_eq!(status, 200);
    }
    let before = Instant::now();
    read(&emulator, user, "").await;
    assert!((latency..latency * 2).contains(&before.elapsed()));
}

#[tokio::test]
async fn a_request_whose_client_disconnects_during_the_latency_has_no_effect() {
    let emulator = Emulator::builder().latency(Duration::from_secs(3600)).start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    let (method, path, headers) = request(&emulator, user, Operation::Unlock);
    let mut connection = begin(&emulator, method, &path, &headers, b"").await;
    until(|| emulator.requests().len() == 1).await;
    connection.shutdown().await.unwrap();
    // The server closes the connection only after it has dropped the request.
    assert_eq!(connection.read(&mut [0]).await.unwrap(), 0);
    let recorded = &emulator.requests()[0];
    assert_eq!((recorded.status, recorded.applied, emulator.unlocks(user)), (None, false, 0));
}
