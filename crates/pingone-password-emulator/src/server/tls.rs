//! TLS with a throw-away certificate.

use std::{error::Error, io, sync::Arc};

use chrono::{DateTime, Datelike, Days, Utc};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
    server::TlsStream,
};

use super::connection::Socket;

/// The names that the certificate is valid for.
const NAMES: [&str; 3] = ["127.0.0.1", "::1", "localhost"];
/// The lifetime of the certificate: shorter than any platform's limit.
const DAYS: Days = Days::new(90);

pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) certificate_pem: String,
}

impl Tls {
    pub(crate) fn new() -> Result<Self, Box<dyn Error + Send + Sync>> {
        let key = KeyPair::generate()?;
        let mut parameters = CertificateParams::new(NAMES.map(str::to_owned))?;
        parameters.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
        let now = Utc::now();
        let day = |date: Option<DateTime<Utc>>| -> Result<_, Box<dyn Error + Send + Sync>> {
            let date = date.ok_or("the date is out of range")?;
            Ok(date_time_ymd(date.year(), date.month().try_into()?, date.day().try_into()?))
        };
        parameters.not_before = day(now.checked_sub_days(Days::new(1)))?;
        parameters.not_after = day(now.checked_add_days(DAYS))?;
        let certificate = parameters.self_signed(&key)?;

        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        config.alpn_protocols.push(b"http/1.1".to_vec());
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), certificate_pem: certificate.pem() })
    }
}

impl Socket for TlsStream<TcpStream> {
    fn reset_on_drop(&self) -> io::Result<()> {
        self.get_ref().0.set_zero_linger()
    }
}
