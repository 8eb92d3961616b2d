//! Faults that claim success, in pairs: one applies the unlock, the other doesn't.

use pingone_password_emulator::{Emulator, Fault, Operation, Status};
use serde_json::Value;

use crate::{
    injected::Injected,
    wire::{Reply, read},
};

/// Sends an unlock with each of two faults, and asserts that the responses have the same status, headers and shape.
async fn pair(status: u16, applied: Fault, not_applied: Fault) -> [Injected; 2] {
    let pair = [Injected::by(applied, status, true).await, Injected::by(not_applied, status, false).await];
    let [one, two] = [pair[0].reply(), pair[1].reply()];
    let names = |reply: &Reply| reply.headers.iter().map(|(name, _)| name.to_lowercase()).collect::<Vec<_>>();
    assert_eq!(names(&one), names(&two), "{applied}");
    assert_eq!(one.all("Content-Type"), two.all("Content-Type"), "{applied}");
    assert_eq!(one.all("Retry-After"), two.all("Retry-After"), "{applied}");
    assert_eq!(one.body.is_empty(), two.body.is_empty(), "{applied}");
    pair
}

#[tokio::test]
async fn pairs_that_differ_in_nothing() {
    for (status, applied, not_applied) in [
        (503, Fault::UnavailableAfter, Fault::Unavailable),
        (503, Fault::UnavailableAfterRetryAfter, Fault::UnavailableRetryAfter),
        (504, Fault::GatewayTimeout504, Fault::GatewayTimeout504Before),
        (200, Fault::HtmlOk, Fault::HtmlOkBefore),
        (200, Fault::OtherJson, Fault::OtherJsonBefore),
        (202, Fault::Accepted202, Fault::Accepted202Before),
        (408, Fault::RequestTimeout408After, Fault::RequestTimeout408),
        (403, Fault::FirewallForbiddenAfter, Fault::FirewallForbidden),
    ] {
        let [one, two] = pair(status, applied, not_applied).await;
        assert_eq!(one.reply().body, two.reply().body, "{applied}");
    }
}

#[tokio::test]
async fn half_of_a_state() {
    for (applied, not_applied) in
        [(Fault::TruncatedJson, Fault::TruncatedJsonBefore), (Fault::ResetMidBody, Fault::ResetMidBodyBefore)]
    {
        for injected in pair(200, applied, not_applied).await {
            let (half, state) = (injected.reply().body, injected.state().await.to_string());
            assert_eq!(half, state[..state.len() / 2]);
        }
    }
}

#[tokio::test]
async fn an_error_with_200() {
    for injected in pair(200, Fault::ErrorOk, Fault::ErrorOkBefore).await {
        let reply = injected.reply();
        assert_eq!(reply.header("Content-Type"), "application/json;charset=UTF-8");
        assert_eq!(reply.json()["code"], "UNEXPECTED_ERROR");
        assert_eq!(reply.json()["id"], reply.header("Correlation-Id"));
    }
}

#[tokio::test]
async fn an_expired_token() {
    for injected in pair(401, Fault::Unauthorized401After, Fault::Unauthorized401).await {
        injected.reply().assert_detail(401, "ACCESS_FAILED", "INVALID_TOKEN", None);
    }
}

#[tokio::test]
async fn other_success() {
    let injected = Injected::by(Fault::Created201, 201, true).await;
    assert_eq!(injected.reply().json(), injected.state().await);
    let reply = Injected::by(Fault::NoContent204, 204, true).await.reply();
    assert_eq!((reply.body.as_str(), reply.has("Content-Type")), ("", false));
}

#[tokio::test]
async fn partial_content() {
    for injected in pair(206, Fault::PartialContent206, Fault::PartialContent206Before).await {
        let reply = injected.reply();
        assert_eq!(reply.json()["status"], "OK");
        let last = reply.body.len() - 1;
        assert_eq!(reply.header("Content-Range"), format!("bytes 0-{last}/{}", last + 1));
    }
}

#[tokio::test]
async fn a_user_who_is_still_locked_out() {
    for injected in pair(200, Fault::StillLockedOut, Fault::StillLockedOutBefore).await {
        let state = injected.reply().json();
        assert_eq!((&state["status"], &state["secondsUntilUnlock"]), (&"PASSWORD_LOCKED_OUT".into(), &900.into()));
        assert_eq!(state["user"]["id"], injected.user.to_string());
    }
    // A read that is behind the truth.
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::Ok);
    emulator.inject_for(Operation::Read, [Fault::StillLockedOut]);
    let status = |reply: Reply| reply.json()["status"].clone();
    assert_eq!(status(read(&emulator, user, "").await), "PASSWORD_LOCKED_OUT");
    assert_eq!(status(read(&emulator, user, "").await), "OK");
}

fn links(state: &Value) -> String {
    state["_links"].to_string()
}

#[tokio::test]
async fn the_state_of_another_user() {
    for injected in pair(200, Fault::OtherUser, Fault::OtherUserBefore).await {
        let state = injected.reply().json();
        assert_eq!(state["status"], "OK");
        assert_eq!(state["environment"]["id"], injected.emulator.environment_id().to_string());
        let other = state["user"]["id"].as_str().unwrap();
        assert_ne!(other, injected.user.to_string());
        assert!(links(&state).contains(other) && !links(&state).contains(&injected.user.to_string()));
    }
}

#[tokio::test]
async fn a_state_in_another_environment() {
    for injected in pair(200, Fault::OtherEnvironment, Fault::OtherEnvironmentBefore).await {
        let state = injected.reply().json();
        assert_eq!((&state["status"], &state["user"]["id"]), (&"OK".into(), &injected.user.to_string().into()));
        assert_ne!(state["environment"]["id"], injected.emulator.environment_id().to_string());
        assert!(!links(&state).contains(&injected.emulator.environment_id().to_string()));
    }
}
