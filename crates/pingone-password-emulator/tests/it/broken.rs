//! Faults that break the connection: what the client receives, and what is true on the server.

use std::{io::ErrorKind, time::Duration};

use pingone_password_emulator::{Emulator, Fault, Operation, Status};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{pause, timeout},
};
use uuid::Uuid;

use crate::wire::{UNLOCK, begin, connect, head, parse, post, read, request, until};

/// Sends an unlock with this fault, and returns once it is recorded, before its response is read.
async fn inject(fault: Fault, status: Option<u16>, applied: bool) -> (Emulator, Uuid, TcpStream) {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject([fault]);
    let (method, path, headers) = request(&emulator, user, Operation::Unlock);
    let connection = begin(&emulator, method, &path, &headers, b"").await;
    until(|| emulator.requests().first().is_some_and(|recorded| recorded.fault.is_some())).await;

    assert_eq!((fault.status(), fault.applies()), (status, applied));
    let recorded = &emulator.requests()[0];
    assert_eq!((recorded.fault, recorded.status, recorded.applied), (Some(fault), status, applied));
    assert_eq!(emulator.unlocks(user), usize::from(applied));
    let expected = if applied { Status::Ok } else { Status::PasswordLockedOut };
    assert_eq!(emulator.status(user), Some(expected));
    (emulator, user, connection)
}

async fn assert_reset(mut connection: TcpStream) {
    let error = connection.read(&mut [0]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

/// Asserts that nothing arrives. The paused clock advances once all tasks are idle.
async fn assert_stalls(connection: &mut TcpStream) {
    pause();
    let long = Duration::from_secs(3600);
    assert!(timeout(long, connection.read(&mut [0])).await.is_err());
}

/// Reads the head and half of the announced body.
async fn read_half(connection: &mut TcpStream) -> (String, usize) {
    let mut response = String::new();
    while !response.ends_with("\r\n\r\n") {
        response.push(connection.read_u8().await.unwrap().into());
    }
    let announced: usize = parse(&response).header("Content-Length").parse().unwrap();
    let mut half = vec![0; announced / 2];
    connection.read_exact(&mut half).await.unwrap();
    (response + str::from_utf8(&half).unwrap(), announced)
}

/// Asserts that the half is the first one of the server's current state.
async fn assert_half(emulator: &Emulator, user: Uuid, (response, announced): (String, usize)) {
    let half = parse(&response);
    assert_eq!(half.status, 200);
    assert_eq!(half.header("Content-Type"), "application/hal+json;charset=UTF-8");
    assert!(!half.header("Correlation-Id").is_empty());
    let state = read(emulator, user, "").await.body;
    assert_eq!((half.body.as_str(), announced), (&state[..state.len() / 2], state.len()));
}

#[tokio::test]
async fn reset_before() {
    let (emulator, user, connection) = inject(Fault::ResetBefore, None, false).await;
    assert_reset(connection).await;
    assert_eq!(post(&emulator, user, &[UNLOCK]).await.status, 200);
    assert_eq!(emulator.unlocks(user), 1);
}

#[tokio::test]
async fn reset_after() {
    let (emulator, user, connection) = inject(Fault::ResetAfter, None, true).await;
    assert_reset(connection).await;
    assert_eq!(post(&emulator, user, &[UNLOCK]).await.status, 200);
    assert_eq!(emulator.unlocks(user), 2);
    // The second unlock found the password unlocked.
    assert_eq!(emulator.events().len(), 2);
}

#[tokio::test]
async fn reset_mid_body() {
    let (emulator, user, mut connection) = inject(Fault::ResetMidBody, Some(200), true).await;
    let half = read_half(&mut connection).await;
    assert_eq!(connection.read(&mut [0]).await.unwrap(), 0);
    assert_half(&emulator, user, half).await;
}

#[tokio::test]
async fn stall_before_response() {
    let (_emulator, _, mut connection) = inject(Fault::StallBeforeResponse, None, false).await;
    assert_stalls(&mut connection).await;
}

#[tokio::test]
async fn stall_after() {
    let (_emulator, _, mut connection) = inject(Fault::StallAfter, None, true).await;
    assert_stalls(&mut connection).await;
}

#[tokio::test]
async fn stall_mid_body() {
    let (emulator, user, mut connection) = inject(Fault::StallMidBody, Some(200), true).await;
    let half = read_half(&mut connection).await;
    assert_half(&emulator, user, half).await;
    assert_stalls(&mut connection).await;
}

#[tokio::test]
async fn endless_body() {
    let (_emulator, _, mut connection) = inject(Fault::EndlessBody, Some(200), true).await;
    // A paused clock skips the pauses between chunks.
    pause();
    let mut response = vec![0; 8 * 1024 * 1024];
    connection.read_exact(&mut response).await.unwrap();
    let response = String::from_utf8(response).unwrap();
    let reply = parse(&response);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("Transfer-Encoding"), "chunked");
    assert_eq!(reply.header("Content-Type"), "application/hal+json;charset=UTF-8");
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x1_0000));
    assert!(reply.body.starts_with(&chunk.repeat(100)));
}

#[tokio::test]
async fn a_reused_connection_breaks_too() {
    let emulator = Emulator::start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.inject([None, Some(Fault::ResetMidBody)]);
    let (method, path, headers) = request(&emulator, user, Operation::Unlock);
    let head = head(method, &path, &headers, 0).replace("Connection: close\r\n", "");
    let mut connection = connect(&emulator).await;
    for _ in 0..2 {
        connection.write_all(head.as_bytes()).await.unwrap();
        let (response, announced) = read_half(&mut connection).await;
        assert_eq!(parse(&response).status, 200);
        let mut rest = vec![0; announced - announced / 2];
        let whole = connection.read_exact(&mut rest).await.is_ok();
        let faults: Vec<_> = emulator.requests().iter().map(|recorded| recorded.fault).collect();
        assert_eq!(whole, faults == [None], "{faults:?}");
    }
    assert_eq!(emulator.unlocks(user), 2);
}

#[tokio::test]
async fn a_stalled_connection_ends_when_the_client_closes_its_half() {
    let (_emulator, _, mut connection) = inject(Fault::StallAfter, None, true).await;
    connection.shutdown().await.unwrap();
    assert_eq!(connection.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test]
async fn stopping_ends_stalled_connections_and_refuses_new_ones() {
    let (emulator, user, mut connection) = inject(Fault::StallAfter, None, true).await;
    emulator.stop().await;
    assert_eq!(connection.read(&mut [0]).await.unwrap(), 0);
    // A process that another test starts has a copy of the socket, until it runs its program.
    let stopped = std::time::Instant::now();
    let error = loop {
        let Err(error) = TcpStream::connect(emulator.address()).await else {
            assert!(stopped.elapsed().as_secs() < 60, "new connections are accepted");
            continue;
        };
        break error;
    };
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    // Records stay, and stopping twice has no further effect.
    emulator.stop().await;
    assert_eq!((emulator.requests().len(), emulator.unlocks(user)), (1, 1));

    let again = Emulator::builder().listen(emulator.address()).start().await.unwrap();
    assert_eq!(again.api_url(), emulator.api_url());
}
