//! The HTTP client under a [`Client`](super::Client).

use std::fmt;
use std::time::Duration;

use crate::correlation::Correlation;
use crate::error::Problem;
use crate::tls;

/// The settings of the HTTP client.
#[derive(Clone, Debug)]
pub(super) struct HttpSettings {
    pub(super) connect_timeout: Duration,
    pub(super) timeout: Duration,
    pub(super) user_agent: String,
    pub(super) proxy: Option<Proxy>,
    pub(super) correlation: Correlation,
}

/// The URL of a proxy, which may contain credentials.
#[derive(Clone)]
pub(super) struct Proxy(pub(super) String);

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proxy([REDACTED])")
    }
}

impl HttpSettings {
    pub(super) fn build(&self, needs_tls: bool, https_only: bool) -> Result<reqwest::Client, Problem> {
        let builder = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            .timeout(self.timeout)
            .user_agent(&self.user_agent)
            .default_headers(self.correlation.headers())
            // A token must not reach any other host.
            .https_only(https_only)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            // Only the retry policy knows what may be retried.
            .retry(reqwest::retry::never());
        let builder = match &self.proxy {
            Some(Proxy(url)) => builder.proxy(reqwest::Proxy::https(url).map_err(|_| Problem::Proxy)?),
            None => builder,
        };
        tls::configure(builder, needs_tls)?.build().map_err(|error| Problem::Http(error.to_string()))
    }
}
