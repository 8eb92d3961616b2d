//! How a client is set up, and what can be wrong with it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use url::{Host, Url};

use crate::auth::AccessToken;
use crate::client::{Client, Inner};
use crate::error::{Error, Result};
use crate::{EnvironmentId, tls};

/// A region of PingOne, which is where an environment is.
///
/// The vendor's list: [API requests](https://developer.pingidentity.com/pingone-api/foundations/conventions/pingone-api-requests.html).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Region {
    /// `pingone.com`
    NorthAmerica,
    /// `pingone.ca`
    Canada,
    /// `pingone.eu`
    Europe,
    /// `pingone.com.au`
    Australia,
    /// `pingone.sg`
    Singapore,
    /// `pingone.asia`
    AsiaPacific,
}

impl Region {
    /// Every region.
    pub const ALL: [Self; 6] =
        [Self::NorthAmerica, Self::Canada, Self::Europe, Self::Australia, Self::Singapore, Self::AsiaPacific];

    /// The top-level domain, by which the vendor's tools name a region.
    #[must_use]
    pub fn top_level_domain(self) -> &'static str {
        match self {
            Self::NorthAmerica => "com",
            Self::Canada => "ca",
            Self::Europe => "eu",
            Self::Australia => "com.au",
            Self::Singapore => "sg",
            Self::AsiaPacific => "asia",
        }
    }

    /// The base URL of the API.
    #[must_use]
    pub fn api_url(self) -> String {
        format!("https://api.pingone.{}/v1", self.top_level_domain())
    }
}

/// From a top-level domain, with or without a dot before it.
///
/// ```
/// use pingone_password::Region;
///
/// assert_eq!("com.au".parse(), Ok(Region::Australia));
/// assert_eq!(
///     "au".parse::<Region>().unwrap_err().to_string(),
///     "`au` is no region of PingOne: there are com, ca, eu, com.au, sg and asia"
/// );
/// ```
impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        let domain = text.strip_prefix('.').unwrap_or(text);
        let is_meant = |region: &Self| region.top_level_domain().eq_ignore_ascii_case(domain);
        Self::ALL.into_iter().find(is_meant).ok_or_else(|| UnknownRegion(text.to_owned()))
    }
}

/// A text that names no region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRegion(String);

impl fmt::Display for UnknownRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no region of PingOne: there are com, ca, eu, com.au, sg and asia", self.0.escape_debug())
    }
}

impl std::error::Error for UnknownRegion {}

/// Sets up a [`Client`]. Made by [`Client::builder`].
///
/// What has to be set: where ([`region`](Self::region) or [`base_url`](Self::base_url)) and the
/// [`access_token`](Self::access_token). No environment variable is read, that of a proxy neither.
#[derive(Clone, Debug)]
#[must_use = "a builder makes no client until `build`"]
pub struct ClientBuilder {
    environment_id: EnvironmentId,
    base_url: Option<String>,
    access_token: Option<AccessToken>,
    connect_timeout: Duration,
    timeout: Duration,
    user_agent: String,
    response_limit: usize,
}

impl ClientBuilder {
    pub(crate) fn new(environment_id: EnvironmentId) -> Self {
        Self {
            environment_id,
            base_url: None,
            access_token: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            user_agent: concat!("pingone-password/", env!("CARGO_PKG_VERSION")).to_owned(),
            response_limit: 1 << 20,
        }
    }

    /// The region of the environment. Does the same as its [`base_url`](Self::base_url).
    pub fn region(self, region: Region) -> Self {
        self.base_url(region.api_url())
    }

    /// The base URL of the API, for a custom domain or a server of your own.
    ///
    /// With or without `/v1` and a slash at its end: all of them mean the same. It has to be HTTPS, unless it is on
    /// loopback.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// The access token of a worker application, to be sent as it is.
    pub fn access_token(mut self, access_token: impl Into<AccessToken>) -> Self {
        self.access_token = Some(access_token.into());
        self
    }

    /// How long a connection may take to be there, TLS and all. 10 seconds unless set.
    pub fn connect_timeout(mut self, connect_timeout: Duration) -> Self {
        self.connect_timeout = connect_timeout;
        self
    }

    /// How long a request may take, from the connection to the last byte of the answer. 30 seconds unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// What the client calls itself. `pingone-password/` and its version unless set.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// How many bytes of an answer's body are read. 1 MiB unless set.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// Where a setting is missing or wrong. The error names every mistake, not only the first one.
    ///
    /// ```
    /// # let environment_id: pingone_password::EnvironmentId = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6".parse()?;
    /// let error = pingone_password::Client::builder(environment_id)
    ///     .base_url("http://api.pingone.com")
    ///     .build()
    ///     .unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the client can't be set up: the base URL http://api.pingone.com/ has to be https, or on loopback; \
    ///      there is no access token"
    /// );
    /// # Ok::<(), pingone_password::InvalidId>(())
    /// ```
    pub fn build(self) -> Result<Client> {
        let mut mistakes = Vec::new();
        let mut check = |mistake: Mistake| mistakes.push(mistake);

        let base_url = match self.base_url.as_deref().map(base_url) {
            Some(Ok(base_url)) => Some(base_url),
            Some(Err(mistake)) => {
                check(mistake);
                None
            }
            None => {
                check(Mistake::NoBaseUrl);
                None
            }
        };
        let authorization = self.access_token.as_ref().map(AccessToken::to_header);
        match &authorization {
            Some(Some(_)) => {}
            Some(None) => check(Mistake::AccessToken),
            None => check(Mistake::NoAccessToken),
        }
        if HeaderValue::from_str(&self.user_agent).is_err() || self.user_agent.is_empty() {
            check(Mistake::UserAgent);
        }
        for (name, timeout) in [("connect timeout", self.connect_timeout), ("timeout", self.timeout)] {
            if timeout.is_zero() {
                check(Mistake::Zero(name));
            }
        }
        if self.response_limit == 0 {
            check(Mistake::Zero("response limit"));
        }

        let (Some(base_url), Some(Some(authorization)), true) = (base_url, authorization, mistakes.is_empty()) else {
            return Err(Error::configuration(mistakes));
        };
        let is_https = base_url.starts_with("https:");
        let http = self.http_client(is_https).map_err(|mistake| Error::configuration(vec![mistake]))?;
        let Self { environment_id, response_limit, .. } = self;
        Ok(Client { inner: Arc::new(Inner { environment_id, base_url, http, authorization, response_limit }) })
    }

    fn http_client(&self, is_https: bool) -> Result<reqwest::Client, Mistake> {
        let builder = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            .timeout(self.timeout)
            .user_agent(&self.user_agent)
            // A token goes nowhere but where it was meant to go.
            .https_only(is_https)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            // Whether to repeat a request is not for the HTTP library to say.
            .retry(reqwest::retry::never());
        tls::configure(builder, is_https)?.build().map_err(|error| Mistake::Http(error.to_string()))
    }
}

/// The base URL as requests are made from it: with `/v1`, and without a slash at its end.
fn base_url(text: &str) -> Result<String, Mistake> {
    let mut url = Url::parse(text.trim()).map_err(|error| Mistake::NoUrl(error.to_string()))?;
    // Before the URL is shown to anyone.
    let has_credentials = !url.username().is_empty() || url.password().is_some();
    if has_credentials {
        return Err(Mistake::Credentials);
    }
    let has_more = url.query().is_some() || url.fragment().is_some();
    url.set_query(None);
    url.set_fragment(None);
    let is_loopback = match url.host() {
        Some(Host::Domain(domain)) => domain.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback => {}
        _ => return Err(Mistake::NotHttps(url.to_string())),
    }
    if has_more {
        return Err(Mistake::QueryOrFragment(url.to_string()));
    }
    let base = url.as_str().trim_end_matches('/');
    Ok(if base.ends_with("/v1") { base.to_owned() } else { format!("{base}/v1") })
}

/// What is wrong with the settings. None of these shows a secret.
#[derive(Debug)]
pub(crate) enum Mistake {
    NoBaseUrl,
    NoUrl(String),
    NotHttps(String),
    QueryOrFragment(String),
    Credentials,
    NoAccessToken,
    AccessToken,
    UserAgent,
    Zero(&'static str),
    #[cfg_attr(any(feature = "rustls", feature = "native-tls"), expect(dead_code, reason = "there is TLS"))]
    NoTls,
    #[cfg_attr(not(feature = "rustls"), expect(dead_code, reason = "only rustls can fail so"))]
    Tls(String),
    Http(String),
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBaseUrl => f.write_str("there is neither a region nor a base URL"),
            Self::NoUrl(error) => write!(f, "the base URL is no URL ({error})"),
            Self::NotHttps(url) => write!(f, "the base URL {url} has to be https, or on loopback"),
            Self::QueryOrFragment(url) => write!(f, "the base URL {url} has a query or a fragment behind it"),
            Self::Credentials => f.write_str("the base URL holds a user name or a password"),
            Self::NoAccessToken => f.write_str("there is no access token"),
            Self::AccessToken => f.write_str(
                "the access token is empty, or has characters that no header can hold, such as a line break",
            ),
            Self::UserAgent => f.write_str("the user agent is empty, or has characters that no header can hold"),
            Self::Zero(name) => write!(f, "the {name} is zero"),
            Self::NoTls => f.write_str("this build has no TLS; turn on the feature `rustls` or `native-tls`"),
            Self::Tls(error) => write!(f, "TLS can't be set up ({error})"),
            Self::Http(error) => write!(f, "the HTTP client can't be set up ({error})"),
        }
    }
}
