//! HTTP/1.1 by hand: tests control every byte.

use std::time::Duration;

use pingone_password_emulator::{Emulator, Operation};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use uuid::Uuid;

pub(crate) const UNLOCK: &str = "application/vnd.pingidentity.password.unlock+json";

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    /// Returns the header's value, which must be present exactly once.
    pub(crate) fn header(&self, name: &str) -> &str {
        let values = self.all(name);
        assert_eq!(values.len(), 1, "{name} in {:?}", self.headers);
        values[0]
    }

    /// Returns every value of the header.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let given = self.headers.iter();
        given.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        !self.all(name).is_empty()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Asserts an API error: its status, its code, and its ID in body and header.
    #[track_caller]
    pub(crate) fn assert_error(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.header("Content-Type"), "application/json;charset=UTF-8");
        let error = self.json();
        assert_eq!(error["code"], code);
        assert_eq!(error["id"], self.header("Correlation-Id"));
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()));
    }

    /// Asserts the gateway's response to an unknown path.
    #[track_caller]
    pub(crate) fn assert_unknown_path(&self, message: &str) {
        assert_eq!((self.status, self.header("Content-Type")), (403, "application/json"), "{}", self.body);
        assert_eq!(self.json(), serde_json::json!({ "message": message }));
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

/// Returns the path of a user's password.
pub(crate) fn password_path(emulator: &Emulator, user: Uuid) -> String {
    let environment = emulator.environment_id();
    format!("/v1/environments/{environment}/users/{user}/password")
}

/// Returns the path of the users.
pub(crate) fn users_path(emulator: &Emulator) -> String {
    format!("/v1/environments/{}/users", emulator.environment_id())
}

/// Returns the header with a valid access token.
pub(crate) fn bearer(emulator: &Emulator) -> (&'static str, String) {
    ("Authorization", format!("Bearer {}", emulator.access_token()))
}

pub(crate) async fn connect(emulator: &Emulator) -> TcpStream {
    TcpStream::connect(emulator.address()).await.unwrap()
}

/// Sends one request on its own connection. `Host`, `Connection` and, for a body, `Content-Length` follow the headers.
pub(crate) async fn send(
    emulator: &Emulator,
    method: &str,
    target: &str,
    headers: &[(&str, String)],
    body: &[u8],
) -> Reply {
    let mut connection = begin(emulator, method, target, headers, body).await;
    let mut response = String::new();
    connection.read_to_string(&mut response).await.unwrap();
    parse(&response)
}

/// Like [`send`], without reading the response.
pub(crate) async fn begin(
    emulator: &Emulator,
    method: &str,
    target: &str,
    headers: &[(&str, String)],
    body: &[u8],
) -> TcpStream {
    let mut connection = connect(emulator).await;
    let head = head(method, target, headers, body.len());
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(body).await.unwrap();
    connection
}

/// Returns the head of a request, as [`send`] writes it.
pub(crate) fn head(method: &str, target: &str, headers: &[(&str, String)], length: usize) -> String {
    let mut lines = vec![format!("{method} {target} HTTP/1.1")];
    let given = headers.iter();
    lines.extend(given.map(|(name, value)| format!("{name}: {value}")));
    lines.push("Host: emulator\r\nConnection: close".to_owned());
    if length > 0 {
        lines.push(format!("Content-Length: {length}"));
    }
    lines.join("\r\n") + "\r\n\r\n"
}

/// Sends a read with a valid access token.
pub(crate) async fn read(emulator: &Emulator, user: Uuid, query: &str) -> Reply {
    let target = password_path(emulator, user) + query;
    send(emulator, "GET", &target, &[bearer(emulator)], b"").await
}

/// Sends a POST with a valid access token and these media types.
pub(crate) async fn post(emulator: &Emulator, user: Uuid, content_types: &[&str]) -> Reply {
    let mut headers = vec![bearer(emulator)];
    let given = content_types.iter();
    headers.extend(given.map(|value| ("Content-Type", (*value).to_owned())));
    let target = password_path(emulator, user);
    send(emulator, "POST", &target, &headers, b"").await
}

/// Returns method, path and headers of a read or an unlock with a valid access token.
pub(crate) fn request(
    emulator: &Emulator,
    user: Uuid,
    operation: Operation,
) -> (&'static str, String, Vec<(&'static str, String)>) {
    let path = password_path(emulator, user);
    match operation {
        Operation::Read => ("GET", path, vec![bearer(emulator)]),
        _ => ("POST", path, vec![bearer(emulator), ("Content-Type", UNLOCK.to_owned())]),
    }
}

/// Sends a token request with valid credentials, without reading the response.
pub(crate) async fn begin_token_request(emulator: &Emulator) -> TcpStream {
    let (id, secret) = (emulator.client_id(), emulator.client_secret());
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let path = format!("/{}/as/token", emulator.worker_environment_id());
    let headers = [("Content-Type", "application/x-www-form-urlencoded".to_owned())];
    begin(emulator, "POST", &path, &headers, form.as_bytes()).await
}

/// Sends a token request with valid credentials.
pub(crate) async fn request_token(emulator: &Emulator) -> Reply {
    let mut response = String::new();
    begin_token_request(emulator).await.read_to_string(&mut response).await.unwrap();
    parse(&response)
}

/// Waits until a condition is true.
pub(crate) async fn until(condition: impl Fn() -> bool) {
    let polled = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(10), polled).await.unwrap();
}

pub(crate) fn parse(response: &str) -> Reply {
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers = lines.map(|line| line.split_once(": ").unwrap());
    Reply {
        status: status.parse().unwrap(),
        headers: headers.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        body: body.to_owned(),
    }
}
