//! Certificates that no retry makes valid. On Linux, because other platforms have reasons and words of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use pingone_password::{Error, ErrorKind, Outcome, RetryPolicy};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{Result, builder, user_id};

/// Unlocks a user with the default policy, on a server whose certificate is valid in these years. Returns the cause of the
/// failure.
async fn rejected(years: [i32; 2]) -> Result<String> {
    let key = KeyPair::generate()?;
    let mut parameters = CertificateParams::new(["127.0.0.1".to_owned()])?;
    [parameters.not_before, parameters.not_after] = years.map(|year| date_time_ymd(year, 1, 1));
    let certificate = parameters.self_signed(&key)?.der().clone();
    let config = ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivatePkcs8KeyDer::from(key.serialize_der()).into())?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (attempts, trusted) = <(Arc<AtomicU32>, Arc<AtomicU32>)>::default();
    let (counted_attempts, counted_trusted) = (Arc::clone(&attempts), Arc::clone(&trusted));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted_attempts.fetch_add(1, Ordering::SeqCst);
            if acceptor.accept(stream).await.is_ok() {
                counted_trusted.fetch_add(1, Ordering::SeqCst);
            }
        }
    });

    let client = builder(format!("https://{address}"))
        .retry(RetryPolicy::default())
        .sleep(|_| std::future::ready(()))
        .build()?;
    let error: Error = client.unlock_password(user_id()).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, Outcome::NotApplied), "{error}");
    assert!(!error.is_transient() && error.request_count() == 1, "{error}");
    assert_eq!((attempts.load(Ordering::SeqCst), trusted.load(Ordering::SeqCst)), (1, 0), "{error}");
    let host = format!("no connection to {address} could be established: ");
    Ok(error.cause().strip_prefix(&host).ok_or_else(|| error.to_string())?.to_owned())
}

#[tokio::test]
async fn a_certificate_that_no_retry_makes_valid_is_tried_once() -> Result {
    for (years, validity) in [
        ([2000, 2001], "the server's certificate was valid until Mon, 01 Jan 2001 00:00:00 GMT"),
        ([2090, 2091], "the server's certificate is valid from Sun, 01 Jan 2090 00:00:00 GMT"),
    ] {
        let cause = rejected(years).await?;
        let clock = cause.strip_prefix(validity).and_then(|rest| rest.strip_prefix("; this computer's clock says "));
        let age = SystemTime::now().duration_since(httpdate::parse_http_date(clock.ok_or(&*cause)?)?)?;
        assert!(age < Duration::from_secs(60), "{cause}");
    }
    assert_eq!(rejected([2000, 2090]).await?, "the issuer of the server's certificate is not trusted");
    Ok(())
}
