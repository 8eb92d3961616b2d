//! A loopback server that records requests byte for byte, and sends a given response.
//!
//! It doesn't interpret HTTP, which could hide a client's mistake: headers keep their order and number, and a response is
//! any bytes.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A server on a loopback port. Stops when dropped.
#[derive(Debug)]
pub struct Recorder {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    server: JoinHandle<()>,
}

/// A request on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The target: path and query.
    pub target: String,
    /// The headers in order, including repeated ones, with their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// Returns the values of a header, in order.
    #[must_use]
    pub fn header(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect()
    }
}

/// The request for a snapshot: without the token and the port.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, "(none)"));
        writeln!(f, "method: {}\npath:   {path}\nquery:  {query}\nheaders:", self.method)?;
        for (name, value) in &self.headers {
            let value = match name.as_str() {
                "authorization" => "Bearer [token]",
                "host" => "[host]",
                _ => value,
            };
            writeln!(f, "  {name}: {value}")?;
        }
        write!(f, "body:   {} bytes", self.body.len())?;
        if self.body.is_empty() { Ok(()) } else { write!(f, "\n  {}", String::from_utf8_lossy(&self.body)) }
    }
}

impl Recorder {
    /// Starts a server that sends these bytes, from the status line on, to every request.
    ///
    /// # Errors
    ///
    /// Returns an error if no port is available.
    pub async fn raw(response: impl Into<Vec<u8>>) -> io::Result<Self> {
        let response = Arc::new(response.into());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let recorded = Arc::clone(&requests);
        let server = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (recorded, response) = (Arc::clone(&recorded), Arc::clone(&response));
                tokio::spawn(async move {
                    if let Some(request) = read_request(&mut stream).await {
                        recorded.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                        // The client may close the connection early.
                        let _ = stream.write_all(&response).await;
                        let _ = stream.shutdown().await;
                    }
                });
            }
        });
        Ok(Self { address, requests, server })
    }

    /// Starts a server that responds with this status, these headers and this body.
    ///
    /// # Errors
    ///
    /// Returns an error if no port is available.
    pub async fn with(status: u16, headers: &[(&str, &str)], body: &str) -> io::Result<Self> {
        let mut response =
            format!("HTTP/1.1 {status} Status\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
        for (name, value) in headers {
            response.extend([name, ": ", value, "\r\n"]);
        }
        response.extend(["\r\n", body]);
        Self::raw(response).await
    }

    /// Returns the server's URL, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Returns a builder of a plain reqwest client, for HTTP without TLS.
///
/// It gets an explicit TLS configuration that trusts no certificate, because reqwest can't build a client without a TLS
/// provider. A provider for the whole process would hide it if the project's own client needed one.
///
/// # Errors
///
/// Returns an error if the TLS configuration is invalid.
pub fn http_client() -> Result<reqwest::ClientBuilder, rustls::Error> {
    let tls = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Ok(reqwest::Client::builder().tls_backend_preconfigured(tls))
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Request> {
    let mut received = Vec::new();
    loop {
        if let Some(request) = parse(&received) {
            return Some(request);
        }
        if stream.read_buf(&mut received).await.ok()? == 0 {
            return None;
        }
    }
}

/// Parses a request, if it is complete.
fn parse(received: &[u8]) -> Option<Request> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(start) = head.parse(received).ok()? else { return None };
    let mut request = Request {
        method: head.method?.to_owned(),
        target: head.path?.to_owned(),
        headers: head
            .headers
            .iter()
            .map(|header| (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned()))
            .collect(),
        body: Vec::new(),
    };
    let length = request.header("content-length").first().map_or(Some(0), |length| length.parse().ok())?;
    received.get(start..start + length)?.clone_into(&mut request.body);
    Some(request)
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
