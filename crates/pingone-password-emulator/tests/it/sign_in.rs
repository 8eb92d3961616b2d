//! Sign-in of people by authorization code: the page, the code, and the tokens.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use pingone_password_emulator::{Actor, Agent, Emulator, NewUser, Status};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::wire::{Reply, UNLOCK, password_path, send, users_path};

const REDIRECT_URI: &str = "http://127.0.0.1:7464/callback";
/// The verifier and the challenge of the example in RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

fn encoded(parameters: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}

fn path(emulator: &Emulator, name: &str) -> String {
    format!("/{}/as/{name}", emulator.worker_environment_id())
}

/// Opens the authorization endpoint with valid parameters, changed by these: an empty value removes one.
async fn authorize(emulator: &Emulator, changes: &[(&str, &str)]) -> Reply {
    let client_id = emulator.sign_in_client_id().to_string();
    let mut parameters = vec![
        ("response_type", "code"),
        ("client_id", &client_id),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid"),
        ("state", "a state & more"),
        ("nonce", "a nonce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for change in changes {
        parameters.retain(|(name, _)| *name != change.0);
    }
    parameters.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    send(emulator, "GET", &format!("{}?{}", path(emulator, "authorize"), encoded(&parameters)), &[], b"").await
}

/// Returns the value of the hidden field on the sign-in page.
fn page_key(page: &Reply) -> String {
    assert_eq!((page.status, page.header("Content-Type")), (200, "text/html; charset=utf-8"), "{}", page.body);
    let (_, rest) = page.body.split_once("name=page value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

async fn post(emulator: &Emulator, path: &str, parameters: &[(&str, &str)]) -> Reply {
    let headers = [(FORM.0, FORM.1.to_owned())];
    send(emulator, "POST", path, &headers, encoded(parameters).as_bytes()).await
}

/// Returns the query of a redirect to the client.
fn redirected(reply: &Reply) -> Vec<(String, String)> {
    assert_eq!(reply.status, 302, "{}", reply.body);
    let query = reply.header("Location").strip_prefix(&format!("{REDIRECT_URI}?")).unwrap();
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Signs in on the page and returns the code.
async fn code(emulator: &Emulator, agent: Agent) -> String {
    let key = page_key(&authorize(emulator, &[]).await);
    let reply = post(emulator, &path(emulator, "sign-in"), &[("page", &key), ("agent", agent.username())]).await;
    let query = redirected(&reply);
    assert_eq!(query[1], ("state".to_owned(), "a state & more".to_owned()));
    assert_eq!(query[0].0, "code");
    query[0].1.clone()
}

/// Sends a token request of the application without a secret.
async fn token(emulator: &Emulator, parameters: &[(&str, &str)]) -> Reply {
    let client_id = emulator.sign_in_client_id().to_string();
    post(emulator, &path(emulator, "token"), &[&[("client_id", client_id.as_str())], parameters].concat()).await
}

async fn redeem(emulator: &Emulator, code: &str) -> Reply {
    let parameters = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    token(emulator, &parameters).await
}

async fn refresh(emulator: &Emulator, refresh_token: &str) -> Reply {
    token(emulator, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
}

async fn signed_in(emulator: &Emulator, agent: Agent) -> Value {
    let reply = redeem(emulator, &code(emulator, agent).await).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("Cache-Control"), "no-store");
    reply.json()
}

fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_else(|| panic!("{name} in {json}"))
}

#[track_caller]
fn assert_error(reply: &Reply, status: u16, error: &str) {
    assert_eq!((reply.status, reply.json()["error"].as_str()), (status, Some(error)), "{}", reply.body);
    assert!(reply.json()["error_description"].is_string());
}

async fn with_token(emulator: &Emulator, token: &str, method: &str, path: &str) -> Reply {
    let headers = [("Authorization", format!("Bearer {token}")), ("Content-Type", UNLOCK.to_owned())];
    send(emulator, method, path, &headers, b"").await
}

#[tokio::test]
async fn a_sign_in_gives_tokens_for_the_agent() {
    let emulator = Emulator::start().await.unwrap();
    let tokens = signed_in(&emulator, Agent::AlexAdmin).await;
    assert_eq!((text(&tokens, "token_type"), text(&tokens, "scope")), ("Bearer", "openid"));
    assert_eq!(tokens["expires_in"], 3600);

    let parts: Vec<_> = text(&tokens, "id_token").split('.').collect();
    let decode =
        |part: &str| -> Value { serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
    assert_eq!((decode(parts[0])["alg"].as_str(), parts[2]), (Some("none"), ""));
    let claims = decode(parts[1]);
    assert_eq!(claims["nonce"], "a nonce");
    assert_eq!(claims["aud"], emulator.sign_in_client_id().to_string());
    assert_eq!(claims["sub"], Agent::AlexAdmin.id().to_string());
    assert_eq!(claims["preferred_username"], "alex.admin");

    let reply = with_token(&emulator, text(&tokens, "access_token"), "GET", &path(&emulator, "userinfo")).await;
    let expected = json!({ "sub": Agent::AlexAdmin.id(), "name": "Alex Admin", "preferred_username": "alex.admin" });
    assert_eq!((reply.status, reply.json()), (200, expected));
    let worker = with_token(&emulator, emulator.access_token(), "GET", &path(&emulator, "userinfo")).await;
    worker.assert_error(401, "ACCESS_FAILED");
}

#[tokio::test]
async fn the_agents_role_and_population_count_and_the_event_names_the_agent() {
    let emulator = Emulator::start().await.unwrap();
    let [admin, reader] = [Agent::AlexAdmin, Agent::RobinReader];
    let users = [admin, reader]
        .map(|agent| emulator.add(NewUser::new(Status::PasswordLockedOut).population(agent.population())).unwrap());
    let passwords = users.map(|user| password_path(&emulator, user));

    let tokens = signed_in(&emulator, reader).await;
    let reader = text(&tokens, "access_token");
    assert_eq!(with_token(&emulator, reader, "GET", &passwords[1]).await.status, 200);
    let reply = with_token(&emulator, reader, "POST", &passwords[1]).await;
    reply.assert_detail(403, "ACCESS_FAILED", "INSUFFICIENT_PERMISSIONS", None);
    assert_eq!(with_token(&emulator, reader, "GET", &passwords[0]).await.status, 404);
    let page = with_token(&emulator, reader, "GET", &users_path(&emulator)).await.json();
    assert_eq!((page["count"].as_u64(), &page["_embedded"]["users"][0]["id"]), (Some(1), &json!(users[1])));

    let tokens = signed_in(&emulator, admin).await;
    let admin = text(&tokens, "access_token");
    assert_eq!(with_token(&emulator, admin, "POST", &passwords[0]).await.status, 200);
    assert_eq!(with_token(&emulator, admin, "POST", &passwords[1]).await.status, 404);
    assert_eq!(with_token(&emulator, emulator.access_token(), "POST", &passwords[1]).await.status, 200);
    let actors: Vec<_> = emulator.events().iter().map(|event| (event.user, event.actor)).collect();
    let by_admin = (users[0], Actor::Agent(Agent::AlexAdmin));
    assert_eq!(actors, [by_admin, by_admin, (users[1], Actor::Worker), (users[1], Actor::Worker)]);
    assert_eq!(actors[0].1.to_string(), "alex.admin");
    assert_eq!(actors[0].1.id(), Agent::AlexAdmin.id());
}

#[tokio::test]
async fn a_client_that_is_not_known_is_not_redirected_to() {
    let emulator = Emulator::start().await.unwrap();
    let worker = emulator.client_id().to_owned();
    for changes in [
        ("client_id", ""),
        ("client_id", worker.as_str()),
        ("redirect_uri", ""),
        ("redirect_uri", "https://elsewhere.example/callback"),
        ("redirect_uri", "http://127.0.0.1.elsewhere.example:80/"),
        ("redirect_uri", "http://127.0.0.1:80@elsewhere.example/"),
        ("redirect_uri", "http://127.0.0.1/no-port"),
        ("redirect_uri", "http://127.0.0.1:7464/#fragment"),
    ] {
        let reply = authorize(&emulator, &[changes]).await;
        assert_eq!((reply.status, reply.has("Location")), (400, false), "{changes:?}");
        assert_eq!(reply.header("Content-Type"), "text/html; charset=utf-8");
    }
    for uri in ["http://[::1]:1/", "http://127.0.0.1:65535/callback?a=b"] {
        assert_eq!(authorize(&emulator, &[("redirect_uri", uri)]).await.status, 200, "{uri}");
    }
    let fixed = Emulator::builder().redirect_uri(REDIRECT_URI).start().await.unwrap();
    assert_eq!(authorize(&fixed, &[]).await.status, 200);
    assert_eq!(authorize(&fixed, &[("redirect_uri", "http://127.0.0.1:7465/callback")]).await.status, 400);
}

#[tokio::test]
async fn invalid_requests_are_redirected_to_the_client() {
    let emulator = Emulator::start().await.unwrap();
    for (change, error) in [
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
    ] {
        let query = redirected(&authorize(&emulator, &[change]).await);
        assert_eq!(query[0], ("error".to_owned(), error.to_owned()), "{change:?}");
        assert_eq!(query[2], ("state".to_owned(), "a state & more".to_owned()));
    }
    let query = redirected(&authorize(&emulator, &[("response_type", ""), ("state", "")]).await);
    assert_eq!(query.len(), 2, "no state without one in the request");
}

#[tokio::test]
async fn cancelling_denies_access_and_a_page_works_once() {
    let emulator = Emulator::start().await.unwrap();
    let key = page_key(&authorize(&emulator, &[]).await);
    let sign_in = path(&emulator, "sign-in");
    let reply = post(&emulator, &sign_in, &[("page", &key), ("agent", "")]).await;
    assert_eq!(redirected(&reply), pairs(&[("error", "access_denied"), ("state", "a state & more")]));
    for key in [key.as_str(), "", "guessed"] {
        let reply = post(&emulator, &sign_in, &[("page", key), ("agent", "alex.admin")]).await;
        assert_eq!((reply.status, reply.has("Location")), (400, false));
    }
}

#[tokio::test]
async fn the_page_has_no_script_and_escapes_what_it_shows() {
    let emulator = Emulator::start().await.unwrap();
    let page = authorize(&emulator, &[]).await;
    let policy = page.header("Content-Security-Policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'nonce-"), "{policy}");
    for agent in Agent::ALL {
        assert!(page.body.contains(&format!("value=\"{}\"", agent.username())));
    }
    let device = format!("/{}/device?user_code=%22%3E%3Cscript%3E", emulator.worker_environment_id());
    let page = send(&emulator, "GET", &device, &[], b"").await;
    assert!(page.body.contains("value=\"&quot;&gt;&lt;script&gt;\""), "{}", page.body);
    assert!(!page.body.contains("<script"));
}

#[tokio::test]
async fn a_code_is_bound_to_its_request_and_works_once() {
    let emulator = Emulator::start().await.unwrap();
    let valid = |code: String| {
        pairs(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ])
    };
    for (name, value, error) in [
        ("code", "guessed", "invalid_grant"),
        ("code", "", "invalid_request"),
        ("redirect_uri", "http://127.0.0.1:1/callback", "invalid_grant"),
        ("redirect_uri", "", "invalid_grant"),
        ("code_verifier", "another-verifier", "invalid_grant"),
        ("code_verifier", "", "invalid_request"),
    ] {
        let mut parameters = valid(code(&emulator, Agent::AlexAdmin).await);
        parameters.iter_mut().filter(|(n, _)| n == name).for_each(|(_, v)| value.clone_into(v));
        let parameters: Vec<_> = parameters.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_error(&token(&emulator, &parameters).await, 400, error);
    }

    let user = emulator.add(NewUser::default().population(Agent::AlexAdmin.population())).unwrap();
    let code = code(&emulator, Agent::AlexAdmin).await;
    let tokens = redeem(&emulator, &code).await.json();
    let path = password_path(&emulator, user);
    assert_eq!(with_token(&emulator, text(&tokens, "access_token"), "GET", &path).await.status, 200);
    assert_error(&redeem(&emulator, &code).await, 400, "invalid_grant");
    // The replay revokes the tokens that the code gave.
    assert_eq!(with_token(&emulator, text(&tokens, "access_token"), "GET", &path).await.status, 401);
    assert_error(&refresh(&emulator, text(&tokens, "refresh_token")).await, 400, "invalid_grant");
}

#[tokio::test]
async fn a_refresh_rotates_the_refresh_token() {
    let emulator = Emulator::start().await.unwrap();
    let first = signed_in(&emulator, Agent::RobinReader).await;
    let other = signed_in(&emulator, Agent::RobinReader).await;
    let second = refresh(&emulator, text(&first, "refresh_token")).await.json();
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_ne!(second["access_token"], first["access_token"]);
    let info = path(&emulator, "userinfo");
    let reply = with_token(&emulator, text(&second, "access_token"), "GET", &info).await;
    assert_eq!(reply.json()["preferred_username"], "robin.reader");

    // Using the old one again revokes the sign-in, and no other.
    assert_error(&refresh(&emulator, text(&first, "refresh_token")).await, 400, "invalid_grant");
    assert_error(&refresh(&emulator, text(&second, "refresh_token")).await, 400, "invalid_grant");
    assert_eq!(with_token(&emulator, text(&second, "access_token"), "GET", &info).await.status, 401);
    assert_eq!(refresh(&emulator, text(&other, "refresh_token")).await.status, 200);
    assert_error(&refresh(&emulator, "guessed").await, 400, "invalid_grant");
    assert_error(&refresh(&emulator, "").await, 400, "invalid_request");

    let emulator = Emulator::builder().refresh_rotation(false).start().await.unwrap();
    let first = signed_in(&emulator, Agent::RobinReader).await;
    for _ in 0..2 {
        let reply = refresh(&emulator, text(&first, "refresh_token")).await;
        assert_eq!(reply.json()["refresh_token"], first["refresh_token"]);
    }
}

#[tokio::test]
async fn codes_and_refresh_tokens_expire() {
    let emulator = Emulator::start().await.unwrap();
    let code = code(&emulator, Agent::AlexAdmin).await;
    let tokens = signed_in(&emulator, Agent::AlexAdmin).await;
    assert!(emulator.advance_clock(std::time::Duration::from_secs(10 * 60)));
    assert_error(&redeem(&emulator, &code).await, 400, "invalid_grant");
    assert!(emulator.advance_clock(std::time::Duration::from_secs(30 * 24 * 60 * 60)));
    assert_error(&refresh(&emulator, text(&tokens, "refresh_token")).await, 400, "invalid_grant");
}

#[tokio::test]
async fn each_application_has_its_own_grant_types() {
    let emulator = Emulator::start().await.unwrap();
    let (id, secret) = (emulator.client_id(), emulator.client_secret());
    assert_error(&token(&emulator, &[("grant_type", "client_credentials")]).await, 400, "unauthorized_client");
    let worker = [("grant_type", "refresh_token"), ("client_id", id), ("client_secret", secret)];
    assert_error(&post(&emulator, &path(&emulator, "token"), &worker).await, 400, "unauthorized_client");
    let with_secret = [("grant_type", "refresh_token"), ("client_secret", secret)];
    assert_error(&token(&emulator, &with_secret).await, 401, "invalid_client");
    let twice = [("grant_type", "refresh_token"), ("refresh_token", "a"), ("refresh_token", "b")];
    assert_error(&token(&emulator, &twice).await, 400, "invalid_request");
    let elsewhere = format!("/{}/as/token", Uuid::from_u128(7));
    let client_id = emulator.sign_in_client_id().to_string();
    let request = [("grant_type", "refresh_token"), ("client_id", client_id.as_str()), ("refresh_token", "a")];
    assert_error(&post(&emulator, &elsewhere, &request).await, 401, "invalid_client");
}

#[tokio::test]
async fn the_discovery_document_names_the_endpoints() {
    let emulator = Emulator::start().await.unwrap();
    let reply = send(&emulator, "GET", &path(&emulator, ".well-known/openid-configuration"), &[], b"").await;
    let document = reply.json();
    let issuer = format!("{}/{}/as", emulator.auth_url(), emulator.worker_environment_id());
    assert_eq!((reply.status, text(&document, "issuer")), (200, issuer.as_str()));
    for (name, path) in [
        ("authorization_endpoint", "/authorize"),
        ("token_endpoint", "/token"),
        ("device_authorization_endpoint", "/device_authorization"),
        ("userinfo_endpoint", "/userinfo"),
    ] {
        assert_eq!(text(&document, name), format!("{issuer}{path}"));
    }
    assert_eq!(document["grant_types_supported"].as_array().map(Vec::len), Some(4));
    let elsewhere = format!("/{}/as/.well-known/openid-configuration", Uuid::from_u128(7));
    send(&emulator, "GET", &elsewhere, &[], b"").await.assert_error(404, "NOT_FOUND");
}
