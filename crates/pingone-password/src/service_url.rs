//! The rules for the URLs of a client's services.

use url::{Host, Url};

use crate::error::Problem;

/// Parses the URL of a service, which must use HTTPS unless it is on loopback.
pub(crate) fn service_url(name: &'static str, text: &str) -> Result<Url, Vec<Problem>> {
    let mut url = Url::parse(text.trim()).map_err(|_| vec![Problem::InvalidUrl(name)])?;
    let has_credentials = !url.username().is_empty() || url.password().is_some();
    let has_query_or_fragment = url.query().is_some() || url.fragment().is_some();
    let is_safe = is_safe(&url);
    // Without its credentials, the URL can be shown. Removing them fails only for a URL that can't have any.
    let is_clean = !has_credentials || url.set_username("").and(url.set_password(None)).is_ok();
    url.set_query(None);
    url.set_fragment(None);
    let shown = if is_clean { url.to_string() } else { String::new() };
    let mut problems = Vec::new();
    if has_credentials {
        problems.push(Problem::CredentialsInUrl(name));
    }
    if !is_safe {
        problems.push(Problem::NotHttps(name, shown.clone()));
    }
    if has_query_or_fragment {
        problems.push(Problem::QueryOrFragment(name, shown));
    }
    if problems.is_empty() { Ok(url) } else { Err(problems) }
}

/// Whether a URL uses HTTPS, or is on this computer.
pub(crate) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || url.scheme() == "http" && is_loopback(url)
}

/// Whether a URL is on this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The base URL of the API, with `/v1` and without a trailing slash.
pub(crate) fn api_url(text: &str) -> Result<Url, Vec<Problem>> {
    let url = service_url("base URL", text)?;
    let has_version = url.path().trim_end_matches('/').ends_with("/v1");
    let text = without_trailing_slash(&url);
    if has_version {
        Ok(url)
    } else {
        Url::parse(&format!("{text}/v1")).map_err(|_| vec![Problem::InvalidUrl("base URL")])
    }
}

pub(crate) fn without_trailing_slash(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}
