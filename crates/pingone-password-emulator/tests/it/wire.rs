//! HTTP/1.1 by hand: what is sent is exactly what a test writes down.

use pingone_password_emulator::Emulator;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use uuid::Uuid;

pub(crate) const UNLOCK: &str = "application/vnd.pingidentity.password.unlock+json";

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    /// The header's value, which must be there once.
    pub(crate) fn header(&self, name: &str) -> &str {
        let given = self.headers.iter();
        let values: Vec<_> = given.filter(|(n, _)| n.eq_ignore_ascii_case(name)).collect();
        assert_eq!(values.len(), 1, "{name} in {:?}", self.headers);
        &values[0].1
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Asserts an API error: its status, its code, its id in body and header.
    #[track_caller]
    pub(crate) fn assert_error(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.header("Content-Type"), "application/json;charset=UTF-8");
        let error = self.json();
        assert_eq!(error["code"], code);
        assert_eq!(error["id"], self.header("Correlation-Id"));
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()));
    }

    /// Asserts an API error with one detail.
    #[track_caller]
    pub(crate) fn assert_detail(&self, status: u16, code: &str, detail: &str, target: Option<&str>) {
        self.assert_error(status, code);
        let error = self.json();
        assert_eq!(error["details"].as_array().map(Vec::len), Some(1));
        assert_eq!(error["details"][0]["code"], detail);
        assert_eq!(error["details"][0]["target"].as_str(), target);
    }
}

/// The path of a user's password.
pub(crate) fn password_path(emulator: &Emulator, user: Uuid) -> String {
    let environment = emulator.environment_id();
    format!("/v1/environments/{environment}/users/{user}/password")
}

/// The header that opens the door.
pub(crate) fn bearer(emulator: &Emulator) -> (&'static str, String) {
    ("Authorization", format!("Bearer {}", emulator.access_token()))
}

pub(crate) async fn connect(emulator: &Emulator) -> TcpStream {
    let address = emulator.auth_url().trim_start_matches("http://");
    TcpStream::connect(address).await.unwrap()
}

/// One request on a connection of its own. `Host`, `Connection` and, for a body, `Content-Length` come behind the headers.
pub(crate) async fn send(
    emulator: &Emulator,
    method: &str,
    target: &str,
    headers: &[(&str, String)],
    body: &[u8],
) -> Reply {
    let mut lines = vec![format!("{method} {target} HTTP/1.1")];
    let given = headers.iter();
    lines.extend(given.map(|(name, value)| format!("{name}: {value}")));
    lines.push("Host: emulator\r\nConnection: close".to_owned());
    if !body.is_empty() {
        lines.push(format!("Content-Length: {}", body.len()));
    }
    let head = lines.join("\r\n") + "\r\n\r\n";

    let mut connection = connect(emulator).await;
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(body).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    parse(&answer)
}

/// A read with a good access token.
pub(crate) async fn read(emulator: &Emulator, user: Uuid, query: &str) -> Reply {
    let target = password_path(emulator, user) + query;
    send(emulator, "GET", &target, &[bearer(emulator)], b"").await
}

/// A POST with a good access token and these media types.
pub(crate) async fn post(emulator: &Emulator, user: Uuid, content_types: &[&str]) -> Reply {
    let mut headers = vec![bearer(emulator)];
    let given = content_types.iter();
    headers.extend(given.map(|value| ("Content-Type", (*value).to_owned())));
    let target = password_path(emulator, user);
    send(emulator, "POST", &target, &headers, b"").await
}

fn parse(answer: &str) -> Reply {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers = lines.map(|line| line.split_once(": ").unwrap());
    Reply {
        status: status.parse().unwrap(),
        headers: headers.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        body: body.to_owned(),
    }
}
