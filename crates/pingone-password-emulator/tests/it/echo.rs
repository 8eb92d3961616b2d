//! Faults that quote the request's `Authorization`.

use base64::{Engine, prelude::BASE64_STANDARD};
use pingone_password_emulator::Fault;

use crate::injected::Injected;

#[tokio::test]
async fn echo_authorization() {
    let injected = Injected::by(Fault::EchoAuthorization, 403, false).await;
    let (reply, token) = (injected.reply(), injected.emulator.access_token());
    assert_eq!(reply.header("Content-Type"), "application/json");
    let error = reply.json();
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("Invalid key=value pair (missing equal-sign) in Authorization header"), "{message}");
    assert!(message.contains(&format!("'Bearer {token}'")), "{message}");
    assert_eq!(error.as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn echo_everywhere() {
    let injected = Injected::by(Fault::EchoEverywhere, 400, false).await;
    let (reply, token) = (injected.reply(), injected.emulator.access_token());
    let authorization = format!("Bearer {token}");
    assert_eq!(reply.header("Correlation-Id"), authorization);
    let error = reply.json();
    assert_eq!((&error["id"], &error["code"]), (&authorization.clone().into(), &authorization.clone().into()));
    for message in [&error["message"], &error["details"][0]["message"]] {
        let message = message.as_str().unwrap();
        assert!(message.contains(&BASE64_STANDARD.encode(&authorization)), "{message}");
        assert!(message.contains(&authorization.replace(' ', "+")), "{message}");
    }
}
