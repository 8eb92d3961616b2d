//! Responses and errors without a server, compared with those of a client.

use std::error::Error as _;

use pingone_password::requests::{ReadPasswordState, UnlockPassword};
use pingone_password::testing::{TestCall, TestFailure, TestResponse, raw_response, user_stream};
use pingone_password::{Error, ErrorKind, Method, Outcome, RetryPolicy, TokenError, VendorMediaType};
use recorder::Recorder;
use serde_json::json;

use crate::{Result, builder, user_id};

type Headers<'a> = &'a [(&'a str, &'a str)];

/// What a caller can see of an error.
fn seen(error: &Error) -> String {
    format!(
        "{error} | {:?} {:?} transient={} throttled={} requests={} code={:?} message={:?} advice={:?} id={:?} retry={:?} body={}",
        error.kind(),
        error.outcome(),
        error.is_transient(),
        error.is_throttled(),
        error.request_count(),
        error.code(),
        error.message(),
        error.advice(),
        error.correlation_id(),
        error.retry_after(),
        error.body().len(),
    )
}

#[tokio::test]
async fn responses_are_read_as_a_client_reads_them() -> Result {
    let ok = format!(r#"{{"status":"OK","user":{{"id":"{}"}}}}"#, user_id());
    let other = r#"{"status":"OK","user":{"id":"00000000-0000-4000-8000-00000000ffff"}}"#;
    let cases: [(u16, Headers, &str); 14] = [
        (200, &[("content-type", "application/json"), ("correlation-id", "abc")], &ok),
        (204, &[], ""),
        (200, &[("content-type", "application/json")], r#"{"status":"PASSWORD_LOCKED_OUT"}"#),
        (200, &[("content-type", "application/json")], other),
        (200, &[("content-type", "text/html")], "<html>"),
        (202, &[], ""),
        (302, &[("location", "https://login.example.com")], ""),
        (400, &[("correlation-id", "abc")], r#"{"code":"INVALID_DATA","message":"No.","id":"x"}"#),
        (403, &[], r#"{"code":"ACCESS_FAILED","message":"No."}"#),
        (404, &[], r#"{"code":"NOT_FOUND","message":"No such user."}"#),
        (404, &[], "<html>"),
        (429, &[("retry-after", "7")], r#"{"code":"REQUEST_LIMITED"}"#),
        (500, &[], ""),
        (503, &[("retry-after", "3")], ""),
    ];
    for (status, headers, body) in cases {
        let recorder = Recorder::with(status, headers, body).await?;
        let client = builder(recorder.url()).retry(RetryPolicy::none()).build()?;
        let mut response = TestResponse::new(status).body(body);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let environment = client.environment_id();
        let unlock = TestCall::new(UnlockPassword::new(user_id())).environment_id(environment);
        let read = TestCall::new(ReadPasswordState::new(user_id())).environment_id(environment);
        match (client.unlock_password(user_id()).with_response().await, unlock.respond(response.clone())) {
            (Ok(actual), Ok(expected)) => {
                assert_eq!(format!("{:?}", actual.value()), format!("{:?}", expected.value()), "{status} {body}");
                assert_eq!((actual.status(), actual.correlation_id()), (expected.status(), expected.correlation_id()));
            }
            (Err(actual), Err(expected)) => assert_eq!(seen(&actual), seen(&expected)),
            (actual, expected) => panic!("{status} {body}: {actual:?}, {expected:?}"),
        }
        match (client.read_password_state(user_id()).await, read.respond(response)) {
            (Ok(actual), Ok(expected)) => assert_eq!(format!("{actual:?}"), format!("{:?}", expected.into_inner())),
            (Err(actual), Err(expected)) => assert_eq!(seen(&actual), seen(&expected)),
            (actual, expected) => panic!("{status} {body}: {actual:?}, {expected:?}"),
        }
    }
    Ok(())
}

#[test]
fn an_error_of_each_kind_can_be_made() {
    let call = TestCall::new(UnlockPassword::new(user_id()));
    let rejected = |status| call.respond(TestResponse::error(status, "CODE", "Message")).unwrap_err();
    let ok = TestResponse::json(200, json!({ "status": "OK" }));
    for (error, kind, outcome) in [
        (call.fail(TestFailure::InvalidRequest), ErrorKind::Configuration, Outcome::NotApplied),
        (call.fail(TestFailure::AccessToken(TokenError::new("no vault"))), ErrorKind::AccessToken, Outcome::NotApplied),
        (call.fail(TestFailure::Connect), ErrorKind::Connect, Outcome::NotApplied),
        (call.fail(TestFailure::Timeout), ErrorKind::Timeout, Outcome::Unknown),
        (call.fail(TestFailure::ConnectionLost), ErrorKind::ConnectionLost, Outcome::Unknown),
        (call.fail(TestFailure::NotAdmitted), ErrorKind::RateLimited, Outcome::NotApplied),
        (rejected(401), ErrorKind::Unauthenticated, Outcome::NotApplied),
        (rejected(403), ErrorKind::Forbidden, Outcome::NotApplied),
        (rejected(404), ErrorKind::NotFound, Outcome::NotApplied),
        (rejected(429), ErrorKind::RateLimited, Outcome::NotApplied),
        (rejected(400), ErrorKind::Rejected, Outcome::NotApplied),
        (rejected(500), ErrorKind::Server, Outcome::Unknown),
        (call.respond(ok.clone().body("<html>")).unwrap_err(), ErrorKind::InvalidResponse, Outcome::Unknown),
        (call.respond(ok.clone().broken_off()).unwrap_err(), ErrorKind::ConnectionLost, Outcome::Unknown),
        (call.respond(ok.clone().too_large()).unwrap_err(), ErrorKind::ResponseTooLarge, Outcome::Unknown),
        (call.respond(TestResponse::new(99)).unwrap_err(), ErrorKind::Configuration, Outcome::NotApplied),
        (call.respond(ok.clone().header("a b", "")).unwrap_err(), ErrorKind::Configuration, Outcome::NotApplied),
    ] {
        assert_eq!((error.kind(), error.outcome()), (kind, outcome), "{error}");
    }
}

#[test]
fn an_error_that_only_a_sign_in_fixes_can_be_made() -> Result {
    let call = TestCall::new(UnlockPassword::new(user_id()));
    let ended = call.fail(TestFailure::AccessToken(TokenError::sign_in_required("the session is over")));
    assert!(ended.needs_sign_in() && !ended.is_transient());
    assert_eq!((ended.outcome(), ended.advice()), (Outcome::NotApplied, "Sign in again."));
    let cause = ended.source().and_then(|token| token.source()).ok_or("no cause")?;
    assert_eq!(cause.to_string(), "the session is over");
    assert!(!call.fail(TestFailure::AccessToken(TokenError::new("no vault"))).needs_sign_in());
    Ok(())
}

#[tokio::test]
async fn a_raw_response_is_read_as_a_client_reads_it() -> Result {
    let check: VendorMediaType = "application/vnd.pingidentity.password.check+json".parse()?;
    for (status, headers, body) in [
        (200, [("content-type", "application/json")], r#"{"status":"OK"}"#),
        (204, [("correlation-id", "abc")], ""),
        (200, [("content-type", "text/html")], "<html>"),
        (400, [("content-type", "application/json")], r#"{"code":"INVALID_DATA","message":"No."}"#),
        (500, [("retry-after", "3")], ""),
    ] {
        let recorder = Recorder::with(status, &headers, body).await?;
        let client = builder(recorder.url()).retry(RetryPolicy::none()).build()?;
        let actual = client.raw(user_id(), Method::Post, check.clone()).with_response().await;
        let [(name, value)] = headers;
        match (actual, raw_response(user_id(), &check, TestResponse::new(status).body(body).header(name, value))) {
            (Ok(actual), Ok(expected)) => {
                assert_eq!((actual.value(), actual.status()), (expected.value(), expected.status()));
                assert_eq!(actual.request_count(), expected.request_count());
            }
            (Err(actual), Err(expected)) => assert_eq!(seen(&actual), seen(&expected)),
            (actual, expected) => panic!("{status} {body}: {actual:?}, {expected:?}"),
        }
    }
    Ok(())
}

#[test]
fn what_a_call_did_before_shows_in_its_result() -> Result {
    let write = TestCall::new(UnlockPassword::new(user_id())).request_count(4).after_unknown_outcome();
    let error = write.fail(TestFailure::Connect);
    assert_eq!((error.outcome(), error.request_count()), (Outcome::Unknown, 4));
    let read = TestCall::new(ReadPasswordState::new(user_id())).after_unknown_outcome();
    let read_error = read.fail(TestFailure::Timeout);
    assert_eq!(read_error.outcome(), Outcome::NotApplied);
    let error = write.fail_state_check(write.fail(TestFailure::Timeout), read_error);
    assert_eq!(error.state_check_error().map(Error::kind), Some(ErrorKind::Timeout));
    let confirmed = write.confirm(TestResponse::json(200, json!({ "status": "OK" })))?;
    assert!(confirmed.confirmed_by_read() && confirmed.request_count() == 4);
    Ok(())
}

#[tokio::test]
async fn a_stream_of_users_ends_with_its_error() -> Result {
    let call = TestCall::new(ReadPasswordState::new(user_id())).request_count(2);
    let user = serde_json::from_value(json!({ "username": "maria" }))?;
    let mut users = user_stream([user], Some(call.fail(TestFailure::Timeout)));
    assert_eq!(users.next().await.ok_or("no user")??.username.as_deref(), Some("maria"));
    assert!(users.next().await.ok_or("no error")?.unwrap_err().is_timeout());
    assert!(users.next().await.is_none());
    assert_eq!(users.request_count(), 2);
    Ok(())
}
