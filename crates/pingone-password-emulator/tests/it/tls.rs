//! TLS with the generated certificate.

use std::{io::ErrorKind, sync::Arc};

use pingone_password_emulator::{Emulator, Fault, Operation, Status};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};
use uuid::Uuid;

use crate::wire::{connect, head, parse, request};

/// Performs a handshake as a client that trusts this certificate only.
async fn handshake(emulator: &Emulator, pem: &str, name: &'static str) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(ServerName::try_from(name).unwrap(), connect(emulator).await).await
}

/// Sends an unlock, without reading the response.
async fn unlock(emulator: &Emulator, user: Uuid) -> TlsStream<TcpStream> {
    let mut connection = handshake(emulator, emulator.certificate_pem().unwrap(), "127.0.0.1").await.unwrap();
    let (method, path, headers) = request(emulator, user, Operation::Unlock);
    connection.write_all(head(method, &path, &headers, 0).as_bytes()).await.unwrap();
    connection
}

async fn start() -> (Emulator, Uuid) {
    let emulator = Emulator::builder().tls(true).start().await.unwrap();
    let user = emulator.add_user(Status::PasswordLockedOut);
    (emulator, user)
}

#[tokio::test]
async fn the_emulator_serves_whoever_trusts_its_certificate() {
    let (emulator, user) = start().await;
    assert_eq!(emulator.auth_url(), format!("https://{}", emulator.address()));
    let mut response = String::new();
    unlock(&emulator, user).await.read_to_string(&mut response).await.unwrap();
    let reply = parse(&response);
    assert_eq!((reply.status, &reply.json()["status"]), (200, &"OK".into()));
    let link = reply.json()["_links"]["self"]["href"].as_str().unwrap().to_owned();
    assert!(link.starts_with("https://127.0.0.1:"), "{link}");

    for name in ["localhost", "::1"] {
        assert!(handshake(&emulator, emulator.certificate_pem().unwrap(), name).await.is_ok());
    }
    let (other, _) = start().await;
    let error = handshake(&emulator, other.certificate_pem().unwrap(), "127.0.0.1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(handshake(&emulator, emulator.certificate_pem().unwrap(), "elsewhere.example").await.is_err());
}

#[tokio::test]
async fn faults_break_encrypted_connections_too() {
    let (emulator, user) = start().await;
    emulator.inject([Fault::ResetAfter, Fault::ResetMidBody]);
    let error = unlock(&emulator, user).await.read(&mut [0]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    let mut response = String::new();
    unlock(&emulator, user).await.read_to_string(&mut response).await.unwrap();
    let half = parse(&response);
    assert_eq!(half.header("Content-Length").parse::<usize>().unwrap() / 2, half.body.len());
    assert_eq!(emulator.unlocks(user), 2);
}

#[tokio::test]
async fn without_tls_there_is_no_certificate() {
    let emulator = Emulator::start().await.unwrap();
    assert_eq!(emulator.certificate_pem(), None);
}

#[tokio::test]
async fn a_client_without_tls_gets_no_response() {
    let (emulator, user) = start().await;
    let (method, path, headers) = request(&emulator, user, Operation::Unlock);
    let mut connection = connect(&emulator).await;
    connection.write_all(head(method, &path, &headers, 0).as_bytes()).await.unwrap();
    let mut response = Vec::new();
    // An alert, or a reset because the rest of the request was not read.
    _ = connection.read_to_end(&mut response).await;
    assert!(!response.starts_with(b"HTTP"));
    assert_eq!(emulator.requests(), []);
}
