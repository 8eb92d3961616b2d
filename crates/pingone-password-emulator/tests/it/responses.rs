//! Faults with a response: what the client receives, and what is true on the server.

use std::io::Read;

use flate2::read::GzDecoder;
use pingone_password_emulator::{Emulator, Fault, Operation, Status};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    injected::Injected,
    wire::{Reply, UNLOCK, connect, head, post, request},
};

const HAL_JSON: &str = "application/hal+json;charset=UTF-8";

fn assert_page(reply: &Reply) {
    assert_eq!(reply.header("Content-Type"), "text/html");
    assert!(reply.body.starts_with("<html>"), "{}", reply.body);
    assert!(!reply.header("Correlation-Id").is_empty());
}

#[tokio::test]
async fn internal_error_500() {
    let injected = Injected::by(Fault::InternalError500, 500, false).await;
    injected.reply().assert_error(500, "UNEXPECTED_ERROR");
}

#[tokio::test]
async fn internal_error_500_after() {
    let injected = Injected::by(Fault::InternalError500After, 500, true).await;
    injected.reply().assert_error(500, "UNEXPECTED_ERROR");
}

#[tokio::test]
async fn bad_gateway() {
    assert_page(&Injected::by(Fault::BadGateway, 502, false).await.reply());
}

#[tokio::test]
async fn bad_gateway_after() {
    assert_page(&Injected::by(Fault::BadGatewayAfter, 502, true).await.reply());
}

#[tokio::test]
async fn gateway_timeout_504() {
    assert_page(&Injected::by(Fault::GatewayTimeout504, 504, true).await.reply());
}

#[tokio::test]
async fn unavailable() {
    let reply = Injected::by(Fault::Unavailable, 503, false).await.reply();
    assert_eq!(reply.header("Content-Type"), "text/plain");
    assert_eq!(reply.body, "no healthy upstream\n");
    assert!(!reply.has("Retry-After"));
}

#[tokio::test]
async fn unavailable_retry_after() {
    let reply = Injected::by(Fault::UnavailableRetryAfter, 503, false).await.reply();
    assert_eq!(reply.header("Content-Type"), "text/plain");
    assert_eq!(reply.header("Retry-After"), "1");
}

#[tokio::test]
async fn rate_limited() {
    let reply = Injected::by(Fault::RateLimited, 429, false).await.reply();
    assert_eq!(reply.header("Retry-After"), "1");
    assert_eq!(reply.json()["code"], "REQUEST_LIMITED");
    assert_eq!(reply.json().get("id"), None);
    assert!(!reply.header("Correlation-Id").is_empty());
}

#[tokio::test]
async fn empty_ok() {
    let reply = Injected::by(Fault::EmptyOk, 200, true).await.reply();
    assert_eq!((reply.header("Content-Length"), reply.body.as_str()), ("0", ""));
    assert!(!reply.has("Content-Type"));
}

#[tokio::test]
async fn truncated_json() {
    let injected = Injected::by(Fault::TruncatedJson, 200, true).await;
    let (reply, state) = (injected.reply(), injected.state().await.to_string());
    assert_eq!(reply.header("Content-Type"), HAL_JSON);
    assert_eq!(reply.header("Content-Length"), reply.body.len().to_string());
    assert_eq!(reply.body, state[..state.len() / 2]);
}

#[tokio::test]
async fn html_ok() {
    assert_page(&Injected::by(Fault::HtmlOk, 200, true).await.reply());
}

#[tokio::test]
async fn wrong_content_type() {
    let injected = Injected::by(Fault::WrongContentType, 200, true).await;
    assert_eq!(injected.reply().header("Content-Type"), "text/plain");
    assert_eq!(injected.reply().json(), injected.state().await);
}

#[tokio::test]
async fn other_json() {
    let reply = Injected::by(Fault::OtherJson, 200, true).await.reply();
    assert_eq!(reply.header("Content-Type"), "application/json;charset=UTF-8");
    assert_eq!(reply.body, "[]");
}

#[tokio::test]
async fn gzip_bomb() {
    let injected = Injected::by(Fault::GzipBomb, 200, true).await;
    assert_eq!(injected.reply().header("Content-Encoding"), "gzip");
    assert_eq!(injected.reply().header("Content-Type"), HAL_JSON);
    let head = injected.received.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    let body = &injected.received[head + 4..];
    assert!(body.len() < 100_000, "{}", body.len());
    assert_eq!(injected.reply().header("Content-Length"), body.len().to_string());

    // Up to the end, which holds the checksum.
    let (mut inflated, mut chunk, mut tail) = (0, vec![0; 1024 * 1024], Vec::new());
    let mut decoder = GzDecoder::new(body);
    loop {
        let read = decoder.read(&mut chunk).unwrap();
        if read == 0 {
            break;
        }
        inflated += read;
        tail.extend_from_slice(&chunk[..read]);
        tail.drain(..tail.len().saturating_sub(10_000));
    }
    assert!(inflated > 64 * 1024 * 1024, "{inflated}");
    assert_eq!(serde_json::from_slice::<Value>(&tail).unwrap(), injected.state().await);
}

#[tokio::test]
async fn oversized_headers() {
    let injected = Injected::by(Fault::OversizedHeaders, 200, true).await;
    let reply = injected.reply();
    let oversized =
        reply.headers.iter().filter(|(name, value)| name.starts_with("x-oversized-") && value.len() == 1024);
    assert_eq!(oversized.count(), 128);
    assert_eq!(reply.header("Content-Type"), HAL_JSON);
    assert_eq!(reply.json(), injected.state().await);
}

#[tokio::test]
async fn redirect() {
    let reply = Injected::by(Fault::Redirect, 302, false).await.reply();
    assert_eq!(reply.header("Location"), "http://127.0.0.1:9/");
    let elsewhere = Emulator::builder().redirect_target("https://elsewhere.example/v1?a=b");
    let reply = Injected::at(elsewhere, Fault::Redirect, 302, false).await.reply();
    assert_eq!(reply.header("Location"), "https://elsewhere.example/v1?a=b");
    let error = Emulator::builder().redirect_target("http://\n/").start().await.unwrap_err();
    assert_eq!(error.to_string(), r#""http://\n/" is not a valid redirect target"#);
}

#[tokio::test]
async fn duplicate_headers() {
    let injected = Injected::by(Fault::DuplicateHeaders, 200, true).await;
    let reply = injected.reply();
    assert_eq!(reply.all("Content-Type"), [HAL_JSON, "text/plain"]);
    let [one, two] = reply.all("Correlation-Id")[..] else { panic!("{:?}", reply.headers) };
    assert_ne!(one, two);
    assert_eq!(reply.json(), injected.state().await);
}

#[tokio::test]
async fn no_headers() {
    let injected = Injected::by(Fault::NoHeaders, 200, true).await;
    let reply = injected.reply();
    let names: Vec<_> = reply.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Connection", "Content-Length"]);
    assert_eq!(reply.header("Content-Length"), reply.body.len().to_string());
    assert_eq!(reply.json(), injected.state().await);
}

#[tokio::test]
async fn unknown_status() {
    let injected = Injected::by(Fault::UnknownStatus, 200, true).await;
    let mut state = injected.state().await;
    state["status"] = json!("SOMETHING_NEW");
    assert_eq!(injected.reply().json(), state);
    assert_eq!(injected.reply().header("Content-Type"), HAL_JSON);
}

#[tokio::test]
async fn nulls() {
    let reply = Injected::by(Fault::Nulls, 200, true).await.reply();
    assert_eq!(reply.header("Content-Type"), HAL_JSON);
    let body = reply.json();
    let (statuses, others): (Vec<_>, Vec<_>) =
        body.as_object().unwrap().iter().partition(|(name, _)| *name == "status");
    assert_eq!(statuses[0].1, "OK");
    assert_eq!(others.len(), 7);
    assert!(others.iter().all(|(_, value)| value.is_null()), "{body}");
}

#[tokio::test]
async fn a_connection_can_be_reused_after_a_fault_with_a_response() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject([Fault::BadGateway]);
    let (method, path, headers) = request(&emulator, user, Operation::Unlock);
    let last = head(method, &path, &headers, 0);
    let mut connection = connect(&emulator).await;
    let kept = last.replace("Connection: close\r\n", "");
    connection.write_all(format!("{kept}{last}").as_bytes()).await.unwrap();
    let mut received = String::new();
    connection.read_to_string(&mut received).await.unwrap();
    let statuses: Vec<_> = received.match_indices("HTTP/1.1 ").map(|(at, _)| &received[at + 9..at + 12]).collect();
    assert_eq!(statuses, ["502", "200"]);
    assert_eq!(post(&emulator, user, &[UNLOCK]).await.status, 200);
    assert_eq!(emulator.unlocks(user), 2);
}
