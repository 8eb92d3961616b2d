//! The configuration of a client.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use pingone_password_client::BaseUrl;
use url::Url;

use super::default_headers::DefaultHeaders;
use super::http::{HttpSettings, Proxy};
use super::{Client, Region};
use crate::EnvironmentId;
use crate::auth::{
    AccessToken, AccessTokenProvider, AuthEndpoint, ClientCredentials, TokenCache, TokenFn, TokenRequest,
};
use crate::correlation::{Correlation, ExternalSessionId, ExternalTransactionId};
use crate::endpoint::Endpoint;
use crate::error::{Error, Problem, Result, TokenError};
use crate::send::{RateLimiter, RetryPolicy, Sender, TokenSource};
use crate::service_url;
use crate::sleep::Sleep;
use crate::tls::Certificates;

/// Configures and builds a [`Client`]. Created by [`Client::builder`].
///
/// Required are a [`region`](Self::region) or a [`base_url`](Self::base_url), and one source of access tokens:
/// [`client_credentials`](Self::client_credentials), [`access_token`](Self::access_token) or
/// [`access_token_provider`](Self::access_token_provider). If more than one source is set, the last one wins.
///
/// The client reads no environment variables, including those for proxies. The platform's certificate store may: on Linux, it
/// reads `SSL_CERT_FILE`.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    pub(super) environment_id: EnvironmentId,
    pub(super) region: Option<Region>,
    base_url: Option<String>,
    credentials: Option<Credentials>,
    pub(super) http: HttpSettings,
    pub(super) response_limit: usize,
    retry: RetryPolicy,
    pub(super) sleep: Sleep,
    rate_limiter: Option<Arc<dyn RateLimiter>>,
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
            http: HttpSettings {
                connect_timeout: Duration::from_secs(10),
                timeout: Duration::from_secs(30),
                user_agent: concat!("pingone-password/", env!("CARGO_PKG_VERSION")).to_owned(),
                proxy: None,
                no_proxy: String::new(),
                certificates: Certificates::default(),
                default_headers: DefaultHeaders::default(),
                correlation: Correlation::default(),
            },
            response_limit: 1 << 20,
            retry: RetryPolicy::default(),
            sleep: Sleep::default(),
            rate_limiter: None,
        }
    }

    /// Sets the region of the environment, which determines the hosts of the API and of the authorization server.
    pub fn region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// Sets the base URL of the API, for a gateway or an emulator. Takes precedence over [`region`](Self::region).
    ///
    /// The URL may end with `/v1`, a slash, both or neither. It must use HTTPS, except on loopback. PingOne's custom domains
    /// don't apply to the API.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// Uses the credentials of a worker application. The client requests access tokens with them, and refreshes the tokens
    /// before they expire.
    pub fn client_credentials(mut self, credentials: ClientCredentials) -> Self {
        self.credentials = Some(Credentials::Client(credentials));
        self
    }

    /// Uses one access token, which the client never refreshes.
    pub fn access_token(mut self, access_token: impl Into<AccessToken>) -> Self {
        self.credentials = Some(Credentials::Token(access_token.into()));
        self
    }

    /// Uses a custom source of access tokens.
    pub fn access_token_provider(mut self, provider: impl AccessTokenProvider) -> Self {
        self.credentials = Some(Credentials::Provider(Arc::new(provider)));
        self
    }

    /// Uses a closure as the source of access tokens. It runs before every request, so it should cache its token.
    ///
    /// To be told of a rejected token, implement [`AccessTokenProvider`].
    ///
    /// ```
    /// # let environment_id: pingone_password::EnvironmentId = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6".parse()?;
    /// use pingone_password::{AccessToken, Client, Region, TokenError};
    ///
    /// let client = Client::builder(environment_id)
    ///     .region(Region::Europe)
    ///     .access_token_fn(|| async {
    ///         let token = std::fs::read_to_string("/run/secrets/pingone-token").map_err(TokenError::transient)?;
    ///         Ok(AccessToken::from(token.trim()))
    ///     })
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn access_token_fn<F, T>(self, access_token: F) -> Self
    where
        F: Fn() -> T + Send + Sync + 'static,
        T: Future<Output = Result<AccessToken, TokenError>> + Send + 'static,
    {
        self.access_token_provider(TokenFn(access_token))
    }

    /// Sets when calls retry. Defaults to [`RetryPolicy::default`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets how the client waits before a retry, for tests. Defaults to `tokio::time::sleep`.
    ///
    /// The [deadline](RetryPolicy::deadline) always follows tokio's clock.
    pub fn sleep<F, S>(mut self, sleep: F) -> Self
    where
        F: Fn(Duration) -> S + Send + Sync + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        self.sleep = Sleep::new(sleep);
        self
    }

    /// Sets a rate limiter for all requests of the client. Defaults to none.
    pub fn rate_limiter(mut self, rate_limiter: impl RateLimiter) -> Self {
        self.rate_limiter = Some(Arc::new(rate_limiter));
        self
    }

    /// Sets a proxy for HTTPS requests, such as `http://proxy.example.com:3128`. Defaults to none.
    ///
    /// The proxy must speak HTTP or HTTPS. The URL may contain a user name and a password. Requests to loopback never use the
    /// proxy.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.http.proxy = Some(Proxy(url.into()));
        self
    }

    /// Sets the hosts that the [`proxy`](Self::proxy) isn't used for, as in curl's `NO_PROXY`: `.example.com, 10.0.0.0/8`.
    ///
    /// A domain includes its subdomains. `*` is every host. Defaults to loopback, which is always exempt.
    pub fn no_proxy(mut self, hosts: impl Into<String>) -> Self {
        self.http.no_proxy = hosts.into();
        self
    }

    /// Trusts one more certificate authority, such as that of a TLS-inspecting proxy, next to those that the platform trusts.
    ///
    /// The PEM may contain more than one certificate. Each call adds to the ones before.
    pub fn root_certificate(mut self, pem: impl Into<String>) -> Self {
        self.http.certificates.add_root(pem.into());
        self
    }

    /// Presents a certificate to servers that require one (mutual TLS), such as a gateway. Defaults to none.
    ///
    /// The PEM contains the certificate, those of its issuers if the server needs them, and the private key: PKCS #8, and with
    /// the feature `rustls` also PKCS #1 or SEC 1. `Debug` redacts it.
    pub fn client_certificate(mut self, pem: impl Into<String>) -> Self {
        self.http.certificates.set_client(pem.into());
        self
    }

    /// Adds a header to all requests, those for access tokens included, such as the subscription key of a gateway. The last value
    /// of a name wins.
    ///
    /// The headers that the client itself sets can't be set: `Authorization`, `Content-Type`, `Accept`, `Host` and the like.
    /// `Debug` shows the name and redacts the value.
    pub fn default_header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.http.default_headers.insert(name.as_ref(), value.as_ref());
        self
    }

    /// Sets the time limit for establishing a connection, including TLS. Defaults to 10 seconds.
    pub fn connect_timeout(mut self, connect_timeout: Duration) -> Self {
        self.http.connect_timeout = connect_timeout;
        self
    }

    /// Sets the time limit of one request, from connecting to the last byte of the response. Defaults to 30 seconds.
    ///
    /// See [`RetryPolicy::deadline`] for the time limit of a call with its retries.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.http.timeout = timeout;
        self
    }

    /// Sets the `User-Agent` header. Defaults to `pingone-password/` and the version of this crate.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.http.user_agent = user_agent.into();
        self
    }

    /// Sets the ID of the transaction that all requests belong to, such as a run of a tool. PingOne's audit shows it. Defaults
    /// to none.
    ///
    /// It is sent as `X-Ping-External-Transaction-Id`, with token requests, too.
    pub fn external_transaction_id(mut self, id: ExternalTransactionId) -> Self {
        self.http.correlation.transaction_id = Some(id);
        self
    }

    /// Sets the ID of the session that all requests belong to. PingOne's audit shows it. Defaults to none.
    ///
    /// It is sent as `X-Ping-External-Session-Id`, with token requests, too.
    pub fn external_session_id(mut self, id: ExternalSessionId) -> Self {
        self.http.correlation.session_id = Some(id);
        self
    }

    /// Sets the maximum size of a response body in bytes. Defaults to 1 MiB.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// Builds the client. Sends nothing.
    ///
    /// # Errors
    ///
    /// An error of the kind [`Configuration`](crate::ErrorKind::Configuration) if a setting is missing or invalid. Its message
    /// lists all problems, not only the first.
    ///
    /// ```
    /// # let environment_id: pingone_password::EnvironmentId = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6".parse()?;
    /// let error = pingone_password::Client::builder(environment_id)
    ///     .base_url("http://api.pingone.com")
    ///     .build()
    ///     .unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "invalid client configuration: the base URL http://api.pingone.com/ must use https, except on loopback; \
    ///      no access token or client credentials are set"
    /// );
    /// # Ok::<(), pingone_password::InvalidId>(())
    /// ```
    pub fn build(self) -> Result<Client> {
        let mut problems = Vec::new();
        let base_url = keep_problems(&mut problems, self.api_url());
        let token_url = keep_problems(&mut problems, self.token_url()).flatten();
        problems.extend(self.problems());
        let (Some(base_url), true) = (base_url, problems.is_empty()) else {
            return Err(Error::configuration(problems));
        };
        let failed = |problem| Error::configuration(vec![problem]);
        let Self { environment_id, response_limit, retry, sleep, rate_limiter, credentials, http, .. } = self;
        let (timeout, correlation) = (http.timeout, http.correlation.clone());
        let endpoint = |url: &Url| Ok(Endpoint::new(url, http.proxy_for(url)?.as_ref()));
        let api_endpoint = endpoint(&base_url).map_err(failed)?;
        let token_endpoint = token_url.as_ref().map(endpoint).transpose().map_err(failed)?;
        let is_https = |url: &Url| url.scheme() == "https";
        let needs_tls = is_https(&base_url) || token_url.as_ref().is_some_and(is_https);
        let https_only = is_https(&base_url) && token_url.as_ref().is_none_or(is_https);
        let connections = http.connections(needs_tls, https_only).map_err(failed)?;
        let (provider, token_source): (Arc<dyn AccessTokenProvider>, _) = match (credentials, token_url, token_endpoint)
        {
            (Some(Credentials::Provider(provider)), ..) => (provider, TokenSource::Provider),
            (Some(Credentials::Token(token)), ..) => (Arc::new(token), TokenSource::Token),
            (Some(Credentials::Client(credentials)), Some(url), Some(endpoint)) => {
                let connections = Arc::clone(&connections);
                let template = "/{environmentId}/as/token";
                let endpoint = AuthEndpoint { url, template, endpoint, connections, response_limit };
                (Arc::new(TokenCache::new(TokenRequest::new(credentials, endpoint))), TokenSource::Worker)
            }
            // Checked above.
            (Some(Credentials::Client(_)) | None, ..) => return Err(failed(Problem::NoCredentials)),
        };
        Ok(Client::new(Sender {
            environment_id,
            base_url: BaseUrl::from(base_url),
            endpoint: api_endpoint,
            connections,
            provider,
            token_source,
            timeout,
            response_limit,
            retry,
            sleep,
            rate_limiter,
            correlation,
        }))
    }

    /// What is wrong with the settings other than the URLs.
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        match &self.credentials {
            Some(Credentials::Token(token)) if token.to_header().is_none() => problems.push(Problem::AccessToken),
            Some(Credentials::Client(credentials)) => {
                if credentials.client_id.is_empty() || credentials.client_secret.expose().is_empty() {
                    problems.push(Problem::EmptyCredentials);
                }
            }
            Some(_) => {}
            None => problems.push(Problem::NoCredentials),
        }
        let HttpSettings { user_agent, connect_timeout, timeout, .. } = &self.http;
        problems.extend(self.http.proxy.as_ref().and_then(|proxy| proxy.url().err()));
        problems.extend(self.http.certificates.problems());
        problems.extend(self.http.default_headers.problems().iter().cloned());
        if HeaderValue::from_str(user_agent).is_err() || user_agent.is_empty() {
            problems.push(Problem::UserAgent);
        }
        let zeros = [
            ("connect timeout", connect_timeout.is_zero()),
            ("timeout", timeout.is_zero()),
            ("response limit", self.response_limit == 0),
            ("deadline of the retry policy", self.retry.has_no_time()),
        ];
        problems.extend(zeros.into_iter().filter(|(_, is_zero)| *is_zero).map(|(name, _)| Problem::Zero(name)));
        problems
    }

    fn api_url(&self) -> Result<Url, Vec<Problem>> {
        match (&self.base_url, self.region) {
            (Some(base_url), _) => service_url::api_url(base_url),
            (None, Some(region)) => service_url::api_url(&region.api_url()),
            (None, None) => Err(vec![Problem::NoBaseUrl]),
        }
    }

    /// The token endpoint of the client credentials.
    fn token_url(&self) -> Result<Option<Url>, Vec<Problem>> {
        let Some(Credentials::Client(credentials)) = &self.credentials else { return Ok(None) };
        let ClientCredentials { environment, auth_url, token_url, .. } = credentials;
        let environment = environment.unwrap_or(self.environment_id);
        let url = token_endpoint(environment, auth_url.as_deref(), token_url.as_deref(), self.region);
        url.unwrap_or(Err(vec![Problem::NoAuthUrl])).map(Some)
    }
}

/// Returns the URL of the token endpoint, unless nothing says where it is.
pub(super) fn token_endpoint(
    environment: EnvironmentId,
    auth_url: Option<&str>,
    token_url: Option<&str>,
    region: Option<Region>,
) -> Option<Result<Url, Vec<Problem>>> {
    if let Some(token_url) = token_url {
        return Some(service_url::service_url("token URL", token_url));
    }
    let auth_url = auth_url.map(str::to_owned).or_else(|| region.map(Region::auth_url))?;
    Some(service_url::service_url("auth URL", &auth_url).and_then(|url| {
        let url = service_url::without_trailing_slash(&url);
        Url::parse(&format!("{url}/{environment}/as/token")).map_err(|_| vec![Problem::InvalidUrl("auth URL")])
    }))
}

pub(super) fn keep_problems<T>(problems: &mut Vec<Problem>, result: Result<T, Vec<Problem>>) -> Option<T> {
    result.map_err(|more| problems.extend(more)).ok()
}
