//! What is wrong with a client's configuration.

use std::fmt;

/// An invalid or missing setting. Never contains a secret.
#[derive(Clone, Debug)]
pub(crate) enum Problem {
    NoBaseUrl,
    NoAuthUrl,
    NoSignInUrl,
    NoClientId,
    InvalidUrl(&'static str),
    NotHttps(&'static str, String),
    QueryOrFragment(&'static str, String),
    CredentialsInUrl(&'static str),
    NoCredentials,
    EmptyCredentials,
    AccessToken,
    UserAgent,
    Proxy,
    ProxyScheme(String),
    Zero(&'static str),
    HeaderName,
    HeaderValue(String),
    ReservedHeader(String),
    #[cfg_attr(
        not(any(feature = "rustls", feature = "native-tls")),
        expect(dead_code, reason = "without TLS, certificates aren't read")
    )]
    RootCertificate,
    #[cfg_attr(
        not(any(feature = "rustls", feature = "native-tls")),
        expect(dead_code, reason = "without TLS, certificates aren't read")
    )]
    ClientCertificate,
    #[cfg(feature = "test-util")]
    TestResponse(&'static str),
    #[cfg_attr(
        any(feature = "rustls", feature = "native-tls"),
        expect(dead_code, reason = "a TLS backend is compiled in")
    )]
    NoTls,
    #[cfg_attr(not(feature = "rustls"), expect(dead_code, reason = "only the setup of rustls can fail"))]
    Tls(String),
    Http(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBaseUrl => f.write_str("no region or base URL is set"),
            Self::NoAuthUrl => f.write_str("no region or auth URL is set for the client credentials"),
            Self::NoSignInUrl => f.write_str("no region or auth URL is set for the sign-in"),
            Self::NoClientId => f.write_str("the client ID of the application that people sign in with is empty"),
            Self::InvalidUrl(name) => write!(f, "the {name} is not a valid URL, such as https://api.example.com/v1"),
            Self::NotHttps(name, url) => write!(f, "the {name} {url} must use https, except on loopback"),
            Self::QueryOrFragment(name, url) => write!(f, "the {name} {url} must not have a query or a fragment"),
            Self::CredentialsInUrl(name) => write!(f, "the {name} must not contain a user name or a password"),
            Self::NoCredentials => f.write_str("no access token or client credentials are set"),
            Self::EmptyCredentials => f.write_str("the client ID or the client secret is empty"),
            Self::AccessToken => f.write_str(
                "the access token is empty or contains characters that no token has, such as a space or a line break",
            ),
            Self::UserAgent => f.write_str("the user agent is empty or contains characters that no header can hold"),
            Self::Proxy => f.write_str("the proxy is not a valid URL, such as http://proxy.example.com:3128"),
            Self::ProxyScheme(scheme) => write!(f, "the proxy uses {scheme}, and only http and https are supported"),
            #[cfg(feature = "test-util")]
            Self::TestResponse(part) => write!(f, "the test's response has an invalid {part}"),
            Self::HeaderName => f.write_str("the name of a default header contains characters that no header name has"),
            Self::HeaderValue(name) => {
                write!(f, "the value of the default header {name} contains a line break or another control character")
            }
            Self::ReservedHeader(name) => write!(f, "{name} can't be a default header: the client sets it"),
            Self::RootCertificate => {
                f.write_str("a root certificate is not valid PEM, which begins with -----BEGIN CERTIFICATE-----")
            }
            Self::ClientCertificate => f.write_str(
                "the client certificate is not valid: expected the PEM of a certificate and of its private key",
            ),
            Self::Zero(name) => write!(f, "the {name} is zero"),
            Self::NoTls => f.write_str("TLS is not compiled in; enable the feature `rustls` or `native-tls`"),
            Self::Tls(error) => write!(f, "TLS could not be set up ({error})"),
            Self::Http(error) => write!(f, "the HTTP client could not be set up ({error})"),
        }
    }
}
