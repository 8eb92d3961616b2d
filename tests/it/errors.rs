//! Failures of a server, a gateway or the network, and the errors that a caller sees.

use std::error::Error as StdError;
use std::net::TcpListener as Silent;
use std::time::{Duration, SystemTime};

use pingone_password::{ClientBuilder, Error, ErrorKind, Method, Outcome, PasswordState, PasswordStatus, Response};
use recorder::Recorder;
use serde_json::json;
use tokio::net::TcpListener;

use crate::{Result, TOKEN, builder, snapshot, user_id};

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";
/// A body, which has to stay out of messages and logs.
const PAGE: &str = "<html><body>a-body-must-not-leak</body></html>";
const CORRELATION_ID: &str = "5d6a7d43-6f2e-4a57-9d2c-3b1d9f5f0f5e";
const STATE: &str = r#"{"status":"OK"}"#;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Read,
    Unlock,
}
use Call::{Read, Unlock};

impl Call {
    async fn fail(self, client: ClientBuilder) -> Result<Error> {
        let client = client.build()?;
        Ok(match self {
            Read => client.read_password_state(user_id()).await.map(|_| ()).unwrap_err(),
            Unlock => client.unlock_password(user_id()).await.map(|_| ()).unwrap_err(),
        })
    }
}

/// A response for a recorder to send.
struct StubResponse {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
}

impl StubResponse {
    fn new(status: u16, content_type: &'static str, body: impl Into<String>) -> Self {
        Self { status, headers: vec![("content-type", content_type)], body: body.into() }
    }

    /// An error in PingOne's format, with different IDs in the header and the body.
    fn error(status: u16, code: &str, message: &str) -> Self {
        let body = json!({ "id": "the-id-in-the-body", "code": code, "message": message });
        Self::new(status, JSON, body.to_string()).with("correlation-id", CORRELATION_ID)
    }

    fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    async fn recorder(&self) -> Result<Recorder> {
        Ok(Recorder::with(self.status, &self.headers, &self.body).await?)
    }

    async fn to(&self, call: Call) -> Result<Error> {
        call.fail(builder(self.recorder().await?.url())).await
    }

    async fn to_unlock(&self) -> Result<Response<Option<PasswordState>>> {
        Ok(builder(self.recorder().await?.url()).build()?.unlock_password(user_id()).with_response().await?)
    }
}

/// Successful responses without a password state.
fn without_a_state() -> Vec<(&'static str, StubResponse)> {
    vec![
        ("truncated JSON", StubResponse::new(200, JSON, r#"{"status":"#)),
        ("no body", StubResponse { status: 200, headers: vec![], body: String::new() }),
        ("HTML", StubResponse::new(200, HTML, PAGE)),
        ("other JSON", StubResponse::new(200, JSON, r#"{"a-body-must-not-leak":true}"#)),
    ]
}

/// The URL of a server that isn't running.
async fn not_running() -> Result<String> {
    Ok(format!("http://{}", TcpListener::bind("127.0.0.1:0").await?.local_addr()?))
}

/// A server that closes every connection.
async fn closes_connections() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    Ok(format!("http://{address}"))
}

/// A server that accepts connections and never responds.
fn silent() -> Result<(String, Silent)> {
    let listener = Silent::bind("127.0.0.1:0")?;
    Ok((format!("http://{}", listener.local_addr()?), listener))
}

/// A response whose body is shorter than its `Content-Length`.
async fn truncated() -> Result<Recorder> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {JSON}\r\ncorrelation-id: {CORRELATION_ID}\r\n");
    Ok(Recorder::raw(format!("{head}content-length: 100\r\n\r\n{STATE}")[..head.len() + 30].to_owned()).await?)
}

fn too_large() -> StubResponse {
    StubResponse::new(200, JSON, format!(r#"{{"status":"OK","more":"{}"}}"#, "x".repeat(5000)))
}

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
