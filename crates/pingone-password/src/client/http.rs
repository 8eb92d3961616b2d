//! The HTTP client under a [`Client`](super::Client).

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::NoProxy;
use url::Url;

use super::default_headers::DefaultHeaders;
use crate::connections::Connections;
use crate::correlation::Correlation;
use crate::error::Problem;
use crate::tls::{self, Certificates};

/// The settings of the HTTP client.
#[derive(Clone, Debug)]
pub(super) struct HttpSettings {
    pub(super) connect_timeout: Duration,
    pub(super) timeout: Duration,
    pub(super) user_agent: String,
    pub(super) proxy: Option<Proxy>,
    /// The hosts that the proxy isn't used for.
    pub(super) no_proxy: String,
    pub(super) certificates: Certificates,
    pub(super) default_headers: DefaultHeaders,
    pub(super) correlation: Correlation,
}

/// The URL of a proxy, which may contain credentials.
#[derive(Clone)]
pub(super) struct Proxy(pub(super) String);

impl Proxy {
    /// The URL, if it is one of a proxy that speaks HTTP.
    pub(super) fn url(&self) -> Result<Url, Problem> {
        let text = self.0.trim();
        let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("http://{text}")) };
        let url = url.ok().filter(|url| url.host().is_some()).ok_or(Problem::Proxy)?;
        match url.scheme() {
            "http" | "https" => Ok(url),
            scheme => Err(Problem::ProxyScheme(scheme.to_owned())),
        }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proxy([REDACTED])")
    }
}

/// The addresses that never go through a proxy.
const LOOPBACK: &str = "localhost, 127.0.0.0/8, ::1";

impl HttpSettings {
    /// The URL of the proxy that requests to this URL go through.
    pub(super) fn proxy_for(&self, url: &Url) -> Result<Option<Url>, Problem> {
        let Some(proxy) = self.proxy.as_ref().map(Proxy::url).transpose()? else { return Ok(None) };
        // The same rules as those of reqwest, which doesn't say what they come to.
        let matcher = Matcher::builder().https(proxy.as_str()).no(self.proxy_exceptions()).build();
        let is_used = url.as_str().parse().is_ok_and(|uri| matcher.intercept(&uri).is_some());
        Ok(Some(proxy).filter(|_| is_used))
    }

    fn proxy_exceptions(&self) -> String {
        format!("{LOOPBACK}, {}", self.no_proxy)
    }

    pub(super) fn connections(self, needs_tls: bool, https_only: bool) -> Result<Arc<Connections>, Problem> {
        let first = self.build(needs_tls, https_only)?;
        Ok(Arc::new(Connections::new(first, move || self.build(needs_tls, https_only).ok())))
    }

    fn build(&self, needs_tls: bool, https_only: bool) -> Result<reqwest::Client, Problem> {
        // Whatever a resolver says of it.
        let localhost = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
        let mut headers = self.default_headers.headers();
        headers.extend(self.correlation.headers());
        let builder = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            .timeout(self.timeout)
            .user_agent(&self.user_agent)
            .default_headers(headers)
            .resolve_to_addrs("localhost", &localhost)
            // A token must not reach any other host.
            .https_only(https_only)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            // Only the retry policy knows what may be retried.
            .retry(reqwest::retry::never());
        let builder = match &self.proxy {
            Some(proxy) => {
                let proxy = reqwest::Proxy::https(proxy.url()?).map_err(|_| Problem::Proxy)?;
                builder.proxy(proxy.no_proxy(NoProxy::from_string(&self.proxy_exceptions())))
            }
            None => builder,
        };
        tls::configure(builder, needs_tls, &self.certificates)?
            .build()
            .map_err(|error| Problem::Http(error.to_string()))
    }
}
