//! Calls, and servers that fail.

use std::net::TcpListener as Silent;

use pingone_password::{ClientBuilder, Error, PasswordState, Response};
use recorder::Recorder;
use serde_json::json;
use tokio::net::TcpListener;

use crate::{Result, builder, user_id};

pub(super) const JSON: &str = "application/json";
pub(super) const HTML: &str = "text/html; charset=utf-8";
/// A body, which has to stay out of messages and logs.
pub(super) const PAGE: &str = "<html><body>a-body-must-not-leak</body></html>";
pub(super) const CORRELATION_ID: &str = "5d6a7d43-6f2e-4a57-9d2c-3b1d9f5f0f5e";
pub(super) const STATE: &str = r#"{"status":"OK"}"#;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Read,
    Unlock,
}
pub(super) use Call::{Read, Unlock};

impl Call {
    pub(super) async fn fail(self, client: ClientBuilder) -> Result<Error> {
        let client = client.build()?;
        Ok(match self {
            Read => client.read_password_state(user_id()).await.map(|_| ()).unwrap_err(),
            Unlock => client.unlock_password(user_id()).await.map(|_| ()).unwrap_err(),
        })
    }
}

/// A response for a recorder to send.
pub(super) struct StubResponse {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, &'static str)>,
    pub(super) body: String,
}

impl StubResponse {
    pub(super) fn new(status: u16, content_type: &'static str, body: impl Into<String>) -> Self {
        Self { status, headers: vec![("content-type", content_type)], body: body.into() }
    }

    /// An error in PingOne's format, with different IDs in the header and the body.
    pub(super) fn error(status: u16, code: &str, message: &str) -> Self {
        let body = json!({ "id": "the-id-in-the-body", "code": code, "message": message });
        Self::new(status, JSON, body.to_string()).with("correlation-id", CORRELATION_ID)
    }

    pub(super) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(super) async fn recorder(&self) -> Result<Recorder> {
        Ok(Recorder::with(self.status, &self.headers, &self.body).await?)
    }

    pub(super) async fn to(&self, call: Call) -> Result<Error> {
        call.fail(builder(self.recorder().await?.url())).await
    }

    pub(super) async fn to_unlock(&self) -> Result<Response<Option<PasswordState>>> {
        Ok(builder(self.recorder().await?.url()).build()?.unlock_password(user_id()).with_response().await?)
    }
}

/// Successful responses without a password state.
pub(super) fn without_a_state() -> Vec<(&'static str, StubResponse)> {
    vec![
        ("truncated JSON", StubResponse::new(200, JSON, r#"{"status":"#)),
        ("no body", StubResponse { status: 200, headers: vec![], body: String::new() }),
        ("HTML", StubResponse::new(200, HTML, PAGE)),
        ("other JSON", StubResponse::new(200, JSON, r#"{"a-body-must-not-leak":true}"#)),
    ]
}

/// The URL of a server that isn't running.
pub(super) async fn not_running() -> Result<String> {
    Ok(format!("http://{}", TcpListener::bind("127.0.0.1:0").await?.local_addr()?))
}

/// A server that closes every connection.
pub(super) async fn closes_connections() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    Ok(format!("http://{address}"))
}

/// A server that accepts connections and never responds.
pub(super) fn silent() -> Result<(String, Silent)> {
    let listener = Silent::bind("127.0.0.1:0")?;
    Ok((format!("http://{}", listener.local_addr()?), listener))
}

/// A response whose body is shorter than its `Content-Length`.
pub(super) async fn truncated() -> Result<Recorder> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {JSON}\r\ncorrelation-id: {CORRELATION_ID}\r\n");
    Ok(Recorder::raw(format!("{head}content-length: 100\r\n\r\n{STATE}")[..head.len() + 30].to_owned()).await?)
}

pub(super) fn too_large() -> StubResponse {
    StubResponse::new(200, JSON, format!(r#"{{"status":"OK","more":"{}"}}"#, "x".repeat(5000)))
}
