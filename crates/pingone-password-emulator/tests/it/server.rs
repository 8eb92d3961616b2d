//! Starting, users and IDs, stopping.

use std::{error::Error, net::SocketAddr, time::Duration};

use pingone_password_emulator::{Emulator, StartError, Status};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::wire::{connect, read};

#[tokio::test]
async fn only_a_loopback_address_is_accepted() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let address: SocketAddr = address.parse().unwrap();
        let error = Emulator::builder().listen(address).start().await.unwrap_err();
        assert!(matches!(error, StartError::NotLoopback(refused) if refused == address));
        assert!(error.to_string().contains(&address.to_string()), "{error}");
    }
}

#[tokio::test]
async fn a_port_in_use_is_an_error_that_names_it() {
    let emulator = Emulator::start().await.unwrap();
    let taken = connect(&emulator).await.peer_addr().unwrap();
    let error = Emulator::builder().listen(taken).start().await.unwrap_err();
    assert!(matches!(error, StartError::Bind { address, .. } if address == taken));
    assert!(error.to_string().contains(&taken.to_string()), "{error}");
    assert!(error.source().is_some());
}

#[tokio::test]
async fn ids_are_the_same_on_every_start_and_secrets_are_not() {
    let one = Emulator::builder().users(100).start().await.unwrap();
    let two = Emulator::builder().users(100).start().await.unwrap();
    assert_eq!(one.users(), two.users());
    assert_eq!(one.add_user(Status::Ok), two.add_user(Status::Ok));
    assert_eq!(one.environment_id(), two.environment_id());
    assert_eq!(one.client_id(), two.client_id());
    assert_ne!(one.client_secret(), two.client_secret());
    assert_ne!(one.access_token(), two.access_token());

    let statuses: Vec<_> = one.users().iter().map(|(_, status)| *status).collect();
    assert_eq!(statuses.len(), 101);
    assert_eq!(statuses[..6], Status::ALL);
    assert!(statuses[6..100].iter().all(|s| *s == Status::PasswordLockedOut));
    for (id, _) in one.users() {
        assert_eq!(read(&one, id, "").await.status, 200);
    }
}

#[tokio::test]
async fn the_urls_are_the_vendors_with_another_host() {
    let emulator = Emulator::start().await.unwrap();
    let address = connect(&emulator).await.peer_addr().unwrap();
    assert_eq!(emulator.auth_url(), format!("http://127.0.0.1:{}", address.port()));
    assert_eq!(emulator.api_url(), format!("{}/v1", emulator.auth_url()));
    let shown = format!("{emulator:?}");
    assert!(!shown.contains(emulator.access_token()), "{shown}");
}

#[tokio::test]
async fn dropping_the_emulator_ends_connections_and_frees_the_port() {
    let emulator = Emulator::start().await.unwrap();
    let mut kept_alive = connect(&emulator).await;
    let address = kept_alive.peer_addr().unwrap();
    let request = b"GET / HTTP/1.1\r\nHost: emulator\r\n\r\n";
    kept_alive.write_all(request).await.unwrap();
    assert_ne!(kept_alive.read(&mut [0; 4096]).await.unwrap(), 0);

    drop(emulator);
    let ended = async {
        assert_eq!(kept_alive.read_to_end(&mut Vec::new()).await.unwrap(), 0);
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(10), ended).await.unwrap();
}
