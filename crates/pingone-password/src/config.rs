//! How a client is set up, and what can be wrong with it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use oauth2::TokenUrl;
use url::{Host, Url};

use crate::auth::{AccessToken, AccessTokenProvider};
use crate::client::{Client, Inner};
use crate::client_credentials::ClientCredentials;
use crate::error::{Error, Result};
use crate::rate_limiter::RateLimiter;
use crate::retry::{RetryPolicy, Sleep};
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
    pub const ALL: &'static [Self] =
        &[Self::NorthAmerica, Self::Canada, Self::Europe, Self::Australia, Self::Singapore, Self::AsiaPacific];

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

    /// The base URL of the authorization server.
    #[must_use]
    pub fn auth_url(self) -> String {
        format!("https://auth.pingone.{}", self.top_level_domain())
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
        Self::ALL.iter().copied().find(is_meant).ok_or_else(|| UnknownRegion(text.to_owned()))
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
/// What has to be set: where ([`region`](Self::region) or [`base_url`](Self::base_url)), and one source of access tokens:
/// [`client_credentials`](Self::client_credentials), [`access_token`](Self::access_token) or
/// [`access_token_provider`](Self::access_token_provider). No environment variable is read, that of a proxy neither; but
/// what the platform trusts may be set by one, as by `SSL_CERT_FILE` on Linux.
#[derive(Clone, Debug)]
#[must_use = "a builder makes no client until `build`"]
pub struct ClientBuilder {
    environment_id: EnvironmentId,
    region: Option<Region>,
    base_url: Option<String>,
    credentials: Option<Credentials>,
    connect_timeout: Duration,
    timeout: Duration,
    user_agent: String,
    response_limit: usize,
    retry: RetryPolicy,
    sleep: Sleep,
    rate_limiter: Option<Arc<dyn RateLimiter>>,
    proxy: Option<Proxy>,
}

/// The URL of a proxy, which may hold credentials.
#[derive(Clone)]
struct Proxy(String);

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proxy([REDACTED])")
    }
}

/// Where access tokens come from.
#[derive(Clone, Debug)]
enum Credentials {
    Token(AccessToken),
    Provider(Arc<dyn AccessTokenProvider>),
    Client(ClientCredentials),
}

impl ClientBuilder {
    pub(crate) fn new(environment_id: EnvironmentId) -> Self {
        Self {
            environment_id,
            region: None,
            base_url: None,
            credentials: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            user_agent: concat!("pingone-password/", env!("CARGO_PKG_VERSION")).to_owned(),
            response_limit: 1 << 20,
            retry: RetryPolicy::default(),
            sleep: Sleep::default(),
            rate_limiter: None,
            proxy: None,
        }
    }

    /// The region of the environment: where its API and its authorization server are.
    pub fn region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// The base URL of the API, for a gateway or a server of your own, instead of the region's. PingOne's custom domains do
    /// not apply to the API.
    ///
    /// With or without `/v1` and a slash at its end: all of them mean the same. It has to be HTTPS, unless it is on
    /// loopback.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// Access tokens by the credentials of a worker application: fetched, kept, and refreshed ahead of their expiry.
    pub fn client_credentials(mut self, credentials: ClientCredentials) -> Self {
        self.credentials = Some(Credentials::Client(credentials));
        self
    }

    /// An access token, to be sent as it is for as long as it lasts.
    pub fn access_token(mut self, access_token: impl Into<AccessToken>) -> Self {
        self.credentials = Some(Credentials::Token(access_token.into()));
        self
    }

    /// Access tokens from a provider of your own.
    pub fn access_token_provider(mut self, provider: impl AccessTokenProvider) -> Self {
        self.credentials = Some(Credentials::Provider(Arc::new(provider)));
        self
    }

    /// When a request is sent again. [`RetryPolicy::default`] unless set.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// How the client waits before it sends a request again, for tests: by `tokio::time::sleep` unless set. Whatever it
    /// does, the deadline goes by tokio's clock.
    pub fn sleep<F, S>(mut self, sleep: F) -> Self
    where
        F: Fn(Duration) -> S + Send + Sync + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        self.sleep = Sleep::new(sleep);
        self
    }

    /// When a request may go out, where many share a limit. At once, unless set.
    pub fn rate_limiter(mut self, rate_limiter: impl RateLimiter) -> Self {
        self.rate_limiter = Some(Arc::new(rate_limiter));
        self
    }

    /// Sends HTTPS through a proxy, such as `http://proxy.example.com:3128`. What goes to loopback doesn't. None unless set.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(Proxy(url.into()));
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
        let base_url = keep(&mut mistakes, self.api_url()).unwrap_or_default();
        let token_url = keep(&mut mistakes, self.token_url()).flatten();
        mistakes.extend(self.mistakes());
        if !mistakes.is_empty() {
            return Err(Error::configuration(mistakes));
        }
        let is_https = |url: &str| url.starts_with("https:");
        let needs_tls = is_https(&base_url) || token_url.as_ref().is_some_and(|url| is_https(url));
        let failed = |mistake| Error::configuration(vec![mistake]);
        let https_only = is_https(&base_url) && token_url.as_ref().is_none_or(|url| is_https(url));
        let http = self.http_client(needs_tls, https_only).map_err(failed)?;
        let Self { environment_id, timeout, response_limit, retry, sleep, rate_limiter, .. } = self;
        let provider: Arc<dyn AccessTokenProvider> = match (self.credentials, token_url) {
            (Some(Credentials::Provider(provider)), _) => provider,
            (Some(Credentials::Token(token)), _) => Arc::new(token),
            (Some(Credentials::Client(credentials)), Some(token_url)) => {
                Arc::new(credentials.provider(token_url, http.clone(), response_limit))
            }
            // Both were checked above.
            (Some(Credentials::Client(_)), None) | (None, _) => return Err(failed(Mistake::NoCredentials)),
        };
        let inner =
            Inner { environment_id, base_url, http, provider, timeout, response_limit, retry, sleep, rate_limiter };
        Ok(Client { inner: Arc::new(inner) })
    }

    /// What is wrong with the settings that are taken as they are.
    fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        match &self.credentials {
            Some(Credentials::Token(token)) if token.to_header().is_none() => mistakes.push(Mistake::AccessToken),
            Some(Credentials::Client(credentials)) => {
                if credentials.client_id.is_empty() || credentials.client_secret.expose().is_empty() {
                    mistakes.push(Mistake::EmptyCredentials);
                }
            }
            Some(_) => {}
            None => mistakes.push(Mistake::NoCredentials),
        }
        if HeaderValue::from_str(&self.user_agent).is_err() || self.user_agent.is_empty() {
            mistakes.push(Mistake::UserAgent);
        }
        let zeros = [
            ("connect timeout", self.connect_timeout.is_zero()),
            ("timeout", self.timeout.is_zero()),
            ("response limit", self.response_limit == 0),
            ("deadline of the retry policy", self.retry.has_no_time()),
        ];
        mistakes.extend(zeros.into_iter().filter(|(_, is_zero)| *is_zero).map(|(name, _)| Mistake::Zero(name)));
        mistakes
    }

    /// The base URL as requests are made from it: with `/v1`, and without a slash at its end.
    fn api_url(&self) -> Result<String, Vec<Mistake>> {
        let base_url = match (&self.base_url, self.region) {
            (Some(base_url), _) => service_url("base URL", base_url)?,
            (None, Some(region)) => return Ok(region.api_url()),
            (None, None) => return Err(vec![Mistake::NoBaseUrl]),
        };
        let has_version = base_url.path().trim_end_matches('/').ends_with("/v1");
        let base_url = without_slash(&base_url);
        Ok(if has_version { base_url } else { format!("{base_url}/v1") })
    }

    /// Where a worker application gets its tokens.
    fn token_url(&self) -> Result<Option<TokenUrl>, Vec<Mistake>> {
        let Some(Credentials::Client(credentials)) = &self.credentials else { return Ok(None) };
        if let Some(token_url) = &credentials.token_url {
            return Ok(Some(TokenUrl::from_url(service_url("token URL", token_url)?)));
        }
        let auth_url = match (&credentials.auth_url, self.region) {
            (Some(auth_url), _) => without_slash(&service_url("auth URL", auth_url)?),
            (None, Some(region)) => region.auth_url(),
            (None, None) => return Err(vec![Mistake::NoAuthUrl]),
        };
        let environment = credentials.environment.unwrap_or(self.environment_id);
        let url = TokenUrl::new(format!("{auth_url}/{environment}/as/token"));
        url.map(Some).map_err(|_| vec![Mistake::NoUrl("auth URL")])
    }

    fn http_client(&self, needs_tls: bool, https_only: bool) -> Result<reqwest::Client, Mistake> {
        let builder = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            .timeout(self.timeout)
            .user_agent(&self.user_agent)
            // A token goes nowhere but where it was meant to go.
            .https_only(https_only)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            // Whether to repeat a request is not for the HTTP library to say.
            .retry(reqwest::retry::never());
        let builder = match &self.proxy {
            Some(Proxy(url)) => builder.proxy(reqwest::Proxy::https(url).map_err(|_| Mistake::Proxy)?),
            None => builder,
        };
        tls::configure(builder, needs_tls)?.build().map_err(|error| Mistake::Http(error.to_string()))
    }
}

/// Keeps mistakes with the others, and a value.
fn keep<T>(mistakes: &mut Vec<Mistake>, result: Result<T, Vec<Mistake>>) -> Option<T> {
    result.map_err(|more| mistakes.extend(more)).ok()
}

fn without_slash(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// The URL of a service: HTTPS, or on loopback.
fn service_url(name: &'static str, text: &str) -> Result<Url, Vec<Mistake>> {
    let mut url = Url::parse(text.trim()).map_err(|_| vec![Mistake::NoUrl(name)])?;
    let has_credentials = !url.username().is_empty() || url.password().is_some();
    let has_more = url.query().is_some() || url.fragment().is_some();
    let is_loopback = match url.host() {
        Some(Host::Domain(domain)) => domain.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_safe = url.scheme() == "https" || url.scheme() == "http" && is_loopback;
    // Credentials are taken out before the URL is shown to anyone. This fails only for a URL that can't have any.
    let is_clean = !has_credentials || url.set_username("").and(url.set_password(None)).is_ok();
    url.set_query(None);
    url.set_fragment(None);
    let shown = if is_clean { url.to_string() } else { String::new() };
    let mistakes = [
        (has_credentials, Mistake::CredentialsInUrl(name)),
        (!is_safe, Mistake::NotHttps(name, shown.clone())),
        (has_more, Mistake::QueryOrFragment(name, shown)),
    ];
    let mistakes: Vec<_> = mistakes.into_iter().filter_map(|(is_made, mistake)| is_made.then_some(mistake)).collect();
    if mistakes.is_empty() { Ok(url) } else { Err(mistakes) }
}

/// What is wrong with the settings. None of these shows a secret.
#[derive(Clone, Debug)]
pub(crate) enum Mistake {
    NoBaseUrl,
    NoAuthUrl,
    NoUrl(&'static str),
    NotHttps(&'static str, String),
    QueryOrFragment(&'static str, String),
    CredentialsInUrl(&'static str),
    NoCredentials,
    EmptyCredentials,
    AccessToken,
    UserAgent,
    Proxy,
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
            Self::NoAuthUrl => f.write_str("there is neither a region nor an auth URL for the client credentials"),
            Self::NoUrl(name) => write!(f, "the {name} is no URL, such as https://api.example.com/v1"),
            Self::NotHttps(name, url) => write!(f, "the {name} {url} has to be https, or on loopback"),
            Self::QueryOrFragment(name, url) => write!(f, "the {name} {url} has a query or a fragment behind it"),
            Self::CredentialsInUrl(name) => write!(f, "the {name} holds a user name or a password"),
            Self::NoCredentials => f.write_str("there is no access token"),
            Self::EmptyCredentials => f.write_str("the client id or the client secret is empty"),
            Self::AccessToken => f.write_str(
                "the access token is empty, or has characters that no token has, such as a space or a line break",
            ),
            Self::UserAgent => f.write_str("the user agent is empty, or has characters that no header can hold"),
            Self::Proxy => f.write_str("the proxy is no URL, such as http://proxy.example.com:3128"),
            Self::Zero(name) => write!(f, "the {name} is zero"),
            Self::NoTls => f.write_str("this build has no TLS; turn on the feature `rustls` or `native-tls`"),
            Self::Tls(error) => write!(f, "TLS can't be set up ({error})"),
            Self::Http(error) => write!(f, "the HTTP client can't be set up ({error})"),
        }
    }
}
