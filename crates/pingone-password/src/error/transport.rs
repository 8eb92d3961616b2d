//! Why there was no response.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

use super::ErrorKind;

/// Why an attempt got no response, or not all of it.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// The request could not be made, so nothing was sent.
    InvalidRequest,
    Transport(reqwest::Error),
}

/// A request that got no response, or not all of it.
pub(super) struct TransportFailure {
    pub(super) kind: ErrorKind,
    /// The cause in words, if it is one that a person can fix.
    pub(super) reason: Option<String>,
    pub(super) is_transient: bool,
    pub(super) source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl TransportFailure {
    pub(super) fn of(unanswered: Option<Unanswered>) -> Self {
        let (is_invalid, error) = match unanswered {
            Some(Unanswered::InvalidRequest) => (true, None),
            Some(Unanswered::Transport(error)) => (false, Some(error)),
            None => (false, None),
        };
        let kind = match &error {
            _ if is_invalid => ErrorKind::Configuration,
            Some(error) if error.is_builder() => ErrorKind::Configuration,
            Some(error) if error.is_connect() => ErrorKind::Connect,
            Some(error) if error.is_timeout() => ErrorKind::Timeout,
            _ => ErrorKind::ConnectionLost,
        };
        let reason = match (kind, &error) {
            (ErrorKind::Configuration, _) => Some("the request contains a value that a header can't hold".to_owned()),
            (ErrorKind::Connect, Some(error)) => permanent_reason(error),
            _ => None,
        };
        // Its URL is left out: it contains IDs, and the error names them already.
        let source = error.map(|error| Arc::new(error.without_url()) as _);
        Self { kind, is_transient: reason.is_none(), reason, source }
    }
}

/// Describes a failure to connect that a retry doesn't fix.
fn permanent_reason(error: &reqwest::Error) -> Option<String> {
    let mut cause: Option<&(dyn StdError + 'static)> = error.source();
    while let Some(current) = cause {
        if let Some(reason) = certificate_problem(current) {
            return Some(reason);
        }
        // These errors have no public type.
        let text = current.to_string();
        if text.contains("proxy authorization required") {
            return Some("the proxy responded with 407: it requires a user name and a password".to_owned());
        }
        if text.contains("tunnel error: unsuccessful") {
            return Some("the proxy refused to connect".to_owned());
        }
        if text.contains("dns error") || text.contains("failed to lookup address information") {
            return Some("the host name does not resolve".to_owned());
        }
        cause = inner(current);
    }
    None
}

/// The next error inside. An I/O error reports the source of its content, and not the content itself.
fn inner<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(content) => Some(content),
        None => error.source(),
    }
}

#[cfg(feature = "rustls")]
fn certificate_problem(error: &(dyn StdError + 'static)) -> Option<String> {
    use std::time::{Duration, SystemTime};

    use rustls::CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext, Revoked,
        UnknownIssuer,
    };

    let date = |seconds: u64| httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    let rustls::Error::InvalidCertificate(problem) = error.downcast_ref::<rustls::Error>()? else { return None };
    Some(match problem {
        ExpiredContext { time, not_after } => format!(
            "the server's certificate was valid until {}; this computer's clock says {}",
            date(not_after.as_secs()),
            date(time.as_secs())
        ),
        NotValidYetContext { time, not_before } => format!(
            "the server's certificate is valid from {}; this computer's clock says {}",
            date(not_before.as_secs()),
            date(time.as_secs())
        ),
        Expired => "the server's certificate has expired, or this computer's clock is wrong".to_owned(),
        NotValidYet => "the server's certificate is not valid yet, or this computer's clock is wrong".to_owned(),
        UnknownIssuer => "the issuer of the server's certificate is not trusted".to_owned(),
        NotValidForName | NotValidForNameContext { .. } => "the server's certificate is for another host".to_owned(),
        Revoked => "the server's certificate has been revoked".to_owned(),
        _ => "the server's certificate is not valid".to_owned(),
    })
}

#[cfg(not(feature = "rustls"))]
fn certificate_problem(error: &(dyn StdError + 'static)) -> Option<String> {
    // The platforms' errors share no type, and reqwest exports none.
    let is_of_certificate = error.to_string().contains("certificate");
    is_of_certificate
        .then(|| "the server's certificate is not trusted, or not valid by this computer's clock".to_owned())
}
