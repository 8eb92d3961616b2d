//! Which successes are believed, and which leave the outcome unknown.

use pingone_password::{Error, ErrorKind, Method, Outcome, PasswordStatus};

use super::stub::{CORRELATION_ID, HTML, JSON, PAGE, Read, STATE, StubResponse, Unlock, too_large, truncated};
use crate::{Result, builder, user_id};

/// What a server may respond to an unlock with a status of success, without having unlocked anyone.
fn not_believed() -> Vec<(&'static str, ErrorKind, StubResponse)> {
    use ErrorKind::{ConnectionLost, InvalidResponse};
    let other = "f0b1a3de-3e5c-4b4e-8d6f-2d2f0c1f3a55";
    let state = |member: &str, id: &str| format!(r#"{{"status":"OK","{member}":{{"id":"{id}"}}}}"#);
    let json = |status, body: &str| StubResponse::new(status, JSON, body);
    vec![
        ("a page", InvalidResponse, StubResponse::new(200, HTML, PAGE)),
        ("a state as HTML", InvalidResponse, StubResponse::new(200, HTML, STATE)),
        ("a problem", InvalidResponse, StubResponse::new(200, "application/problem+json", r#"{"status":"OK"}"#)),
        ("truncated JSON", InvalidResponse, json(200, r#"{"status":"#)),
        ("other JSON", InvalidResponse, json(200, r#"{"a-body-must-not-leak":true}"#)),
        ("an array", InvalidResponse, json(200, "[]")),
        ("PingOne's error", InvalidResponse, json(200, r#"{"code":"ACCESS_FAILED","message":"No."}"#)),
        ("an error with a status", InvalidResponse, json(200, r#"{"status":"OK","error":"blocked"}"#)),
        ("another service's state", InvalidResponse, json(200, r#"{"status":"success"}"#)),
        ("still locked out", InvalidResponse, json(200, r#"{"status":"PASSWORD_LOCKED_OUT"}"#)),
        ("another user", InvalidResponse, json(200, &state("user", other))),
        ("another environment", InvalidResponse, json(201, &state("environment", other))),
        ("a user that isn't an ID", InvalidResponse, json(200, &state("user", "7"))),
        ("202", InvalidResponse, json(202, STATE)),
        ("203", InvalidResponse, json(203, STATE)),
        ("206", InvalidResponse, json(206, STATE)),
        ("compressed", InvalidResponse, json(200, STATE).with("content-encoding", "gzip")),
        ("two media types", InvalidResponse, json(200, STATE).with("content-type", "text/html")),
        ("shorter than it says", ConnectionLost, json(200, STATE)),
    ]
}

#[tokio::test]
async fn a_success_that_pingone_did_not_send_is_unknown() -> Result {
    for (name, kind, response) in not_believed() {
        let recorder = if kind == ErrorKind::ConnectionLost { truncated().await? } else { response.recorder().await? };
        let error = Unlock.fail(builder(recorder.url())).await?;
        assert_eq!((error.kind(), error.outcome()), (kind, Outcome::Unknown), "{name}: {error}");
        assert!(!format!("{error} {error:?}").contains("must-not-leak"), "{name}");
        assert_eq!(recorder.requests().len(), 1, "{name}");
    }
    let long = too_large().recorder().await?;
    let error = Unlock.fail(builder(long.url()).response_limit(100)).await?;
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::ResponseTooLarge, Outcome::Unknown));
    Ok(())
}

#[tokio::test]
async fn an_unlock_that_pingone_confirmed_is_a_success() -> Result {
    for status in [200, 201, 204] {
        let response = StubResponse { status, headers: vec![], body: String::new() };
        let unlocked = response.with("correlation-id", CORRELATION_ID).to_unlock().await?;
        assert!(unlocked.value().is_none(), "{status}");
        assert_eq!(unlocked.correlation_id(), Some(CORRELATION_ID), "{status}");
    }
    let (user, environment) = (user_id().to_string().to_uppercase(), crate::environment_id());
    let named = format!(r#"{{"status":"OK","user":{{"id":"{user}"}},"environment":{{"id":"{environment}"}}}}"#);
    let new = format!(r#"{{"status":"SOMETHING_NEW","user":{{"id":"{user}"}}}}"#);
    let nulls = r#"{"status":"OK","user":null,"environment":{"id":null}}"#.to_owned();
    for (status, body) in [(200, STATE.to_owned()), (201, STATE.to_owned()), (200, named), (200, new), (200, nulls)] {
        let unlocked = StubResponse::new(status, JSON, body.as_str()).to_unlock().await?;
        assert!(unlocked.into_inner().is_some(), "{status} {body}");
    }
    let without_a_media_type = StubResponse { status: 200, headers: vec![], body: STATE.to_owned() };
    assert_eq!(without_a_media_type.to_unlock().await?.into_inner().map(|s| s.status), Some(PasswordStatus::Ok));
    Ok(())
}

#[tokio::test]
async fn a_raw_operation_succeeds_with_json_that_is_no_error() -> Result {
    let send = async |response: StubResponse| -> Result<std::result::Result<_, Error>> {
        let recorder = response.recorder().await?;
        let client = builder(recorder.url()).build()?;
        Ok(client.raw(user_id(), Method::Post, "application/vnd.pingidentity.password.recover+json".parse()?).await)
    };
    for body in ["", "{}", "[]", r#"{"status":"OK"}"#, "true"] {
        assert!(send(StubResponse::new(200, JSON, body)).await?.is_ok(), "{body}");
    }
    for response in [
        StubResponse::new(200, HTML, PAGE),
        StubResponse::new(200, JSON, r#"{"message":"No."}"#),
        StubResponse::new(200, JSON, r#"{"code":"X"}"#),
        StubResponse::new(202, JSON, "{}"),
        StubResponse::new(200, JSON, r#"{"user":{"id":"f0b1a3de-3e5c-4b4e-8d6f-2d2f0c1f3a55"}}"#),
    ] {
        let error = send(response).await?.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_read_of_another_user_is_invalid() -> Result {
    for member in ["user", "environment"] {
        let body = format!(r#"{{"status":"OK","{member}":{{"id":"f0b1a3de-3e5c-4b4e-8d6f-2d2f0c1f3a55"}}}}"#);
        let error = StubResponse::new(200, JSON, body).to(Read).await?;
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::InvalidResponse, Outcome::NotApplied), "{error}");
    }
    Ok(())
}
