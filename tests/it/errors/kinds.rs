//! The kind of an error, its outcome, and what it keeps of a response.

use std::error::Error as StdError;
use std::time::{Duration, SystemTime};

use pingone_password::{ErrorKind, Outcome, PasswordStatus};
use recorder::Recorder;
use serde_json::json;

use super::stub::{
    CORRELATION_ID, HTML, JSON, PAGE, Read, STATE, StubResponse, Unlock, closes_connections, not_running, silent,
    too_large, truncated, without_a_state,
};
use crate::{Result, builder, user_id};

#[tokio::test]
async fn each_status_is_a_kind() -> Result {
    use ErrorKind::{Forbidden, InvalidResponse, NotFound, RateLimited, Rejected, Server, Unauthenticated};
    use Outcome::{NotApplied, Unknown};
    for (status, kind, outcome) in [
        (400, Rejected, NotApplied),
        (401, Unauthenticated, NotApplied),
        (403, Forbidden, NotApplied),
        (404, NotFound, NotApplied),
        (405, Rejected, NotApplied),
        (408, Rejected, Unknown),
        (409, Rejected, NotApplied),
        (415, Rejected, NotApplied),
        (429, RateLimited, NotApplied),
        (500, Server, Unknown),
        (502, Server, Unknown),
        (503, Server, Unknown),
        (504, Server, Unknown),
        (302, InvalidResponse, Unknown),
    ] {
        for response in [StubResponse::error(status, "CODE", "Message."), StubResponse::new(status, HTML, PAGE)] {
            let (read, unlock) = (response.to(Read).await?, response.to(Unlock).await?);
            assert_eq!((read.kind(), unlock.kind()), (kind, kind), "{status}");
            assert_eq!((read.status(), unlock.status()), (Some(status), Some(status)));
            // A rejection that isn't PingOne's says nothing about what PingOne did. Nobody acts on a 429.
            let is_foreign = response.body == PAGE && status != 429;
            let outcome = if is_foreign { Unknown } else { outcome };
            assert_eq!((read.outcome(), unlock.outcome()), (NotApplied, outcome), "{status}");
            assert_eq!((read.operation(), unlock.operation()), (Some("readPasswordState"), Some("unlockPassword")));
            assert_eq!(read.is_unauthenticated(), status == 401);
            assert_eq!(read.is_forbidden(), status == 403);
            assert_eq!(read.is_not_found(), status == 404);
            assert_eq!(read.is_rate_limited(), status == 429);
            assert!(!read.is_connect() && !read.is_timeout());
            assert_eq!(read.body(), response.body.as_bytes());
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_response_is_kept() -> Result {
    let body = json!({
        "id": "the-id-in-the-body",
        "code": "INVALID_DATA",
        "message": "One or more validation errors were in the request.",
        "details": [
            { "code": "INVALID_VALUE", "target": "expand", "message": "Not supported.",
              "innerError": { "allowedValues": ["passwordPolicy"], "deep": [1, { "er": null }] }, "new": true },
            {},
        ],
        "new": 1,
    });
    let response = StubResponse::new(400, "application/hal+json;charset=UTF-8", body.to_string());
    for call in [Read, Unlock] {
        let error = response.to(call).await?;
        assert_eq!(error.code(), Some("INVALID_DATA"));
        assert_eq!(error.message(), Some("One or more validation errors were in the request."));
        assert_eq!(serde_json::to_value(error.details())?, body["details"]);
        assert_eq!(error.details()[0].inner_error.as_ref(), Some(&body["details"][0]["innerError"]));
        assert!(error.to_string().contains(r#"(expand: INVALID_VALUE "Not supported.")"#), "{error}");
        assert_eq!(error.correlation_id(), Some("the-id-in-the-body"), "the header is missing");
    }
    let error = response.with("correlation-id", CORRELATION_ID).to(Read).await?;
    assert_eq!(error.correlation_id(), Some(CORRELATION_ID), "the header comes first");

    let error = StubResponse::new(502, HTML, PAGE).to(Read).await?;
    assert_eq!((error.code(), error.message(), error.correlation_id()), (None, None, None));
    assert!(error.details().is_empty());
    Ok(())
}

#[tokio::test]
async fn retry_after_is_seconds_or_a_date() -> Result {
    let wait = async |status, value: &'static str| -> Result<Option<Duration>> {
        let error =
            StubResponse::error(status, "REQUEST_LIMITED", "Too many.").with("retry-after", value).to(Read).await?;
        Ok(error.retry_after())
    };
    assert_eq!(wait(429, "7").await?, Some(Duration::from_secs(7)));
    assert_eq!(wait(503, "120").await?, Some(Duration::from_secs(120)));
    assert_eq!(wait(429, "Wed, 21 Oct 2015 07:28:00 GMT").await?, Some(Duration::ZERO), "a date in the past");
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(7_258_118_399);
    let at_most = then.duration_since(SystemTime::now())?;
    let waits = wait(429, "Tue, 31 Dec 2199 23:59:59 GMT").await?.ok_or("no Retry-After")?;
    let at_least = then.duration_since(SystemTime::now())?;
    assert!((at_least..=at_most).contains(&waits), "{waits:?}");
    assert_eq!(wait(429, "soon").await?, None);
    assert_eq!(wait(429, "-1").await?, None);
    assert_eq!(StubResponse::error(429, "REQUEST_LIMITED", "Too many.").to(Read).await?.retry_after(), None);
    Ok(())
}

#[tokio::test]
async fn a_read_without_a_state_is_an_error() -> Result {
    for (name, response) in without_a_state() {
        let error = response.with("correlation-id", CORRELATION_ID).to(Read).await?;
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{name}");
        assert_eq!((error.status(), error.outcome()), (Some(200), Outcome::NotApplied), "{name}");
        assert_eq!(error.correlation_id(), Some(CORRELATION_ID), "{name}");
        assert_eq!(error.code(), None, "{name}");
    }
    let long = too_large().recorder().await?;
    let error = Read.fail(builder(long.url()).response_limit(100)).await?;
    assert_eq!((error.kind(), error.status()), (ErrorKind::ResponseTooLarge, Some(200)));
    assert!(error.body().len() <= 100);

    let error = Read.fail(builder(truncated().await?.url())).await?;
    assert_eq!((error.kind(), error.status()), (ErrorKind::ConnectionLost, Some(200)));
    assert_eq!(error.correlation_id(), Some(CORRELATION_ID));
    Ok(())
}

#[tokio::test]
async fn a_body_may_be_as_long_as_the_limit() -> Result {
    let response = too_large();
    let recorder = response.recorder().await?;
    let length = response.body.len();
    let fits = builder(recorder.url()).response_limit(length).build()?;
    assert_eq!(fits.read_password_state(user_id()).await?.status, PasswordStatus::Ok);
    let error = Read.fail(builder(recorder.url()).response_limit(length - 1)).await?;
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
    Ok(())
}

#[tokio::test]
async fn a_redirect_is_not_followed() -> Result {
    let elsewhere = StubResponse::new(200, JSON, STATE).recorder().await?;
    for status in [301, 302, 303, 307, 308] {
        let location = elsewhere.url();
        let here = Recorder::with(status, &[("location", &location)], "").await?;
        for call in [Read, Unlock] {
            let error = call.fail(builder(here.url())).await?;
            assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidResponse, Some(status)));
        }
        assert_eq!(here.requests().len(), 2, "one request for each call");
    }
    assert_eq!(elsewhere.requests(), []);
    Ok(())
}

#[tokio::test]
async fn without_a_response_the_outcome_depends_on_whether_a_request_was_sent() -> Result {
    use Outcome::{NotApplied, Unknown};
    for (call, lost) in [(Read, NotApplied), (Unlock, Unknown)] {
        let error = call.fail(builder(not_running().await?)).await?;
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, NotApplied), "{call:?}");
        assert!(error.is_connect());
        assert_eq!((error.status(), error.body()), (None, &[][..]));

        let error = call.fail(builder(closes_connections().await?)).await?;
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::ConnectionLost, lost), "{call:?}");

        let (silent, _listener) = silent()?;
        let error = call.fail(builder(silent).timeout(Duration::from_millis(200))).await?;
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, lost), "{call:?}");
        assert!(error.is_timeout() && error.source().is_some());
    }
    Ok(())
}

#[tokio::test]
async fn without_retries_a_request_is_sent_once() -> Result {
    for response in
        [StubResponse::error(503, "UNAVAILABLE", "Later.").with("retry-after", "0"), StubResponse::new(200, HTML, PAGE)]
    {
        let recorder = response.recorder().await?;
        Read.fail(builder(recorder.url())).await?;
        assert_eq!(recorder.requests().len(), 1);
    }
    let recorder = Recorder::raw("").await?;
    let error = Unlock.fail(builder(recorder.url())).await?;
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::ConnectionLost, Outcome::Unknown));
    assert_eq!(recorder.requests().len(), 1);
    Ok(())
}
