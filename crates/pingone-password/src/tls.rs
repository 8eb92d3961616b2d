//! Which TLS a client uses.

use crate::config::Mistake;

/// Gives the HTTP client its TLS: rustls with ring where it is built in.
///
/// The provider is passed explicitly: reqwest's default one would cost 20 ms of CPU at every start of a process, and
/// the process-wide one may not be there.
#[cfg(feature = "rustls")]
pub(crate) fn configure(builder: reqwest::ClientBuilder, is_needed: bool) -> Result<reqwest::ClientBuilder, Mistake> {
    use std::sync::Arc;

    use rustls_platform_verifier::BuilderVerifierExt;

    let failed = |error: rustls::Error| Mistake::Tls(error.to_string());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(failed)?;
    let config = if is_needed {
        config.with_platform_verifier().map_err(failed)?
    } else {
        // Plain HTTP on loopback: reading the platform's certificates would be for nothing.
        config.with_root_certificates(rustls::RootCertStore::empty())
    };
    Ok(builder.tls_backend_preconfigured(config.with_no_client_auth()))
}

/// Gives the HTTP client the platform's TLS.
#[cfg(all(feature = "native-tls", not(feature = "rustls")))]
#[expect(clippy::unnecessary_wraps, reason = "the other configurations can fail")]
pub(crate) fn configure(builder: reqwest::ClientBuilder, _is_needed: bool) -> Result<reqwest::ClientBuilder, Mistake> {
    Ok(builder.tls_backend_native())
}

/// Without TLS there is only loopback.
#[cfg(not(any(feature = "native-tls", feature = "rustls")))]
pub(crate) fn configure(builder: reqwest::ClientBuilder, is_needed: bool) -> Result<reqwest::ClientBuilder, Mistake> {
    if is_needed { Err(Mistake::NoTls) } else { Ok(builder) }
}
