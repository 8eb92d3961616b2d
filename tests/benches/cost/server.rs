//! A server that responds to every request with the same password state, in a process of its own.

use std::convert::Infallible;
use std::io::{self, BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Request, Response, server, service};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use crate::{ENVIRONMENT, Result, USER};

/// The length of PingOne's access tokens, which are JWTs.
pub(crate) const TOKEN_LENGTH: usize = 900;

/// The server's process. Stopped on drop.
pub(crate) struct Server(Child);

impl Server {
    /// Starts the server and returns its address.
    pub(crate) fn start() -> Result<(Self, SocketAddr)> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("the server has no output")?).read_line(&mut line)?;
        Ok((Self(child), line.trim().parse()?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Prints the address, then serves until standard input ends.
pub(crate) async fn serve() -> Result {
    std::thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let state = Bytes::from(password_state().to_string());
    let token = json!({ "access_token": "t".repeat(TOKEN_LENGTH), "token_type": "Bearer", "expires_in": 3600 });
    let token = Bytes::from(token.to_string());
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (state, token) = (state.clone(), token.clone());
        let respond = service::service_fn(move |request: Request<Incoming>| {
            let (body, content_type) = match request.uri().path() {
                path if path.ends_with("/token") => (token.clone(), "application/json"),
                _ => (state.clone(), "application/hal+json;charset=UTF-8"),
            };
            async move {
                // The body is read to its end, so that the connection stays open.
                let _ = request.into_body().collect().await;
                let mut response = Response::new(Full::new(body));
                let headers = response.headers_mut();
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
                headers.insert("correlation-id", HeaderValue::from_static("8f6f2bb5-6ac1-4d8a-9a55-2e6c7cf5a3b1"));
                Ok::<_, Infallible>(response)
            }
        });
        tokio::spawn(server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), respond));
    }
}

/// Returns a password state with its links, as PingOne sends it.
fn password_state() -> Value {
    let environment = format!("https://api.pingone.com/v1/environments/{ENVIRONMENT}");
    let user = format!("{environment}/users/{USER}");
    let password = format!("{user}/password");
    let links: Map<_, _> = [
        ("self", &password),
        ("environment", &environment),
        ("user", &user),
        ("passwordPolicy", &format!("{environment}/passwordPolicies/{USER}")),
        ("password.validate", &password),
        ("password.reset", &password),
        ("password.set", &password),
        ("password.recover", &password),
    ]
    .into_iter()
    .map(|(relation, href)| (relation.to_owned(), json!({ "href": href })))
    .collect();
    json!({
        "_links": links,
        "environment": { "id": ENVIRONMENT },
        "user": { "id": USER },
        "passwordPolicy": { "id": USER },
        "status": "OK",
        "lastChangedAt": "2019-01-08T20:18:31.264Z",
    })
}
