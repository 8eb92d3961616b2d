//! The sign-in of a person: devices, browsers, refreshes, and attacks on them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pingone_password::{
    AccessTokenProvider, Client, ClientBuilder, DeviceAuthorization, MemoryStore, Person, RetryPolicy, Secret,
    SignInApplication, SignInError, SignInErrorKind, SignInStore, SignedIn, StoreError, UserSignIn,
};
use pingone_password_emulator::{Actor, Agent, Builder, Emulator, Status, TokenFault};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Result;

/// The waits of a client, in seconds.
#[derive(Clone, Default)]
struct Waits(Arc<Mutex<Vec<u64>>>);

fn application(emulator: &Emulator) -> SignInApplication {
    SignInApplication::new(emulator.sign_in_client_id().to_string()).auth_url(emulator.auth_url())
}

fn builder(emulator: &Emulator) -> ClientBuilder {
    Client::builder(emulator.environment_id().into()).base_url(emulator.api_url()).retry(RetryPolicy::none())
}

/// Returns a sign-in whose waits call `wait` with their number, and their lengths in seconds.
fn sign_in(
    emulator: &Arc<Emulator>,
    wait: impl Fn(&Emulator, usize, Duration) + Send + Sync + 'static,
) -> Result<(UserSignIn, Waits)> {
    let (waits, emulator) = (Waits::default(), Arc::clone(emulator));
    let shared = waits.clone();
    let builder = builder(&emulator);
    let application = application(&emulator);
    let builder = builder.sleep(move |duration| {
        let mut waits = shared.0.lock().unwrap();
        waits.push(duration.as_secs());
        wait(&emulator, waits.len(), duration);
        std::future::ready(())
    });
    Ok((builder.sign_in(application, MemoryStore::default())?, waits))
}

/// Signs an agent in by device, against a new emulator.
async fn signed_in(emulator: &Emulator, agent: Agent, store: impl SignInStore) -> Result<UserSignIn> {
    let builder = builder(emulator).sleep(|_| std::future::ready(()));
    let sign_in = builder.sign_in(application(emulator), store)?;
    let device = sign_in.authorize_device().await?;
    assert!(emulator.approve_device(device.user_code(), agent));
    device.wait().await?;
    Ok(sign_in)
}

fn client(emulator: &Emulator, sign_in: &UserSignIn) -> Result<Client> {
    Ok(builder(emulator).access_token_provider(sign_in.clone()).build()?)
}

async fn started(builder: Builder) -> Result<Arc<Emulator>> {
    Ok(Arc::new(builder.start().await?))
}

/// The forms that the token endpoint received with this grant type.
fn token_forms(emulator: &Emulator, grant_type: &str) -> Vec<String> {
    let requests = emulator.requests().into_iter().filter(|request| request.path.ends_with("/as/token"));
    let bodies = requests.map(|request| String::from_utf8_lossy(&request.body).into_owned());
    bodies.filter(|body| body.contains(&format!("grant_type={grant_type}"))).collect()
}

const DEVICE_CODE: &str = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code";

#[tokio::test]
async fn a_device_is_polled_as_often_as_the_server_allows() -> Result {
    let emulator = started(Emulator::builder()).await?;
    // The server's clock stands still during the second wait, so that the poll after it is too early.
    let (sign_in, waits) = sign_in(&emulator, |emulator, number, wait| {
        if number != 2 {
            assert!(emulator.advance_clock(wait));
        }
        if number == 4 {
            emulator.inject_token([TokenFault::InternalError500]);
        }
    })?;
    let device = sign_in.authorize_device().await?;
    assert_eq!(device.expires_in(), Duration::from_secs(600));
    assert!(device.verification_uri_complete().ok_or("no link")?.contains(device.user_code()));
    let shown = format!("{device:?}");
    let code = device.user_code().to_owned();
    let approving = async {
        while waits.0.lock().unwrap().len() < 5 {
            tokio::task::yield_now().await;
        }
        emulator.approve_device(&code, Agent::AlexAdmin)
    };
    let (signed_in, approved) = tokio::join!(device.wait(), approving);
    assert!(approved);
    let SignedIn { person, can_refresh, .. } = signed_in?;
    assert_eq!(person.map(|person| person.label().to_owned()).as_deref(), Some("alex.admin"));
    assert!(can_refresh);
    // Pending, too early, pending, a server that failed, and as it goes on.
    let waited = waits.0.lock().unwrap().clone();
    assert_eq!(waited[..5], [5, 5, 10, 10, 15]);
    let polls = token_forms(&emulator, DEVICE_CODE);
    assert_eq!(polls.len(), waited.len());
    assert!(!polls[0].contains("client_secret") && !shown.contains("code"), "{shown}");
    Ok(())
}

async fn outcome_of(
    builder: Builder,
    decide: impl Fn(&Emulator, &DeviceAuthorization),
) -> Result<(SignInError, Arc<Emulator>)> {
    let emulator = started(builder).await?;
    let (sign_in, _) = sign_in(&emulator, |emulator, _, wait| assert!(emulator.advance_clock(wait)))?;
    let device = sign_in.authorize_device().await?;
    decide(&emulator, &device);
    let error = device.wait().await.unwrap_err();
    assert_eq!(sign_in.current().await?, None);
    Ok((error, emulator))
}

#[tokio::test]
async fn a_device_that_is_denied_or_forgotten_is_not_signed_in() -> Result {
    let (denied, _) = outcome_of(Emulator::builder(), |emulator, device| {
        assert!(emulator.deny_device(device.user_code()));
    })
    .await?;
    assert_eq!((denied.kind(), denied.code()), (SignInErrorKind::Denied, Some("access_denied")));
    let (expired, emulator) =
        outcome_of(Emulator::builder().device_lifetime(Duration::from_secs(20)), |_, _| ()).await?;
    assert_eq!(expired.kind(), SignInErrorKind::Expired, "{expired}");
    assert!((3..=4).contains(&token_forms(&emulator, DEVICE_CODE).len()));
    let (html, _) = outcome_of(Emulator::builder(), |emulator, _| emulator.inject_token([TokenFault::HtmlOk])).await?;
    assert_eq!(html.kind(), SignInErrorKind::Server);
    assert_eq!(
        html.to_string(),
        "the authorization server 127.0.0.1 responded with an HTML page instead of an access token"
    );
    Ok(())
}

#[tokio::test]
async fn the_roles_of_the_person_count_and_the_event_names_them() -> Result {
    let emulator = Emulator::builder().users(8).start().await?;
    let locked: Vec<_> = emulator.user_records();
    let locked_in = |agent: Agent| {
        let of_agent = |(_, user): &&(uuid::Uuid, pingone_password_emulator::User)| {
            user.population == agent.population() && user.status == Status::PasswordLockedOut
        };
        locked.iter().find(of_agent).map(|(id, _)| *id).ok_or("no such user")
    };
    let sign_in = signed_in(&emulator, Agent::AlexAdmin, MemoryStore::default()).await?;
    let user = locked_in(Agent::AlexAdmin)?;
    client(&emulator, &sign_in)?.unlock_password(user.into()).await?;
    let event = emulator.events().into_iter().find(|event| event.user == user).ok_or("no event")?;
    assert_eq!(event.actor, Actor::Agent(Agent::AlexAdmin));
    assert_eq!(sign_in.person().await?.name.as_deref(), Some("Alex Admin"));

    let sign_in = signed_in(&emulator, Agent::RobinReader, MemoryStore::default()).await?;
    let error = client(&emulator, &sign_in)?.unlock_password(locked_in(Agent::RobinReader)?.into()).await.unwrap_err();
    assert!(error.is_forbidden() && !error.needs_sign_in(), "{error}");
    Ok(())
}

/// A store that can fail, and that counts.
#[derive(Clone, Debug, Default)]
struct Fragile {
    kept: Arc<MemoryStore>,
    failures: Arc<AtomicUsize>,
    stored: Arc<AtomicUsize>,
}

impl SignInStore for Fragile {
    fn load(&self) -> std::result::Result<Option<Secret>, StoreError> {
        self.kept.load()
    }

    fn store(&self, sign_in: &Secret) -> std::result::Result<(), StoreError> {
        if self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return Err("the keychain is locked".into());
        }
        self.stored.fetch_add(1, Ordering::SeqCst);
        self.kept.store(sign_in)
    }

    fn clear(&self) -> std::result::Result<(), StoreError> {
        self.kept.clear()
    }
}

#[tokio::test]
async fn a_refresh_is_stored_before_it_is_used_and_done_once() -> Result {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::Ok).into();
    let store = Fragile::default();
    let sign_in = signed_in(&emulator, Agent::AlexAdmin, store.clone()).await?;
    let client = client(&emulator, &sign_in)?;
    client.read_password_state(user).await?;
    let before = store.load()?.ok_or("nothing is stored")?;
    // Another process that has the same tokens in memory.
    let other = builder(&emulator).sign_in(application(&emulator), store.clone())?;
    other.access_token().await?;

    emulator.revoke_tokens();
    let calls = (0..20).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.read_password_state(user).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await??;
    }
    assert_eq!(token_forms(&emulator, "refresh_token").len(), 1, "one refresh serves all calls");
    let after = store.load()?.ok_or("nothing is stored")?;
    assert_ne!(before.expose(), after.expose(), "the refresh token was replaced");
    // The other process takes the refreshed tokens over: using the old refresh token would end the sign-in.
    assert_eq!(other.person().await?.label(), "alex.admin");
    assert_eq!(token_forms(&emulator, "refresh_token").len(), 1);

    // New tokens that can't be stored aren't used, and aren't lost.
    emulator.revoke_tokens();
    store.failures.store(1, Ordering::SeqCst);
    let error = client.read_password_state(user).await.unwrap_err();
    assert!(error.is_transient() && error.is_access_token(), "{error}");
    let seen = emulator.requests().len();
    client.read_password_state(user).await?;
    assert_eq!(
        token_forms(&emulator, "refresh_token").len(),
        2,
        "stored at the second attempt, without another refresh"
    );
    assert_eq!(emulator.requests().len(), seen + 1);
    assert_eq!(store.stored.load(Ordering::SeqCst), 3);
    Ok(())
}

#[tokio::test]
async fn a_sign_in_survives_a_restart_and_ends_for_good() -> Result {
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::Ok).into();
    let store = Fragile::default();
    signed_in(&emulator, Agent::AlexAdmin, store.clone()).await?;
    let before = store.load()?.ok_or("nothing is stored")?;

    let restarted = builder(&emulator).sign_in(application(&emulator), store.clone())?;
    client(&emulator, &restarted)?.read_password_state(user).await?;
    assert_eq!(token_forms(&emulator, "refresh_token").len(), 0, "the stored access token is still valid");
    // Another application, or another server, never sees the tokens.
    let other = builder(&emulator)
        .sign_in(application(&emulator).token_url("https://auth.example.com/as/token"), store.clone())?;
    assert_eq!(other.current().await?, None);
    assert_eq!(other.person().await.unwrap_err().kind(), SignInErrorKind::NotSignedIn);

    // A process that was killed during a refresh: the server has replaced the refresh token, the store has not.
    emulator.revoke_tokens();
    client(&emulator, &restarted)?.read_password_state(user).await?;
    emulator.revoke_tokens();
    store.store(&before)?;
    let killed = builder(&emulator).sign_in(application(&emulator), store.clone())?;
    let error = client(&emulator, &killed)?.read_password_state(user).await.unwrap_err();
    assert!(error.needs_sign_in() && !error.is_transient(), "{error}");
    assert_eq!((error.code(), error.advice()), (Some("invalid_grant"), "Sign in again."));

    assert!(killed.sign_out().await? && store.load()?.is_none());
    assert!(!killed.sign_out().await?, "nothing was left");
    let error = client(&emulator, &killed)?.read_password_state(user).await.unwrap_err();
    assert!(error.needs_sign_in(), "{error}");
    Ok(())
}

/// Sends a request and returns the status and the rest of the response.
async fn send(port: u16, request: &str) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    Ok((response.split(' ').nth(1).ok_or("no response")?.parse()?, response))
}

/// A browser without a screen: signs an agent in, and returns where the authorization server redirects to.
async fn redirect(emulator: &Emulator, url: &str, agent: &str) -> Result<String> {
    let port = emulator.address().port();
    let target = url.split_once(&port.to_string()).ok_or("another server")?.1;
    let (status, page) = send(port, &format!("GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).await?;
    assert_eq!(status, 200, "{page}");
    let key = page.split("name=page value=\"").nth(1).and_then(|rest| rest.split('"').next()).ok_or("no form")?;
    let form = format!("page={key}&agent={agent}");
    let path = target.split_once("/authorize").ok_or("another page")?.0;
    let request = format!(
        "POST {path}/sign-in HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\
         content-type: application/x-www-form-urlencoded\r\n\r\n{form}",
        form.len()
    );
    let (_, response) = send(port, &request).await?;
    let location = response.lines().find_map(|line| line.strip_prefix("location: ")).ok_or(response.clone())?;
    Ok(location.trim().to_owned())
}

#[tokio::test]
async fn only_the_redirect_of_this_sign_in_ends_the_wait() -> Result {
    let emulator = Emulator::start().await?;
    let sign_in = builder(&emulator).sign_in(application(&emulator), MemoryStore::default())?;
    let browser = sign_in.authorize_in_browser(0).await?;
    let parameters = [("response_type", "code"), ("scope", "openid"), ("code_challenge_method", "S256")];
    for (name, value) in parameters {
        assert!(browser.url().contains(&format!("{name}={value}")), "{}", browser.url());
    }
    let location = redirect(&emulator, browser.url(), "alex.admin").await?;
    let target = location.strip_prefix("http://").ok_or("no URL")?;
    let (host, target) = target.split_once('/').ok_or("no path")?;
    let port: u16 = host.strip_prefix("127.0.0.1:").ok_or("not on this computer")?.parse()?;
    let waiting = tokio::spawn(browser.wait());

    let get = |target: &str, host: &str| format!("GET /{target} HTTP/1.1\r\nhost: {host}\r\n\r\n");
    let (callback, query) = target.split_once('?').ok_or("no query")?;
    let code = query.split('&').find(|part| part.starts_with("code=")).ok_or("no code")?;
    let state = query.split('&').find(|part| part.starts_with("state=")).ok_or("no state")?;
    // Connections without a request, as browsers open them, don't keep others out.
    let _idle = [TcpStream::connect(("127.0.0.1", port)).await?, TcpStream::connect(("127.0.0.1", port)).await?];
    for (attack, request, expected) in [
        ("another state", get(&format!("{callback}?{code}&state=another"), host), 400),
        ("no state", get(&format!("{callback}?{code}"), host), 400),
        ("two states", get(&format!("{target}&{state}"), host), 400),
        ("two codes", get(&format!("{target}&code=another"), host), 400),
        ("an error with another state", get(&format!("{callback}?error=access_denied&state=x"), host), 400),
        ("neither code nor error", get(&format!("{callback}?{state}"), host), 400),
        ("another host", get(target, "evil.example"), 421),
        ("a name of this host", get(target, &host.replace("127.0.0.1", "localhost")), 421),
        ("no host", format!("GET /{target} HTTP/1.1\r\n\r\n"), 421),
        (
            "a hostile page's form",
            format!("POST /{target} HTTP/1.1\r\nhost: {host}\r\norigin: https://evil.example\r\n\r\n"),
            405,
        ),
        ("another page", get("favicon.ico", host), 404),
        ("no request", "\u{16}\u{3}\u{1}\r\n\r\n".to_owned(), 400),
        ("an endless request", format!("GET /{} HTTP/1.1\r\n", "x".repeat(20_000)), 400),
    ] {
        // A server that closes while the client still writes may reset the connection.
        match send(port, &request).await {
            Ok((status, _)) => assert_eq!(status, expected, "{attack}"),
            Err(_) => assert_eq!(attack, "an endless request"),
        }
        assert!(!waiting.is_finished(), "{attack} ended the wait");
    }
    assert_eq!(emulator.token_requests(), 0);
    let (status, page) = send(port, &get(target, host)).await?;
    assert!(status == 200 && page.contains("You can close this page"), "{page}");
    assert!(!page.contains(code), "the page doesn't repeat the code");
    let signed_in = waiting.await??;
    assert_eq!(signed_in.person.as_ref().map(Person::label), Some("alex.admin"));
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err(), "a second request finds nobody");

    let forms = token_forms(&emulator, "authorization_code");
    assert!(
        forms.len() == 1 && forms[0].contains("code_verifier=") && !forms[0].contains("client_secret"),
        "{forms:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_code_that_was_redeemed_or_refused_signs_nobody_in() -> Result {
    let emulator = Emulator::start().await?;
    let sign_in = builder(&emulator).sign_in(application(&emulator), MemoryStore::default())?;
    let mut codes: Vec<String> = vec![];
    for (agent, fault, expected) in [
        ("", None, SignInErrorKind::Denied),
        ("alex.admin", Some(TokenFault::HtmlOk), SignInErrorKind::Server),
        ("replay", None, SignInErrorKind::Server),
    ] {
        let browser = sign_in.authorize_in_browser(0).await?;
        let location = redirect(&emulator, browser.url(), if agent == "replay" { "alex.admin" } else { agent }).await?;
        let (host, target) = location.strip_prefix("http://").and_then(|rest| rest.split_once('/')).ok_or("no URL")?;
        // The code of the earlier sign-in, with the state of this one.
        let code = target.split(['?', '&']).find(|part| part.starts_with("code=")).map(str::to_owned);
        let replayed = agent == "replay";
        let target = match (&code, codes.last()) {
            (Some(code), Some(earlier)) if replayed => target.replace(code.as_str(), earlier),
            _ => target.to_owned(),
        };
        codes.extend(code);
        emulator.inject_token(fault);
        let request = format!("GET /{target} HTTP/1.1\r\nhost: {host}\r\n\r\n");
        let port = host.rsplit(':').next().ok_or("no port")?.parse()?;
        let (result, _) = tokio::join!(browser.wait(), send(port, &request));
        let error = result.unwrap_err();
        assert_eq!(error.kind(), expected, "{error}");
        let text = format!("{error} {error:?}");
        assert!(codes.iter().all(|code| !text.contains(code.trim_start_matches("code="))), "{text}");
        assert_eq!(sign_in.current().await?, None);
    }
    Ok(())
}
