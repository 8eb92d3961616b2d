//! The CPU time of a call, compared with simpler ways to make the same call.
//!
//! A server in a second process sends the same response to every request. In each round, every variant makes a few hundred
//! calls, so that a busy machine slows down all of them alike.
//!
//! `cargo bench -p pingone-password-tests`, with `-- --rounds 20` for fewer rounds.

use std::convert::Infallible;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use bytes::Bytes;
use cpu_time::ProcessTime;
use http_body_util::{BodyExt, Empty, Full};
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request, Response, client, server};
use hyper_util::rt::TokioIo;
use pingone_password::{Client, ClientCredentials, PasswordState, PasswordStatus};
use pingone_password_client::{self as generated, Attempt};
use serde_json::{Map, Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tracing::level_filters::LevelFilter;
use uuid::{Uuid, uuid};

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const ENVIRONMENT: Uuid = uuid!("abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6");
const USER: Uuid = uuid!("c3042000-188f-4bc7-a269-dee1602cf7af");
const UNLOCK: &str = "application/vnd.pingidentity.password.unlock+json";
/// The length of one of PingOne's tokens, which are JWTs.
const TOKEN_LENGTH: usize = 900;
/// The number of calls that a variant makes in a round.
const CALLS: usize = 512;

fn main() -> Result<ExitCode> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if arguments.iter().any(|argument| argument == "--serve") {
        runtime.block_on(serve())?;
        return Ok(ExitCode::SUCCESS);
    }
    let rounds = match arguments.iter().position(|argument| argument == "--rounds") {
        Some(index) => arguments.get(index + 1).ok_or("--rounds needs a number")?.parse()?,
        // Without `--bench`, which cargo adds, this runs as a test.
        None if arguments.iter().any(|argument| argument == "--bench") => 101,
        None => 1,
    };
    runtime.block_on(compare(rounds))?;
    Ok(ExitCode::SUCCESS)
}

/// A password state with links, from PingOne's documentation.
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

/// Serves the same password state for every request, and prints the address. Stops when standard input is closed.
async fn serve() -> Result {
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
        let respond = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
            let (body, content_type) = match request.uri().path() {
                path if path.ends_with("/token") => (token.clone(), "application/json"),
                _ => (state.clone(), "application/hal+json;charset=UTF-8"),
            };
            async move {
                // Read to the end, so that the connection is kept alive.
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

/// The server's process. Killed when dropped.
struct Server(Child);

impl Server {
    fn start() -> Result<(Self, SocketAddr)> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command.arg("--serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        Ok((Self(child), line.trim().parse()?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Variant {
    Hyper,
    Reqwest,
    Timed,
    Generated,
    Wrapper,
    Traced,
}

use Variant::{Generated, Hyper, Reqwest, Timed, Traced, Wrapper};

const VARIANTS: [(Variant, &str); 6] = [
    (Hyper, "a bare hyper connection"),
    (Reqwest, "plain reqwest"),
    (Timed, "plain reqwest, with a timeout"),
    (Generated, "the generated client"),
    (Wrapper, "the wrapper"),
    (Traced, "the wrapper, and a subscriber"),
];

/// Makes calls one after another.
enum Caller {
    Hyper(client::conn::http1::SendRequest<Empty<Bytes>>, SocketAddr, HeaderValue),
    Reqwest(reqwest::Client, String, String),
    Generated(reqwest::Client, String, HeaderValue),
    Wrapper(Client),
}

impl Caller {
    /// Opens as many as calls are in flight. They share a client if it can be shared.
    async fn open(variant: Variant, count: usize, server: SocketAddr) -> Result<Vec<Self>> {
        let (url, token) = (format!("http://{server}/v1"), "t".repeat(TOKEN_LENGTH));
        let mut authorization = HeaderValue::try_from(format!("Bearer {token}"))?;
        authorization.set_sensitive(true);
        if variant == Hyper {
            let mut callers = Vec::new();
            for _ in 0..count {
                let stream = TcpStream::connect(server).await?;
                stream.set_nodelay(true)?;
                let (sender, connection) = client::conn::http1::handshake(TokioIo::new(stream)).await?;
                tokio::spawn(connection);
                callers.push(Self::Hyper(sender, server, authorization.clone()));
            }
            return Ok(callers);
        }
        let http = recorder::http_client()?;
        let http = if variant == Timed { http.timeout(Duration::from_secs(30)) } else { http }.build()?;
        let credentials = ClientCredentials::new("a worker", "its secret").auth_url(format!("http://{server}"));
        let client = Client::builder(ENVIRONMENT.into()).base_url(&url).client_credentials(credentials).build()?;
        let caller = || match variant {
            Hyper | Reqwest | Timed => Self::Reqwest(http.clone(), url.clone(), token.clone()),
            Generated => Self::Generated(http.clone(), url.clone(), authorization.clone()),
            Wrapper | Traced => Self::Wrapper(client.clone()),
        };
        Ok(std::iter::repeat_with(caller).take(count).collect())
    }

    /// Makes one call: a read for `GET`, an unlock for `POST`.
    async fn call(&mut self, method: Method) -> Result {
        let is_read = method == Method::GET;
        let state: PasswordState = match self {
            Self::Hyper(sender, server, authorization) => {
                let request = Request::builder()
                    .method(method)
                    .uri(format!("/v1/environments/{ENVIRONMENT}/users/{USER}/password"))
                    .header(HOST, server.to_string())
                    .header(AUTHORIZATION, authorization.clone());
                let request =
                    if is_read { request } else { request.header(CONTENT_TYPE, UNLOCK).header(CONTENT_LENGTH, 0) };
                sender.ready().await?;
                let response = sender.send_request(request.body(Empty::new())?).await?;
                let body = response.into_body().collect().await?.to_bytes();
                return if body.is_empty() { Err("no body".into()) } else { Ok(()) };
            }
            Self::Reqwest(http, url, token) => {
                let url = format!("{url}/environments/{ENVIRONMENT}/users/{USER}/password");
                let request = http.request(method, url).bearer_auth(token);
                let request =
                    if is_read { request } else { request.header(CONTENT_TYPE, UNLOCK).header(CONTENT_LENGTH, 0) };
                request.send().await?.error_for_status()?.json().await?
            }
            Self::Generated(http, url, authorization) => {
                let attempt = Attempt::new(authorization.clone(), 1 << 20);
                let api = generated::Client::new_with_client(url, http.clone(), attempt);
                if is_read {
                    api.read_password_state(&ENVIRONMENT.into(), &USER.into(), None).await?.into_inner()
                } else {
                    api.unlock_password(&ENVIRONMENT.into(), &USER.into()).await?.into_inner()
                }
            }
            Self::Wrapper(client) if is_read => client.read_password_state(USER.into()).await?,
            Self::Wrapper(client) => client.unlock_password(USER.into()).await?.ok_or("no state")?,
        };
        if state.status == PasswordStatus::Ok { Ok(()) } else { Err("another state".into()) }
    }
}

async fn compare(rounds: usize) -> Result {
    let (_server, address) = Server::start()?;
    println!("| operation | in flight | variant | µs of CPU per call: median (min–max) | ratio to plain reqwest |");
    println!("| --- | --- | --- | --- | --- |");
    for (operation, method) in [("read", Method::GET), ("unlock", Method::POST)] {
        for in_flight in [1, 64] {
            let mut callers = Vec::new();
            for (variant, name) in VARIANTS {
                let opened = Caller::open(variant, in_flight, address).await?;
                // The first round, which opens connections and requests tokens, doesn't count.
                let (opened, _) = round(variant, &method, opened).await?;
                callers.push((variant, name, opened, Vec::with_capacity(rounds)));
            }
            for _ in 0..rounds {
                for (variant, _, callers, costs) in &mut callers {
                    let (same, cost) = round(*variant, &method, std::mem::take(callers)).await?;
                    *callers = same;
                    costs.push(cost);
                }
            }
            let plain = callers.iter().find(|(variant, ..)| *variant == Reqwest).map(|(_, _, _, costs)| costs.clone());
            for (_, name, _, costs) in callers {
                let ratio = median(costs.iter().zip(plain.iter().flatten()).map(|(cost, plain)| cost / plain));
                let (low, high) =
                    costs.iter().fold((f64::MAX, 0_f64), |(low, high), &cost| (low.min(cost), high.max(cost)));
                let cost = median(costs);
                println!("| {operation} | {in_flight} | {name} | {cost:.1} ({low:.1}–{high:.1}) | {ratio:.3} |");
            }
        }
    }
    Ok(())
}

/// Makes the calls of a round, and returns the callers with the microseconds of CPU time for each call.
async fn round(variant: Variant, method: &Method, callers: Vec<Caller>) -> Result<(Vec<Caller>, f64)> {
    let listening = (variant == Traced).then(|| {
        let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::INFO).with_writer(io::sink).finish();
        tracing::subscriber::set_default(subscriber)
    });
    let calls = CALLS / callers.len();
    let start = ProcessTime::now();
    let mut tasks = JoinSet::new();
    for mut caller in callers {
        let method = method.clone();
        tasks.spawn(async move {
            for _ in 0..calls {
                caller.call(method.clone()).await?;
            }
            Ok(caller)
        });
    }
    let callers: Vec<Caller> = tasks.join_all().await.into_iter().collect::<Result<_>>()?;
    let spent = start.elapsed();
    drop(listening);
    // Without this, callsites stay enabled for the subscriber that is gone.
    tracing::callsite::rebuild_interest_cache();
    Ok((callers, spent.as_secs_f64() * 1e6 / f64::from(u32::try_from(CALLS)?)))
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
