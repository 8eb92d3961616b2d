//! What a server, a gateway or a network may answer, and what a caller is told of it.

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
/// Each of these has to stay out of messages and logs.
const PAGE: &str = "<html><body>body-that-nobody-may-see</body></html>";
const CORRELATION_ID: &str = "5d6a7d43-6f2e-4a57-9d2c-3b1d9f5f0f5e";
const STATE: &str = r#"{"status":"OK"}"#;

/// What is called.
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

/// An answer as it is told to a recorder.
struct Answer {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
}

impl Answer {
    fn new(status: u16, content_type: &'static str, body: impl Into<String>) -> Self {
        Self { status, headers: vec![("content-type", content_type)], body: body.into() }
    }

    /// An error as the vendor writes it, with its id in the header and another in the body.
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

/// Answers of success that are not what was asked for.
fn without_a_state() -> Vec<(&'static str, Answer)> {
    vec![
        ("JSON that breaks off", Answer::new(200, JSON, r#"{"status":"#)),
        ("no body", Answer { status: 200, headers: vec![], body: String::new() }),
        ("HTML", Answer::new(200, HTML, PAGE)),
        ("another JSON", Answer::new(200, JSON, r#"{"body-that-nobody-may-see":true}"#)),
    ]
}

/// The address of a server that is gone.
async fn nobody() -> Result<String> {
    Ok(format!("http://{}", TcpListener::bind("127.0.0.1:0").await?.local_addr()?))
}

/// A server that hangs up on everyone.
async fn hangs_up() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    Ok(format!("http://{address}"))
}

/// A server that takes connections, and says nothing as long as it is there.
fn silent() -> Result<(String, Silent)> {
    let listener = Silent::bind("127.0.0.1:0")?;
    Ok((format!("http://{}", listener.local_addr()?), listener))
}

/// A 200 whose body is shorter than it says.
async fn breaks_off() -> Result<Recorder> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {JSON}\r\ncorrelation-id: {CORRELATION_ID}\r\n");
    Ok(Recorder::answering(format!("{head}content-length: 100\r\n\r\n{STATE}")[..head.len() + 30].to_owned()).await?)
}

fn too_long() -> Answer {
    Answer::new(200, JSON, format!(r#"{{"status":"OK","more":"{}"}}"#, "x".repeat(5000)))
}

/// One error of every kind, each under its name.
async fn failures() -> Result<Vec<(String, Error)>> {
    let no_access = "The request could not be completed. You do not have access to this resource.";
    let mut answers = vec![
        (Read, "401", Answer::error(401, "ACCESS_FAILED", no_access)),
        (Read, "403", Answer::error(403, "ACCESS_FAILED", no_access)),
        (Read, "404", Answer::error(404, "NOT_FOUND", "The requested resource was not found.")),
        (Unlock, "408 of a gateway", Answer::new(408, HTML, PAGE)),
        (Unlock, "415", Answer::error(415, "INVALID_REQUEST", "The request was malformed or invalid.")),
        (Read, "429", Answer::error(429, "REQUEST_LIMITED", "There were too many requests.").with("retry-after", "7")),
        (Read, "500", Answer::error(500, "UNEXPECTED_ERROR", "An unexpected error occurred.")),
        (Unlock, "500", Answer::error(500, "UNEXPECTED_ERROR", "An unexpected error occurred.")),
        (Read, "502 of a gateway, in HTML", Answer::new(502, HTML, PAGE)),
        (Unlock, "503 of a gateway, in JSON", Answer::new(503, JSON, r#"{"message":"Service Unavailable"}"#)),
        (Read, "an error of another shape", Answer::new(400, JSON, r#"["body-that-nobody-may-see"]"#)),
        (Read, "a message of several lines", Answer::error(400, "INVALID\u{1b}[31m", "One.\nTwo.\r\nThree.")),
        (Read, "a message of 5000 characters", Answer::error(400, "INVALID_DATA", &"long ".repeat(1000))),
        (Unlock, "a redirect", Answer::new(307, HTML, PAGE).with("location", "https://login.example.com/")),
    ];
    answers.extend(without_a_state().into_iter().map(|(name, answer)| (Read, name, answer)));
    let mut failures = Vec::new();
    for (call, name, answer) in answers {
        failures.push((format!("{call:?}: {name}"), answer.to(call).await?));
    }
    let long = too_long().recorder().await?;
    failures.push(("Read: more than the limit".to_owned(), Read.fail(builder(long.url()).response_limit(100)).await?));
    failures.push(("Read: a body that breaks off".to_owned(), Read.fail(builder(breaks_off().await?.url())).await?));
    let (silent, _listener) = silent()?;
    for call in [Read, Unlock] {
        let silent = builder(&silent).timeout(Duration::from_millis(200));
        failures.push((format!("{call:?}: nobody there"), call.fail(builder(nobody().await?)).await?));
        failures.push((format!("{call:?}: hung up"), call.fail(builder(hangs_up().await?)).await?));
        failures.push((format!("{call:?}: no answer in time"), call.fail(silent).await?));
    }
    let conflict = Answer::new(409, JSON, "{}").recorder().await?;
    let client = builder(conflict.url()).build()?;
    let check = "application/vnd.pingidentity.password.check+json".parse()?;
    let other = client.raw(user_id(), Method::Post, check).json(json!({ "password": TOKEN }));
    failures.push(("Other operation: 409 without a word".to_owned(), other.await.map(|_| ()).unwrap_err()));
    Ok(failures)
}

#[tokio::test]
async fn errors_as_people_read_them() -> Result {
    let shown = failures().await?.into_iter().map(|(name, error)| {
        let (kind, outcome, advice) = (error.kind(), error.outcome(), error.advice());
        let transient = if error.is_transient() { ", transient" } else { "" };
        format!("# {name}\n{error}\n    {kind:?}, {outcome:?}{transient}\n    advice: {advice}")
    });
    snapshot("errors", shown.collect::<Vec<_>>().join("\n\n"));
    Ok(())
}

#[tokio::test]
async fn no_error_shows_a_token_or_a_body() -> Result {
    let failures = failures().await?;
    assert!(failures.iter().any(|(_, error)| error.source().is_some()), "some have a source");
    for (name, error) in failures {
        assert_eq!(error.user_id(), Some(user_id()), "{name}");
        assert!(!error.to_string().contains('\n'), "{name}: on one line");
        let mut said = vec![format!("{error} {error:?} {error:#?}")];
        let mut source = error.source();
        while let Some(error) = source {
            assert!(!error.to_string().contains("http://"), "{name}: no URL, which may hold what is nobody's business");
            said.push(format!("{error} {error:?} {error:#?}"));
            source = error.source();
        }
        let said = said.join("\n");
        assert!(!said.contains("nobody-may-see"), "{name}: {said}");
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
        for answer in [Answer::error(status, "CODE", "Message."), Answer::new(status, HTML, PAGE)] {
            let (read, unlock) = (answer.to(Read).await?, answer.to(Unlock).await?);
            assert_eq!((read.kind(), unlock.kind()), (kind, kind), "{status}");
            assert_eq!((read.status(), unlock.status()), (Some(status), Some(status)));
            assert_eq!((read.outcome(), unlock.outcome()), (NotApplied, outcome), "{status}");
            assert_eq!((read.operation(), unlock.operation()), (Some("readPasswordState"), Some("unlockPassword")));
            assert_eq!(read.is_unauthenticated(), status == 401);
            assert_eq!(read.is_forbidden(), status == 403);
            assert_eq!(read.is_not_found(), status == 404);
            assert_eq!(read.is_rate_limited(), status == 429);
            assert!(!read.is_connect() && !read.is_timeout());
            assert_eq!(read.body(), answer.body.as_bytes());
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_the_server_said_is_kept() -> Result {
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
    let answer = Answer::new(400, "application/hal+json;charset=UTF-8", body.to_string());
    for call in [Read, Unlock] {
        let error = answer.to(call).await?;
        assert_eq!(error.code(), Some("INVALID_DATA"));
        assert_eq!(error.message(), Some("One or more validation errors were in the request."));
        assert_eq!(serde_json::to_value(error.details())?, body["details"]);
        assert_eq!(error.details()[0].inner_error.as_ref(), Some(&body["details"][0]["innerError"]));
        assert_eq!(error.correlation_id(), Some("the-id-in-the-body"), "the header is missing");
    }
    let error = answer.with("correlation-id", CORRELATION_ID).to(Read).await?;
    assert_eq!(error.correlation_id(), Some(CORRELATION_ID), "the header has the first word");

    let error = Answer::new(502, HTML, PAGE).to(Read).await?;
    assert_eq!((error.code(), error.message(), error.correlation_id()), (None, None, None));
    assert!(error.details().is_empty());
    Ok(())
}

#[tokio::test]
async fn the_server_says_how_long_to_wait() -> Result {
    let wait = async |status, value: &'static str| -> Result<Option<Duration>> {
        let error = Answer::error(status, "REQUEST_LIMITED", "Too many.").with("retry-after", value).to(Read).await?;
        Ok(error.retry_after())
    };
    assert_eq!(wait(429, "7").await?, Some(Duration::from_secs(7)));
    assert_eq!(wait(503, "120").await?, Some(Duration::from_secs(120)));
    assert_eq!(wait(429, "Wed, 21 Oct 2015 07:28:00 GMT").await?, Some(Duration::ZERO), "that is over");
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(7_258_118_399);
    let at_most = then.duration_since(SystemTime::now())?;
    let waits = wait(429, "Tue, 31 Dec 2199 23:59:59 GMT").await?.ok_or("a date is no wait")?;
    let at_least = then.duration_since(SystemTime::now())?;
    assert!((at_least..=at_most).contains(&waits), "{waits:?}");
    assert_eq!(wait(429, "soon").await?, None);
    assert_eq!(wait(429, "-1").await?, None);
    assert_eq!(Answer::error(429, "REQUEST_LIMITED", "Too many.").to(Read).await?.retry_after(), None);
    Ok(())
}

#[tokio::test]
async fn a_read_without_a_state_is_an_error() -> Result {
    for (name, answer) in without_a_state() {
        let error = answer.with("correlation-id", CORRELATION_ID).to(Read).await?;
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{name}");
        assert_eq!((error.status(), error.outcome()), (Some(200), Outcome::NotApplied), "{name}");
        assert_eq!(error.correlation_id(), Some(CORRELATION_ID), "{name}");
        assert_eq!(error.code(), None, "{name}");
    }
    let long = too_long().recorder().await?;
    let error = Read.fail(builder(long.url()).response_limit(100)).await?;
    assert_eq!((error.kind(), error.status()), (ErrorKind::ResponseTooLarge, Some(200)));
    assert!(error.body().len() <= 100);

    let error = Read.fail(builder(breaks_off().await?.url())).await?;
    assert_eq!((error.kind(), error.status()), (ErrorKind::ConnectionLost, Some(200)));
    assert_eq!(error.correlation_id(), Some(CORRELATION_ID));
    Ok(())
}

#[tokio::test]
async fn an_unlock_that_was_confirmed_is_a_success() -> Result {
    for (name, answer) in without_a_state() {
        let unlocked = answer.with("correlation-id", CORRELATION_ID).to_unlock().await?;
        assert!(unlocked.value().is_none(), "{name}");
        assert_eq!(unlocked.correlation_id(), Some(CORRELATION_ID), "{name}");
    }
    let unlocked = Answer { status: 204, headers: vec![], body: String::new() }.to_unlock().await?;
    assert!(unlocked.value().is_none() && unlocked.correlation_id().is_none());
    for status in [200, 201, 202] {
        let unlocked = Answer::new(status, JSON, STATE).to_unlock().await?;
        assert_eq!(unlocked.into_inner().map(|state| state.status), Some(PasswordStatus::Ok), "{status}");
    }

    let long = too_long().recorder().await?;
    let limited = builder(long.url()).response_limit(100).build()?;
    assert!(limited.unlock_password(user_id()).await?.is_none());
    let broken = breaks_off().await?;
    let unlocked = builder(broken.url()).build()?.unlock_password(user_id()).with_response().await?;
    assert!(unlocked.value().is_none());
    assert_eq!(unlocked.correlation_id(), Some(CORRELATION_ID));
    Ok(())
}

#[tokio::test]
async fn an_answer_may_be_as_long_as_the_limit() -> Result {
    let answer = too_long();
    let recorder = answer.recorder().await?;
    let length = answer.body.len();
    let fits = builder(recorder.url()).response_limit(length).build()?;
    assert_eq!(fits.read_password_state(user_id()).await?.status, PasswordStatus::Ok);
    let error = Read.fail(builder(recorder.url()).response_limit(length - 1)).await?;
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
    Ok(())
}

#[tokio::test]
async fn a_redirect_is_not_followed() -> Result {
    let elsewhere = Answer::new(200, JSON, STATE).recorder().await?;
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
async fn without_an_answer_it_matters_whether_anything_was_sent() -> Result {
    use Outcome::{NotApplied, Unknown};
    for (call, lost) in [(Read, NotApplied), (Unlock, Unknown)] {
        let error = call.fail(builder(nobody().await?)).await?;
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, NotApplied), "{call:?}");
        assert!(error.is_connect());
        assert_eq!((error.status(), error.body()), (None, &[][..]));

        let error = call.fail(builder(hangs_up().await?)).await?;
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::ConnectionLost, lost), "{call:?}");

        let (silent, _listener) = silent()?;
        let error = call.fail(builder(silent).timeout(Duration::from_millis(200))).await?;
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, lost), "{call:?}");
        assert!(error.is_timeout() && error.source().is_some());
    }
    Ok(())
}

/// A request is sent once, whatever comes of it.
#[tokio::test]
async fn nothing_is_sent_twice() -> Result {
    for answer in [Answer::error(503, "UNAVAILABLE", "Later.").with("retry-after", "0"), Answer::new(200, HTML, PAGE)] {
        let recorder = answer.recorder().await?;
        Read.fail(builder(recorder.url())).await?;
        assert_eq!(recorder.requests().len(), 1);
    }
    let recorder = Recorder::answering("").await?;
    let error = Unlock.fail(builder(recorder.url())).await?;
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::ConnectionLost, Outcome::Unknown));
    assert_eq!(recorder.requests().len(), 1);
    Ok(())
}
