//! Where requests are sent, as errors name it.

use std::fmt;
use std::sync::Arc;

use url::Url;

/// A host and port, and the proxy in between if there is one. Without credentials, paths and IDs.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    address: Arc<str>,
    proxy: Option<Arc<str>>,
}

impl Endpoint {
    pub(crate) fn new(url: &Url, proxy: Option<&Url>) -> Self {
        Self { address: address(url), proxy: proxy.map(address) }
    }

    /// The API's, in a test without a client.
    #[cfg(feature = "test-util")]
    pub(crate) fn of_test() -> Self {
        Self { address: "api.pingone.com:443".into(), proxy: None }
    }
}

fn address(url: &Url) -> Arc<str> {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default().map_or_else(|| host.into(), |port| format!("{host}:{port}").into())
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)?;
        self.proxy.as_ref().map_or(Ok(()), |proxy| write!(f, " through the proxy {proxy}"))
    }
}
