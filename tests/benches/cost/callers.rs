//! The ways to make a call that are compared.

use std::fmt;
use std::hint::black_box;
use std::net::SocketAddr;

use bytes::Bytes;
use clap::ValueEnum;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderValue};
use hyper_util::rt::TokioIo;
use pingone_password::{Client, ClientCredentials, PasswordState, PasswordStatus};
use pingone_password_client::{self as generated, Attempt, BaseUrl};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;

use crate::handwritten::{self, HandWritten};
use crate::server::TOKEN_LENGTH;
use crate::{ENVIRONMENT, Result, USER};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Operation {
    Read,
    Unlock,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Unlock => "unlock",
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Variant {
    Hyper,
    HandWritten,
    Models,
    Generated,
    Wrapper,
    Subscriber,
}

impl Variant {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hyper => "hyper connection",
            Self::HandWritten => "hand-written",
            Self::Models => "hand-written, generated models",
            Self::Generated => "generated client",
            Self::Wrapper => "wrapper",
            Self::Subscriber => "wrapper, with a subscriber",
        }
    }

    /// Listens to spans for as long as the guard lives, if this is the variant with a subscriber.
    pub(crate) fn subscribe(self) -> Option<DefaultGuard> {
        (self == Self::Subscriber).then(|| {
            let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::INFO).with_writer(std::io::sink);
            tracing::subscriber::set_default(subscriber.finish())
        })
    }
}

/// Makes calls one after another.
pub(crate) enum Caller {
    Hyper { connection: SendRequest<Empty<Bytes>>, host: HeaderValue, authorization: HeaderValue },
    HandWritten(HandWritten),
    Models(HandWritten),
    Generated { http: reqwest::Client, base_url: BaseUrl, authorization: HeaderValue },
    Wrapper(Client),
}

impl Caller {
    /// Returns one caller per call in flight. They share a client, except for bare connections.
    pub(crate) async fn open(variant: Variant, count: usize, server: SocketAddr) -> Result<Vec<Self>> {
        let (base_url, token) = (format!("http://{server}/v1"), "t".repeat(TOKEN_LENGTH));
        let mut authorization = HeaderValue::try_from(format!("Bearer {token}"))?;
        authorization.set_sensitive(true);
        if variant == Variant::Hyper {
            let mut callers = Vec::with_capacity(count);
            for _ in 0..count {
                let stream = TcpStream::connect(server).await?;
                stream.set_nodelay(true)?;
                let (connection, driver) = http1::handshake(TokioIo::new(stream)).await?;
                tokio::spawn(driver);
                let host = HeaderValue::try_from(server.to_string())?;
                callers.push(Self::Hyper { connection, host, authorization: authorization.clone() });
            }
            return Ok(callers);
        }
        let http = recorder::http_client()?.build()?;
        let parsed = BaseUrl::from(reqwest::Url::parse(&base_url)?);
        let by_hand = HandWritten::new(base_url.clone(), token, ENVIRONMENT)?;
        let credentials = ClientCredentials::new("a worker", "its secret").auth_url(format!("http://{server}"));
        let client = Client::builder(ENVIRONMENT.into()).base_url(&base_url).client_credentials(credentials).build()?;
        let caller = || match variant {
            Variant::Hyper | Variant::HandWritten => Self::HandWritten(by_hand.clone()),
            Variant::Models => Self::Models(by_hand.clone()),
            Variant::Generated => {
                Self::Generated { http: http.clone(), base_url: parsed.clone(), authorization: authorization.clone() }
            }
            Variant::Wrapper | Variant::Subscriber => Self::Wrapper(client.clone()),
        };
        Ok(std::iter::repeat_with(caller).take(count).collect())
    }

    /// Makes one call and checks the state that it returns.
    async fn call(&mut self, operation: Operation) -> Result {
        let is_read = operation == Operation::Read;
        let state: PasswordState = match self {
            Self::Hyper { connection, host, authorization } => {
                let request = Request::builder()
                    .method(if is_read { "GET" } else { "POST" })
                    .uri(format!("/v1/environments/{ENVIRONMENT}/users/{USER}/password"))
                    .header(HOST, &*host)
                    .header(AUTHORIZATION, &*authorization);
                let request = match operation {
                    Operation::Read => request,
                    Operation::Unlock => request.header(CONTENT_TYPE, handwritten::UNLOCK).header(CONTENT_LENGTH, 0),
                };
                connection.ready().await?;
                let response = connection.send_request(request.body(Empty::new())?).await?;
                let body = response.into_body().collect().await?.to_bytes();
                return if body.is_empty() { Err("no body".into()) } else { Ok(()) };
            }
            Self::HandWritten(client) => {
                let state: handwritten::PasswordState =
                    if is_read { client.read(USER).await? } else { client.unlock(USER).await? };
                let is_ok = black_box(state).status == handwritten::PasswordStatus::Ok;
                return if is_ok { Ok(()) } else { Err("another state".into()) };
            }
            Self::Models(client) if is_read => client.read(USER).await?,
            Self::Models(client) => client.unlock(USER).await?,
            Self::Generated { http, base_url, authorization } => {
                let attempt = Attempt::new(authorization.clone(), 1 << 20);
                let api = generated::Client::new_with_client(base_url.clone(), http.clone(), attempt);
                if is_read {
                    api.read_password_state(&ENVIRONMENT.into(), &USER.into(), None).await?.into_inner()
                } else {
                    api.unlock_password(&ENVIRONMENT.into(), &USER.into()).await?.into_inner()
                }
            }
            Self::Wrapper(client) if is_read => client.read_password_state(USER.into()).await?,
            Self::Wrapper(client) => client.unlock_password(USER.into()).await?.ok_or("no state")?,
        };
        if black_box(state).status == PasswordStatus::Ok { Ok(()) } else { Err("another state".into()) }
    }
}

/// Makes this many calls, shared evenly among the callers, which run concurrently. Returns the callers.
pub(crate) async fn make_calls(callers: Vec<Caller>, operation: Operation, calls: usize) -> Result<Vec<Caller>> {
    let each = calls / callers.len();
    let mut tasks = JoinSet::new();
    for mut caller in callers {
        tasks.spawn(async move {
            for _ in 0..each {
                caller.call(operation).await?;
            }
            Ok(caller)
        });
    }
    tasks.join_all().await.into_iter().collect()
}
