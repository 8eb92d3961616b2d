//! The journal of requests.

use pingone_password_emulator::{Emulator, Status};

use crate::wire::{UNLOCK, bearer, password_path, post, send};

#[tokio::test]
async fn a_request_is_recorded_as_sent() {
    let emulator = Emulator::start().await.unwrap();
    let target = "/a//b/../%2e%2E/c%20d?e=%66&e=g&&h";
    let text = |text: &str| text.to_owned();
    let headers = [
        ("X-First", text("1")),
        ("Content-Type", text("a/b")),
        ("x-second", text("caf\u{e9}  !")),
        ("content-type", text("c/d")),
    ];
    let reply = send(&emulator, "bReW", target, &headers, b"\0body\xff").await;
    reply.assert_unknown_path("Missing Authentication Token");

    let requests = emulator.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request.method, "bReW");
    assert_eq!(request.path, "/a//b/../%2e%2E/c%20d");
    assert_eq!(request.query.as_deref(), Some("e=%66&e=g&&h"));
    assert_eq!(request.body, b"\0body\xff");
    assert_eq!(request.status, Some(403));
    let lines: Vec<_> =
        request.headers.iter().map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value))).collect();
    assert_eq!(
        lines,
        [
            "x-first: 1",
            "content-type: a/b",
            "content-type: c/d",
            "x-second: caf\u{e9}  !",
            "host: emulator",
            "connection: close",
            "content-length: 6",
        ]
    );
    assert_eq!(request.header("CONTENT-TYPE"), ["a/b", "c/d"]);
}

#[tokio::test]
async fn rejected_requests_are_recorded_too() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    let path = password_path(&emulator, user);
    send(&emulator, "GET", "/nowhere", &[], b"").await;
    send(&emulator, "GET", &path, &[], b"").await;
    send(&emulator, "PUT", &path, &[bearer(&emulator)], b"").await;
    post(&emulator, user, &[]).await;
    post(&emulator, user, &[UNLOCK]).await;
    let requests = emulator.requests();
    let statuses: Vec<_> = requests.iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(403), Some(401), Some(405), Some(415), Some(200)]);
    assert_eq!(requests[4].method, "POST");
    assert_eq!((&requests[4].path, &requests[4].query), (&path, &None));
    assert!(requests[4].body.is_empty());
}

#[tokio::test]
async fn a_body_longer_than_a_mebibyte_413() {
    let emulator = Emulator::start().await.unwrap();
    let path = password_path(&emulator, emulator.add_user(Status::PasswordLockedOut));
    let headers = [bearer(&emulator), ("Content-Type", UNLOCK.to_owned())];
    let too_long = vec![b'x'; 1024 * 1024 + 1];
    let reply = send(&emulator, "POST", &path, &headers, &too_long).await;
    reply.assert_error(413, "INVALID_REQUEST");
    let reply = send(&emulator, "POST", &path, &headers, &too_long[1..]).await;
    assert_eq!(reply.status, 200);

    let requests = emulator.requests();
    assert_eq!((requests[0].status, requests[0].body.len()), (Some(413), 0));
    assert_eq!((requests[1].status, requests[1].body.len()), (Some(200), 1024 * 1024));
}

#[tokio::test]
async fn nothing_is_recorded_if_recording_is_off() {
    let builder = Emulator::builder().recording(false);
    let emulator = builder.start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    assert_eq!(post(&emulator, user, &[UNLOCK]).await.status, 200);
    assert_eq!(emulator.requests(), []);
}

#[tokio::test]
async fn the_oldest_requests_go() {
    let emulator = Emulator::builder().journal_limit(3).start().await.unwrap();
    for n in 1..=5 {
        send(&emulator, "GET", &format!("/{n}"), &[], b"").await;
    }
    let recorded: Vec<_> = emulator.requests().into_iter().map(|r| (r.number, r.path, r.status)).collect();
    let expected = [3, 4, 5].map(|n| (n, format!("/{n}"), Some(403)));
    assert_eq!(recorded, expected);
    emulator.clear_requests();
    assert_eq!(emulator.requests(), []);
    send(&emulator, "GET", "/6", &[], b"").await;
    assert_eq!(emulator.requests()[0].number, 6);
}

#[tokio::test]
async fn large_requests_go_earlier() {
    let emulator = Emulator::start().await.unwrap();
    let body = vec![b'x'; 1024 * 1024];
    for _ in 0..70 {
        send(&emulator, "POST", "/large", &[], &body).await;
    }
    let kept = emulator.requests().len();
    assert!((60..64).contains(&kept), "{kept}");
}
