//! The TLS backend of the HTTP client.

use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;

use crate::error::Problem;

/// Certificates in addition to those of the platform, as PEM.
#[derive(Clone, Default)]
pub(crate) struct Certificates {
    roots: Vec<String>,
    /// With its private key.
    client: Option<Arc<SecretString>>,
}

impl Certificates {
    pub(crate) fn add_root(&mut self, pem: String) {
        self.roots.push(pem);
    }

    pub(crate) fn set_client(&mut self, pem: String) {
        self.client = Some(Arc::new(pem.into()));
    }

    /// Returns what is wrong with the certificates.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub(crate) fn problems(&self) -> Vec<Problem> {
        [backend::roots(self).err(), backend::client(self).err()].into_iter().flatten().collect()
    }

    /// Without TLS, there is no use for them.
    #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
    pub(crate) fn problems(&self) -> Vec<Problem> {
        if self.roots.is_empty() && self.client.is_none() { vec![] } else { vec![Problem::NoTls] }
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates")
            .field("roots", &self.roots.len())
            .field("client", &self.client.as_ref().map(|_| "[REDACTED]"))
            .finish()
    }
}

pub(crate) use self::backend::configure;

#[cfg(feature = "rustls")]
mod backend {
    use std::sync::Arc;

    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::{ClientConfig, RootCertStore};
    use rustls_platform_verifier::Verifier;
    use secrecy::ExposeSecret;

    use super::{Certificates, Problem};

    /// A certificate chain and its key.
    type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

    /// Configures rustls with the ring provider and the platform's certificate store.
    ///
    /// The provider is passed explicitly. reqwest's default provider costs 20 ms of CPU at every start of a process, and a
    /// process-wide provider may not be installed.
    pub(crate) fn configure(
        builder: reqwest::ClientBuilder,
        is_needed: bool,
        certificates: &Certificates,
    ) -> Result<reqwest::ClientBuilder, Problem> {
        let failed = |error: rustls::Error| Problem::Tls(error.to_string());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(failed)?;
        let config = if is_needed {
            let verifier = Verifier::new_with_extra_roots(roots(certificates)?, provider).map_err(failed)?;
            config.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
        } else {
            // Plain HTTP on loopback doesn't need the platform's certificates.
            config.with_root_certificates(RootCertStore::empty())
        };
        let config = match client(certificates)? {
            Some((chain, key)) => config.with_client_auth_cert(chain, key).map_err(|_| Problem::ClientCertificate)?,
            None => config.with_no_client_auth(),
        };
        Ok(builder.tls_backend_preconfigured(config))
    }

    pub(super) fn roots(certificates: &Certificates) -> Result<Vec<CertificateDer<'static>>, Problem> {
        let mut roots = Vec::new();
        for pem in &certificates.roots {
            let found = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>();
            let found = found.ok().filter(|found| !found.is_empty()).ok_or(Problem::RootCertificate)?;
            roots.extend(found);
        }
        // One that isn't a certificate inside is refused here, and not by the verifier, whose error doesn't say which.
        let mut store = RootCertStore::empty();
        roots.iter().try_for_each(|root| store.add(root.clone())).map_err(|_| Problem::RootCertificate)?;
        Ok(roots)
    }

    pub(super) fn client(certificates: &Certificates) -> Result<Option<Identity>, Problem> {
        let Some(pem) = &certificates.client else { return Ok(None) };
        let pem = pem.expose_secret().as_bytes();
        let chain = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
        let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or(Problem::ClientCertificate)?;
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| Problem::ClientCertificate)?;
        Ok(Some((chain, key)))
    }
}

#[cfg(all(feature = "native-tls", not(feature = "rustls")))]
mod backend {
    use reqwest::{Certificate, Identity};
    use secrecy::ExposeSecret;

    use super::{Certificates, Problem};

    /// Configures the platform's TLS library.
    pub(crate) fn configure(
        builder: reqwest::ClientBuilder,
        _is_needed: bool,
        certificates: &Certificates,
    ) -> Result<reqwest::ClientBuilder, Problem> {
        let mut builder = builder.tls_backend_native();
        let roots = roots(certificates)?;
        if !roots.is_empty() {
            builder = builder.tls_certs_merge(roots);
        }
        Ok(match client(certificates)? {
            Some(identity) => builder.identity(identity),
            None => builder,
        })
    }

    pub(super) fn roots(certificates: &Certificates) -> Result<Vec<Certificate>, Problem> {
        let mut roots = Vec::new();
        for pem in &certificates.roots {
            let found = Certificate::from_pem_bundle(pem.as_bytes()).ok().filter(|found| !found.is_empty());
            roots.extend(found.ok_or(Problem::RootCertificate)?);
        }
        Ok(roots)
    }

    pub(super) fn client(certificates: &Certificates) -> Result<Option<Identity>, Problem> {
        let Some(pem) = &certificates.client else { return Ok(None) };
        let pem = pem.expose_secret().as_bytes();
        // It looks for the certificates in the one, and for the key in the other.
        Identity::from_pkcs8_pem(pem, pem).map(Some).map_err(|_| Problem::ClientCertificate)
    }
}

#[cfg(not(any(feature = "native-tls", feature = "rustls")))]
mod backend {
    use super::{Certificates, Problem};

    /// Without TLS, only loopback can be reached.
    pub(crate) fn configure(
        builder: reqwest::ClientBuilder,
        is_needed: bool,
        _: &Certificates,
    ) -> Result<reqwest::ClientBuilder, Problem> {
        if is_needed { Err(Problem::NoTls) } else { Ok(builder) }
    }
}
