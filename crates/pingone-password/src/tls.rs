//! The TLS backend of the HTTP client.

use crate::error::Problem;

/// Configures rustls with the ring provider and the platform's certificate store.
///
/// The provider is passed explicitly. reqwest's default provider costs 20 ms of CPU at every start of a process, and a
/// process-wide provider may not be installed.
#[cfg(feature = "rustls")]
pub(crate) fn configure(builder: reqwest::ClientBuilder, is_needed: bool) -> Result<reqwest::ClientBuilder, Problem> {
    use std::sync::Arc;

    use rustls_platform_verifier::BuilderVerifierExt;

    let failed = |error: rustls::Error| Problem::Tls(error.to_string());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(failed)?;
    let config = if is_needed {
        config.with_platform_verifier().map_err(failed)?
    } else {
        // Plain HTTP on loopback doesn't need the platform's certificates.
        config.with_root_certificates(rustls::RootCertStore::empty())
    };
    Ok(builder.tls_backend_preconfigured(config.with_no_client_auth()))
}

/// Configures the platform's TLS library.
#[cfg(all(feature = "native-tls", not(feature = "rustls")))]
#[expect(clippy::unnecessary_wraps, reason = "the other configurations can fail")]
pub(crate) fn configure(builder: reqwest::ClientBuilder, _is_needed: bool) -> Result<reqwest::ClientBuilder, Problem> {
    Ok(builder.tls_backend_native())
}

/// Without TLS, only loopback can be reached.
#[cfg(not(any(feature = "native-tls", feature = "rustls")))]
pub(crate) fn configure(builder: reqwest::ClientBuilder, is_needed: bool) -> Result<reqwest::ClientBuilder, Problem> {
    if is_needed { Err(Problem::NoTls) } else { Ok(builder) }
}
