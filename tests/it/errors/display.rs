//! Errors as people read them, without a secret.

use std::error::Error as StdError;
use std::time::Duration;

use pingone_password::{Error, Method, RetryPolicy};
use serde_json::json;

use super::stub::{
    HTML, JSON, PAGE, Read, StubResponse, Unlock, closes_connections, not_running, silent, too_large, truncated,
    without_a_state,
};
use crate::{Result, TOKEN, builder, snapshot, user_id};

/// Returns an error of every kind, each with a name.
async fn failures() -> Result<Vec<(String, Error)>> {
    let no_access = "The request could not be completed. You do not have access to this resource.";
    let mut responses = vec![
        (Read, "401", StubResponse::error(401, "ACCESS_FAILED", no_access)),
        (Read, "403", StubResponse::error(403, "ACCESS_FAILED", no_access)),
        (Read, "404", StubResponse::error(404, "NOT_FOUND", "The requested resource was not found.")),
        (Unlock, "408 of a gateway", StubResponse::new(408, HTML, PAGE)),
        (Unlock, "415", StubResponse::error(415, "INVALID_REQUEST", "The request was malformed or invalid.")),
        (
            Read,
            "429",
            StubResponse::error(429, "REQUEST_LIMITED", "There were too many requests.").with("retry-after", "7"),
        ),
        (Read, "500", StubResponse::error(500, "UNEXPECTED_ERROR", "An unexpected error occurred.")),
        (Unlock, "500", StubResponse::error(500, "UNEXPECTED_ERROR", "An unexpected error occurred.")),
        (Read, "502 of a gateway, in HTML", StubResponse::new(502, HTML, PAGE)),
        (Unlock, "503 of a gateway, in JSON", StubResponse::new(503, JSON, r#"{"message":"Service Unavailable"}"#)),
        (Read, "an error in another format", StubResponse::new(400, JSON, r#"["a-body-must-not-leak"]"#)),
        (Read, "a message of several lines", StubResponse::error(400, "INVALID\u{1b}[31m", "One.\nTwo.\r\nThree.")),
        (Read, "a message of 5000 characters", StubResponse::error(400, "INVALID_DATA", &"long ".repeat(1000))),
        (Unlock, "a redirect", StubResponse::new(307, HTML, PAGE).with("location", "https://login.example.com/")),
    ];
    responses.extend(without_a_state().into_iter().map(|(name, response)| (Read, name, response)));
    let mut failures = Vec::new();
    for (call, name, response) in responses {
        failures.push((format!("{call:?}: {name}"), response.to(call).await?));
    }
    let long = too_large().recorder().await?;
    failures.push((
        "Read: a body larger than the limit".to_owned(),
        Read.fail(builder(long.url()).response_limit(100)).await?,
    ));
    failures.push(("Read: a truncated body".to_owned(), Read.fail(builder(truncated().await?.url())).await?));
    let (silent, _listener) = silent()?;
    for call in [Read, Unlock] {
        let silent = builder(&silent).timeout(Duration::from_millis(200));
        failures.push((format!("{call:?}: no server"), call.fail(builder(not_running().await?)).await?));
        failures.push((format!("{call:?}: connection closed"), call.fail(builder(closes_connections().await?)).await?));
        failures.push((format!("{call:?}: no response in time"), call.fail(silent).await?));
    }
    let conflict = StubResponse::new(409, JSON, "{}").recorder().await?;
    let client = builder(conflict.url()).build()?;
    let check = "application/vnd.pingidentity.password.check+json".parse()?;
    let other = client.raw(user_id(), Method::Post, check).json(json!({ "password": TOKEN }));
    failures.push(("Raw operation: 409 with an empty object".to_owned(), other.await.map(|_| ()).unwrap_err()));
    for (name, response) in [
        ("500, also of the state check", StubResponse::error(500, "UNEXPECTED_ERROR", "An unexpected error occurred.")),
        ("502 of a gateway, also of the state check", StubResponse::new(502, HTML, PAGE)),
        ("no permission to read the state", StubResponse::new(403, HTML, PAGE)),
    ] {
        let recorder = response.recorder().await?;
        let retries = RetryPolicy::default().max_attempts(2).base_delay(Duration::from_millis(1));
        failures.push((format!("Unlock: {name}"), Unlock.fail(builder(recorder.url()).retry(retries)).await?));
    }
    Ok(failures)
}

#[tokio::test]
async fn errors_as_people_read_them() -> Result {
    let shown = failures().await?.into_iter().map(|(name, error)| {
        let (kind, outcome, advice) = (error.kind(), error.outcome(), error.advice());
        let transient = if error.is_transient() { ", transient" } else { "" };
        format!("# {name}\n{error}\n    {kind:?}, {outcome:?}{transient}\n    advice: {advice}")
    });
    snapshot("errors", without_ports(&shown.collect::<Vec<_>>().join("\n\n")));
    Ok(())
}

/// The servers of a test have other ports in each run.
fn without_ports(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        format!("{text}127.0.0.1:[port]{}", part.trim_start_matches(|character: char| character.is_ascii_digit()))
    })
}

#[tokio::test]
async fn no_error_shows_a_token_or_a_body() -> Result {
    let failures = failures().await?;
    assert!(failures.iter().any(|(_, error)| error.source().is_some()), "some have a source");
    for (name, error) in failures {
        assert_eq!(error.user_id(), Some(user_id()), "{name}");
        assert!(!error.to_string().contains('\n'), "{name}: on one line");
        let mut shown = vec![format!("{error} {error:?} {error:#?}")];
        let mut source = error.source();
        while let Some(error) = source {
            assert!(!error.to_string().contains("http://"), "{name}: the URL is left out, it may hold a secret");
            shown.push(format!("{error} {error:?} {error:#?}"));
            source = error.source();
        }
        let shown = shown.join("\n");
        assert!(!shown.contains("must-not-leak"), "{name}: {shown}");
    }
    Ok(())
}
