//! A connection whose responses belong to earlier requests.

use pingone_password_emulator::{Emulator, Fault, Operation, Status};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use uuid::Uuid;

use crate::{
    injected::Injected,
    wire::{Reply, connect, head, parse, request},
};

/// Sends a request on a connection that stays open, and reads one response.
async fn exchange(connection: &mut TcpStream, emulator: &Emulator, user: Uuid, operation: Operation) -> Reply {
    let (method, path, headers) = request(emulator, user, operation);
    let head = head(method, &path, &headers, 0).replace("Connection: close\r\n", "");
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut response = String::new();
    while !response.ends_with("\r\n\r\n") {
        response.push(connection.read_u8().await.unwrap().into());
    }
    let mut body = vec![0; parse(&response).header("Content-Length").parse().unwrap()];
    connection.read_exact(&mut body).await.unwrap();
    parse(&(response + str::from_utf8(&body).unwrap()))
}

fn user_of(reply: &Reply) -> Uuid {
    reply.json()["user"]["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn every_response_after_the_fault_belongs_to_the_request_before() {
    for (fault, applied) in [(Fault::MixedUpConnection, 1), (Fault::MixedUpConnectionBefore, 0)] {
        let emulator = Emulator::start().await.unwrap();
        let users: Vec<_> = (0..4).map(|_| emulator.add_user(Status::PasswordLockedOut)).collect();
        emulator.inject([None, Some(fault)]);
        let mut connection = connect(&emulator).await;
        let first = exchange(&mut connection, &emulator, users[0], Operation::Read).await;
        let second = exchange(&mut connection, &emulator, users[1], Operation::Unlock).await;
        let third = exchange(&mut connection, &emulator, users[2], Operation::Read).await;
        let fourth = exchange(&mut connection, &emulator, users[3], Operation::Unlock).await;
        let received = [&first, &second, &third, &fourth].map(user_of);
        assert_eq!(received, [users[0], users[0], users[1], users[2]]);
        assert_eq!(second.header("Correlation-Id"), first.header("Correlation-Id"));
        assert_eq!([1, 3].map(|user| emulator.unlocks(users[user])), [applied, 1]);

        // Other connections are in step.
        let mut other = connect(&emulator).await;
        let reply = exchange(&mut other, &emulator, users[1], Operation::Read).await;
        assert_eq!(user_of(&reply), users[1]);
    }
}

#[tokio::test]
async fn without_an_earlier_request_the_response_is_another_users() {
    for (fault, applied) in [(Fault::MixedUpConnection, true), (Fault::MixedUpConnectionBefore, false)] {
        let injected = Injected::by(fault, 200, applied).await;
        assert_eq!(injected.reply().json()["status"], "OK");
        assert_ne!(user_of(&injected.reply()), injected.user);
    }
}
