//! The settings for corporate networks: certificates, headers and a proxy with exceptions.

use std::sync::Arc;

use pingone_password::{Client, ClientCredentials, ErrorKind, RetryPolicy};
use pingone_password_emulator::{Emulator, Status};
use rcgen::{CertificateParams, KeyPair};
use recorder::Recorder;
use rustls::RootCertStore;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::server::WebPkiClientVerifier;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{Result, TOKEN, builder, environment_id, faults, user_id};

const STATE: &str = r#"{"status":"OK"}"#;

#[tokio::test]
async fn a_root_certificate_is_trusted_next_to_the_platforms() -> Result {
    let emulator = Emulator::builder().tls(true).start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    let pem = emulator.certificate_pem().ok_or("no certificate")?;
    let other = identity()?.0.pem();
    let client = faults::client(&emulator, RetryPolicy::none()).0;
    let error = client.clone().root_certificate(&*other).build()?.unlock_password(user.into()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert_eq!(emulator.requests().len(), 0);
    // One call adds to the other.
    client.root_certificate(other).root_certificate(pem).build()?.unlock_password(user.into()).await?;
    assert_eq!(emulator.unlocks(user), 1);
    Ok(())
}

fn identity() -> Result<(rcgen::Certificate, KeyPair)> {
    let key = KeyPair::generate()?;
    Ok((CertificateParams::new(["127.0.0.1".to_owned()])?.self_signed(&key)?, key))
}

/// A server that requires the certificate of a client, and its URL and own certificate.
async fn server(trusted_client: &rcgen::Certificate) -> Result<(String, String)> {
    let (certificate, key) = identity()?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(trusted_client.der().clone())?;
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider)).build()?;
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("https://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{STATE}", STATE.len());
            let _ = stream.write_all(response.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    Ok((url, certificate.pem()))
}

#[tokio::test]
async fn a_server_may_require_a_client_certificate() -> Result {
    let (certificate, key) = identity()?;
    let (url, root) = server(&certificate).await?;
    let client = builder(url).root_certificate(root);
    client.clone().build()?.read_password_state(user_id()).await.unwrap_err();
    let (other, other_key) = identity()?;
    let stranger = client.clone().client_certificate(other.pem() + &other_key.serialize_pem());
    stranger.build()?.read_password_state(user_id()).await.unwrap_err();

    let key = key.serialize_pem();
    // In either order, as such files are found.
    for pem in [certificate.pem() + &key, key.clone() + &certificate.pem()] {
        let client = client.clone().client_certificate(pem);
        let printed = format!("{client:?}");
        let secret = key.lines().nth(1).ok_or("no key")?;
        assert!(printed.contains("[REDACTED]") && !printed.contains(secret), "{printed}");
        client.build()?.read_password_state(user_id()).await?;
    }
    Ok(())
}

#[test]
fn certificates_that_are_none_are_named() -> Result {
    let (certificate, key) = identity()?;
    let (certificate, key) = (certificate.pem(), key.serialize_pem());
    let broken = certificate.replacen("MII", "AAA", 1);
    let client = builder("http://127.0.0.1:1");
    for pem in ["", "hunter2", &key, &broken] {
        let error = client.clone().root_certificate(pem).build().unwrap_err();
        assert!(error.to_string().contains("a root certificate is not valid PEM"), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
    for pem in ["", "hunter2", &key, &certificate, &(broken + &key)] {
        let error = client.clone().client_certificate(pem).build().unwrap_err();
        assert!(error.to_string().contains("the client certificate is not valid"), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
    Ok(())
}

#[tokio::test]
async fn a_default_header_is_sent_with_every_request() -> Result {
    let api = Recorder::with(200, &[], STATE).await?;
    let token = Recorder::with(200, &[], &format!(r#"{{"access_token":"{TOKEN}","token_type":"Bearer"}}"#)).await?;
    let worker = ClientCredentials::new("id", "secret").token_url(format!("{}/as/token", token.url()));
    let builder = Client::builder(environment_id())
        .base_url(api.url())
        .client_credentials(worker)
        .default_header("Subscription-Key", "first")
        .default_header("subscription-key", "hunter2")
        .default_header("X-Team", "Übung");
    let printed = format!("{builder:?}");
    assert!(printed.contains("subscription-key") && !printed.contains("hunter2"), "{printed}");
    builder.build()?.read_password_state(user_id()).await?;
    for recorder in [&api, &token] {
        let requests = recorder.requests();
        assert_eq!(requests.len(), 1);
        assert_eq!(requests[0].header("subscription-key"), ["hunter2"]);
        assert_eq!(requests[0].header("x-team").len(), 1);
    }
    Ok(())
}

#[test]
fn the_clients_own_headers_cant_be_set() {
    let names = [
        "Authorization",
        "content-type",
        "ACCEPT",
        "Accept-Encoding",
        "Content-Length",
        "Host",
        "Connection",
        "Transfer-Encoding",
        "Proxy-Authorization",
        "Expect",
        "User-Agent",
        " authorization ",
        "X-Ping-External-Transaction-Id",
    ];
    for name in names {
        let error = builder("http://127.0.0.1:1").default_header(name, "hunter2").build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let expected = format!("{} can't be a default header", name.trim().to_lowercase());
        assert!(error.to_string().contains(&expected) && !format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    for (name, value) in [("", "x"), ("a b", "x"), ("a:", "x"), ("a", "hunter2\r\nb: c"), ("a", "hunter2\0")] {
        let error = builder("http://127.0.0.1:1").default_header(name, value).build().unwrap_err();
        assert!(error.to_string().contains("default header") && !format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn a_host_can_be_exempt_from_the_proxy() -> Result {
    for (exceptions, is_used) in [
        ("", true),
        ("other.invalid", true),
        ("pi.example.invalid", true),
        ("api.example.invalid", false),
        (".example.invalid", false),
        ("example.invalid, other.invalid", false),
        ("*", false),
    ] {
        let proxy = Recorder::with(403, &[], "").await?;
        let client = builder("https://api.example.invalid").proxy(proxy.url()).no_proxy(exceptions).build()?;
        let error = client.read_password_state(user_id()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert_eq!(proxy.requests().len(), usize::from(is_used), "{exceptions}: {error}");
        assert_eq!(error.to_string().contains("through the proxy"), is_used, "{exceptions}: {error}");
    }
    Ok(())
}
