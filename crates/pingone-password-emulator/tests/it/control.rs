//! The control API: it arranges and observes what the API then does.

use std::time::Duration;

use pingone_password_emulator::{Emulator, EventKind, NewUser, Status};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::wire::{Reply, UNLOCK, bearer, connect, parse, password_path, post, read};

/// Sends a request to the control API.
async fn control(emulator: &Emulator, method: &str, path: &str, body: Option<Value>) -> Reply {
    let mut headers = vec![("Host", "localhost".to_owned())];
    headers.extend(body.as_ref().map(|_| ("Content-Type", "application/json".to_owned())));
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    raw(emulator, method, &format!("/__emulator/{path}"), &headers, &body).await
}

/// Sends a request with exactly these headers, and `Connection` and `Content-Length`.
async fn raw(emulator: &Emulator, method: &str, target: &str, headers: &[(&str, String)], body: &str) -> Reply {
    let mut connection = connect(emulator).await;
    let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let headers = headers.concat();
    let length = body.len();
    let request =
        format!("{method} {target} HTTP/1.1\r\n{headers}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    connection.read_to_string(&mut response).await.unwrap();
    parse(&response)
}

async fn json(emulator: &Emulator, path: &str) -> Value {
    let reply = control(emulator, "GET", path, None).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

#[tokio::test]
async fn requests_are_found_counted_and_cleared() {
    let emulator = Emulator::builder().users(6).start().await.unwrap();
    let [_, _, _, locked, other, ..] = emulator.users()[..] else { panic!("six users") };
    read(&emulator, locked.0, "").await;
    post(&emulator, locked.0, &["application/json"]).await;
    post(&emulator, locked.0, &[UNLOCK]).await;
    post(&emulator, other.0, &[UNLOCK]).await;

    let requests = json(&emulator, "requests").await;
    let requests = requests.as_array().unwrap();
    assert_eq!(requests.len(), 4, "requests to the control API are not in the journal");
    assert_eq!(requests[0]["operation"], "readPasswordState");
    assert_eq!(requests[1]["operation"], Value::Null);
    assert!(requests[1]["near_miss"].as_str().unwrap().starts_with("`application/json`, which"));
    assert_eq!(requests[1]["status"], 415);
    assert_eq!(requests[2]["headers"]["content-type"], json!([UNLOCK]));
    assert_eq!((&requests[2]["operation"], &requests[2]["applied"]), (&json!("unlockPassword"), &json!(true)));

    let user = locked.0;
    let media_type = UNLOCK.replace('+', "%2B");
    for (filter, count) in [
        (format!("user_id={user}"), 3),
        (format!("user_id={user}&operation=unlockPassword&content_type={media_type}&status=200"), 1),
        ("operation=unlockPassword".to_owned(), 2),
        ("near_miss=true".to_owned(), 1),
        ("near_miss=false&method=POST".to_owned(), 2),
        ("applied=true&after=3".to_owned(), 1),
        ("limit=3".to_owned(), 3),
        (format!("path={}", password_path(&emulator, other.0)), 1),
        (format!("correlation_id={}", requests[3]["correlation_id"].as_str().unwrap()), 1),
    ] {
        let counted = json(&emulator, &format!("requests/count?{filter}")).await;
        assert_eq!(counted, json!({ "count": count, "dropped": 0 }), "{filter}");
        assert_eq!(json(&emulator, &format!("requests?{filter}")).await.as_array().unwrap().len(), count, "{filter}");
    }
    for wrong in ["limit=x", "user_id=ada", "operation=unlock", "colour=red"] {
        assert_eq!(control(&emulator, "GET", &format!("requests?{wrong}"), None).await.status, 400, "{wrong}");
    }

    assert_eq!(control(&emulator, "DELETE", "requests", None).await.status, 204);
    assert_eq!(json(&emulator, "requests").await, json!([]));
}

#[tokio::test]
async fn the_journal_says_how_many_requests_it_dropped() {
    let emulator = Emulator::builder().users(1).journal_limit(2).start().await.unwrap();
    let (user, _) = emulator.users()[0];
    for _ in 0..5 {
        read(&emulator, user, "").await;
    }
    let reply = control(&emulator, "GET", "requests", None).await;
    assert_eq!(reply.header("X-Emulator-Dropped"), "3");
    let numbers: Vec<_> = reply.json().as_array().unwrap().iter().map(|request| request["number"].clone()).collect();
    assert_eq!(numbers, [json!(4), json!(5)]);
    assert_eq!(json(&emulator, "requests/count").await, json!({ "count": 2, "dropped": 3 }));
}

#[tokio::test]
async fn users_are_added_changed_and_removed() {
    let emulator = Emulator::start().await.unwrap();
    let ada = json!({ "username": "Ada", "status": "PASSWORD_LOCKED_OUT", "seconds_until_unlock": null });
    let added = control(&emulator, "POST", "users", Some(ada.clone())).await;
    assert_eq!(added.status, 201);
    let id = added.json()["id"].as_str().unwrap().to_owned();
    let user = emulator.users()[0].0;
    assert_eq!(id, user.to_string());
    assert_eq!(read(&emulator, user, "").await.json().get("secondsUntilUnlock"), None);
    assert_eq!(control(&emulator, "POST", "users", Some(ada)).await.status, 409);

    let path = format!("users/{id}");
    let change = json!({ "seconds_until_unlock": 60, "account_locked": true });
    let changed = control(&emulator, "PATCH", &path, Some(change)).await.json();
    assert_eq!((&changed["seconds_until_unlock"], &changed["status"]), (&json!(60), &json!("PASSWORD_LOCKED_OUT")));
    assert_eq!(read(&emulator, user, "").await.json()["secondsUntilUnlock"], 60);
    post(&emulator, user, &[UNLOCK]).await;
    let kinds: Vec<_> = emulator.events().iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::PasswordUnlocked], "the account stays locked");

    control(&emulator, "PATCH", &path, Some(json!({ "status": "PASSWORD_EXPIRED" }))).await;
    assert_eq!(emulator.status(user), Some(Status::PasswordExpired));
    assert_eq!(json(&emulator, &path).await["password_unlocks"], 1);
    for wrong in [json!({ "status": "LOCKED" }), json!({ "state": "OK" }), json!([])] {
        assert_eq!(control(&emulator, "PATCH", &path, Some(wrong)).await.status, 400);
    }

    assert_eq!(control(&emulator, "DELETE", &path, None).await.status, 204);
    assert_eq!(read(&emulator, user, "").await.status, 404);
    for method in ["GET", "DELETE"] {
        assert_eq!(control(&emulator, method, &path, None).await.status, 404);
        assert_eq!(control(&emulator, method, "users/ada", None).await.status, 400);
    }
}

#[tokio::test]
async fn users_are_searched_and_paged() {
    let seed = (10..20).map(|n| NewUser::new(Status::Ok).username(format!("User-{n}")));
    let emulator = Emulator::builder().seed(seed).users(6).start().await.unwrap();
    let reply = control(&emulator, "GET", "users?search=uSER-1&limit=3&offset=2", None).await;
    assert_eq!(reply.header("X-Emulator-Total"), "10");
    let names: Vec<_> = reply.json().as_array().unwrap().iter().map(|user| user["username"].clone()).collect();
    assert_eq!(names, [json!("User-12"), json!("User-13"), json!("User-14")]);
    assert_eq!(json(&emulator, "users?status=EXTERNAL").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_queued_fault_strikes_once() {
    let emulator = Emulator::builder().users(4).start().await.unwrap();
    let (user, _) = emulator.users()[3];
    let fault = json!({ "operation": "unlockPassword", "fault": "internal-error-500-after" });
    assert_eq!(control(&emulator, "POST", "faults", Some(fault)).await.status, 201);
    control(&emulator, "POST", "faults", Some(json!({ "fault": "bad-gateway", "count": 2 }))).await;
    control(&emulator, "POST", "faults", Some(json!({ "operation": "token", "fault": "stall" }))).await;
    let queued = &json(&emulator, "faults").await["queued"];
    let expected = json!([
        { "operation": "unlockPassword", "fault": "internal-error-500-after" },
        { "operation": null, "fault": "bad-gateway" },
        { "operation": null, "fault": "bad-gateway" },
        { "operation": "token", "fault": "stall" },
    ]);
    assert_eq!(*queued, expected);

    assert_eq!(post(&emulator, user, &[UNLOCK]).await.status, 500);
    assert_eq!(emulator.unlocks(user), 1);
    assert_eq!(read(&emulator, user, "").await.status, 502);
    control(&emulator, "DELETE", "faults", None).await;
    assert_eq!(read(&emulator, user, "").await.status, 200);

    for wrong in [
        json!({ "fault": "earthquake" }),
        json!({ "fault": "stall", "operation": "unlockPassword" }),
        json!({ "fault": "bad-gateway", "operation": "unlock" }),
        json!({ "fault": "bad-gateway", "count": 0 }),
        json!({ "fault": "bad-gateway", "count": 10_001 }),
    ] {
        assert_eq!(control(&emulator, "POST", "faults", Some(wrong.clone())).await.status, 400, "{wrong}");
    }
    assert_eq!(json(&emulator, "faults").await["queued"], json!([]));
}

#[tokio::test]
async fn random_faults_start_and_stop() {
    let emulator = Emulator::builder().users(1).start().await.unwrap();
    let (user, _) = emulator.users()[0];
    let random = json!({ "probability": 1, "seed": 7, "faults": ["bad-gateway"] });
    let set = control(&emulator, "PUT", "faults/random", Some(random)).await.json();
    assert_eq!(set["random"], json!({ "probability": 1.0, "seed": 7, "faults": ["bad-gateway"] }));
    assert_eq!(read(&emulator, user, "").await.status, 502);
    assert_eq!(control(&emulator, "DELETE", "faults/random", None).await.status, 204);
    assert_eq!(read(&emulator, user, "").await.status, 200);
    let wrong = json!({ "probability": 1.5 });
    assert_eq!(control(&emulator, "PUT", "faults/random", Some(wrong)).await.status, 400);
}

#[tokio::test]
async fn tokens_are_issued_for_a_role_and_revoked() {
    let emulator = Emulator::builder().users(6).start().await.unwrap();
    let wanted = json!({ "role": "identity-data-read-only", "lifetime_seconds": 60 });
    let issued = control(&emulator, "POST", "tokens", Some(wanted)).await;
    assert_eq!(issued.status, 201);
    let issued = issued.json();
    let headers = [
        ("Host", "emulator".to_owned()),
        ("Authorization", format!("Bearer {}", issued["access_token"].as_str().unwrap())),
        ("Content-Type", UNLOCK.to_owned()),
    ];
    let path = password_path(&emulator, emulator.users()[3].0);
    assert_eq!(raw(&emulator, "GET", &path, &headers, "").await.status, 200);
    assert_eq!(raw(&emulator, "POST", &path, &headers, "").await.status, 403);
    assert_eq!(json(&emulator, "tokens").await.as_array().unwrap().len(), 2);

    let id = issued["id"].as_str().unwrap();
    assert_eq!(control(&emulator, "DELETE", &format!("tokens/{id}"), None).await.status, 204);
    assert_eq!(control(&emulator, "DELETE", &format!("tokens/{id}"), None).await.status, 404);
    assert_eq!(raw(&emulator, "GET", &path, &headers, "").await.status, 401);

    assert_eq!(control(&emulator, "DELETE", "tokens", None).await.status, 204);
    assert_eq!(read(&emulator, emulator.users()[3].0, "").await.status, 401);
    assert_eq!(control(&emulator, "POST", "tokens", Some(json!({ "lifetime_seconds": 0 }))).await.status, 400);
}

#[tokio::test]
async fn the_clock_and_a_reset() {
    let emulator = Emulator::builder().users(4).start().await.unwrap();
    let (user, _) = emulator.users()[3];
    let moved = control(&emulator, "POST", "clock", Some(json!({ "advance_seconds": 900 }))).await.json();
    assert_eq!(moved["ahead_seconds"], 900);
    assert_eq!(emulator.status(user), Some(Status::Ok));
    let too_far = json!({ "advance_seconds": u64::MAX });
    assert_eq!(control(&emulator, "POST", "clock", Some(too_far)).await.status, 400);
    control(&emulator, "POST", "users", Some(json!({}))).await;

    assert_eq!(control(&emulator, "POST", "reset", None).await.status, 204);
    assert_eq!(json(&emulator, "clock").await["ahead_seconds"], 0);
    assert_eq!(emulator.status(user), Some(Status::PasswordLockedOut));
    assert_eq!(emulator.users().len(), 4);
}

#[tokio::test]
async fn events_are_filtered() {
    let emulator = Emulator::builder().users(4).start().await.unwrap();
    let (user, _) = emulator.users()[3];
    post(&emulator, user, &[UNLOCK]).await;
    let events = json(&emulator, "events").await;
    assert_eq!((&events[0]["type"], &events[1]["type"]), (&json!("PASSWORD.UNLOCKED"), &json!("USER.UNLOCKED")));
    let of_user = json(&emulator, &format!("events?type=USER.UNLOCKED&user_id={user}&limit=1")).await;
    assert_eq!(of_user, json!([events[1]]));
    assert_eq!(json(&emulator, "events?transaction_id=none").await, json!([]));
}

#[tokio::test]
async fn other_hosts_and_origins_are_refused() {
    let emulator = Emulator::builder().users(1).start().await.unwrap();
    let port = emulator.address().port();
    let get = async |headers: &[(&str, String)]| raw(&emulator, "GET", "/__emulator/users", headers, "").await.status;
    for host in ["localhost", "LOCALHOST:80", "127.0.0.1", "127.1.2.3:9", "[::1]", &format!("[::1]:{port}")] {
        assert_eq!(get(&[("Host", host.to_owned())]).await, 200, "{host}");
    }
    for host in
        ["", "emulator", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.1", "[::2]"]
    {
        assert_eq!(get(&[("Host", host.to_owned())]).await, 403, "{host}");
    }
    assert_eq!(get(&[]).await, 403);
    assert_eq!(get(&[("Host", "localhost".to_owned()), ("Host", "evil.example".to_owned())]).await, 403);
    for (path, status) in [("/", 403), ("/__emulator/nothing", 403)] {
        let host = [("Host", "evil.example".to_owned())];
        assert_eq!(raw(&emulator, "GET", path, &host, "").await.status, status, "{path}");
    }
    let localhost = [("Host", "localhost".to_owned())];
    let absolute = raw(&emulator, "GET", "http://evil.example/__emulator/users", &localhost, "").await;
    assert_eq!(absolute.status, 403);

    let own = format!("localhost:{port}");
    for (origin, status) in [
        (format!("http://{own}"), 200),
        ("http://evil.example".to_owned(), 403),
        ("null".to_owned(), 403),
        (format!("http://127.0.0.1:{port}"), 403),
    ] {
        let reply =
            raw(&emulator, "GET", "/__emulator/users", &[("Host", own.clone()), ("Origin", origin.clone())], "").await;
        assert_eq!(reply.status, status, "{origin}");
        assert!(!reply.has("Access-Control-Allow-Origin"));
    }
    // The API itself accepts any name, because a client's test may need one.
    assert_eq!(read(&emulator, emulator.users()[0].0, "").await.status, 200);
}

#[tokio::test]
async fn a_body_has_to_be_declared_as_json() {
    let emulator = Emulator::start().await.unwrap();
    let host = ("Host", "localhost".to_owned());
    for content_type in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
        let mut headers = vec![host.clone()];
        headers.extend(content_type.map(|content_type| ("Content-Type", content_type.to_owned())));
        let reply = raw(&emulator, "POST", "/__emulator/users", &headers, "{}").await;
        assert_eq!(reply.status, 415);
    }
    assert_eq!(emulator.users(), []);
    let reply = control(&emulator, "PUT", "users", None).await;
    assert_eq!((reply.status, reply.header("Allow")), (405, "GET,HEAD,POST"));
    assert_eq!(control(&emulator, "GET", "nothing", None).await.status, 404);
}

#[tokio::test]
async fn bytes_are_sent_as_they_are() {
    let emulator = Emulator::builder().users(4).start().await.unwrap();
    let path = password_path(&emulator, emulator.users()[3].0);
    let (name, token) = bearer(&emulator);
    let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\n{name}: {token}\r\nContent-Type: {UNLOCK}\r\n");
    let exchange = async |request: String| {
        control(&emulator, "POST", "exchange", Some(json!({ "request": request }))).await.json()
    };

    let twice = exchange(format!("{head}Content-Type: a/b\r\nConnection: close\r\n\r\n")).await;
    let response = twice["response"].as_str().unwrap();
    assert!(response.starts_with("HTTP/1.1 415 Unsupported Media Type\r\n"), "{response}");
    assert!(response.contains("x-emulator-near-miss: two `Content-Type` headers"), "{response}");
    assert_eq!(twice["end"], "closed");

    emulator.inject([pingone_password_emulator::Fault::ResetAfter]);
    let reset = exchange(format!("{head}Connection: close\r\n\r\n")).await;
    assert_eq!(reset, json!({ "response": "", "end": "closed" }));
    assert_eq!(emulator.unlocks(emulator.users()[3].0), 1);

    emulator
        .inject([pingone_password_emulator::Fault::OversizedHeaders, pingone_password_emulator::Fault::EndlessBody]);
    assert_eq!(exchange(format!("{head}Connection: close\r\n\r\n")).await["end"], "closed");
    assert_eq!(exchange(format!("{head}Connection: close\r\n\r\n")).await["end"], "cut");
    assert_eq!(exchange("GET / HT".to_owned()).await, json!({ "response": "", "end": "open" }));
    // The control API isn't reached this way.
    let page =
        exchange("GET /__emulator/users HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".to_owned()).await;
    assert!(!page["response"].as_str().unwrap().contains("username"), "{page}");
}

#[tokio::test]
async fn the_stream_shows_requests_as_they_come() {
    let emulator = Emulator::builder().users(4).start().await.unwrap();
    let (user, _) = emulator.users()[3];
    read(&emulator, user, "").await;
    let mut stream = connect(&emulator).await;
    stream.write_all(b"GET /__emulator/stream HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut received = String::new();
    let mut wait_for = async |text: &str| {
        let found = timeout(Duration::from_secs(10), async {
            while !received.contains(text) {
                let mut buffer = [0; 4096];
                let length = stream.read(&mut buffer).await.unwrap();
                received.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
            }
        });
        assert!(found.await.is_ok(), "{text} in {received}");
        received.clear();
    };
    wait_for("event: request\ndata: {\"number\":1,").await;
    post(&emulator, user, &[]).await;
    wait_for("\"near_miss\":\"POST without `Content-Type`").await;
    emulator.set_status(user, Status::Ok);
    wait_for("event: changed\n").await;
    emulator.clear_requests();
    wait_for("event: cleared\n").await;
    drop(stream);
    emulator.stop().await;
}

#[tokio::test]
async fn the_page_is_small_and_loads_nothing_from_elsewhere() {
    let emulator = Emulator::start().await.unwrap();
    let host = [("Host", "localhost".to_owned())];
    let mut size = 0;
    for (path, content_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/__emulator/page.css", "text/css; charset=utf-8"),
        ("/__emulator/page.js", "text/javascript; charset=utf-8"),
        ("/__emulator/icon.svg", "image/svg+xml"),
    ] {
        let reply = raw(&emulator, "GET", path, &host, "").await;
        assert_eq!((reply.status, reply.header("Content-Type")), (200, content_type));
        let policy = reply.header("Content-Security-Policy");
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(reply.header("X-Content-Type-Options"), "nosniff");
        size += reply.body.len();
        assert!(!reply.body.contains("src=\"http") && !reply.body.contains(": url("), "{path}");
    }
    assert!(size < 60_000, "{size}");
}

#[tokio::test]
async fn a_connection_that_sends_no_head_is_closed() {
    let emulator = Emulator::start().await.unwrap();
    let mut silent = connect(&emulator).await;
    let mut half = connect(&emulator).await;
    half.write_all(b"GET / HTTP/1.1\r\nHost:").await.unwrap();
    // Both are accepted once a third, which came later, is served.
    read(&emulator, emulator.add_user(Status::Ok), "").await;
    tokio::time::pause();
    let closed = async {
        let mut bytes = Vec::new();
        silent.read_to_end(&mut bytes).await.unwrap();
        _ = half.read_to_end(&mut bytes).await;
    };
    timeout(Duration::from_secs(60), closed).await.expect("the emulator closes them after 30 seconds");
}
