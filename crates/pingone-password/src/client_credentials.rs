//! Access tokens by OAuth's client credentials grant: fetched when needed, kept while good, refreshed ahead of expiry.

use std::error::Error as StdError;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use oauth2::basic::{BasicClient, BasicRequestTokenError};
use oauth2::{AuthType, ClientId, HttpRequest, HttpResponse, RequestTokenError, TokenResponse, TokenUrl};
use pingone_password_client::Attempt;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::EnvironmentId;
use crate::auth::{AccessToken, AccessTokenFuture, AccessTokenProvider, ClientSecret, Failure, TokenError};
use crate::error::retry_after;

/// The credentials of a worker application, for access tokens that refresh themselves.
///
/// The vendor's pages: [worker applications](https://developer.pingidentity.com/pingone-api/foundations/authentication-concepts/authorization-and-authentication-by-application-type/worker-applications.html),
/// [Token Admin App (client_credentials)](https://developer.pingidentity.com/pingone-api/auth/openid-connect-oauth-2/token-admin-app-client_credentials.html).
///
/// ```
/// use pingone_password::{Client, ClientCredentials, EnvironmentId, Region};
///
/// let administered: EnvironmentId = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6".parse()?;
/// let workers: EnvironmentId = "f0b1a3de-3e5c-4b4e-8d6f-2d2f0c1f3a55".parse()?;
/// let credentials = ClientCredentials::new("7c3f…", "2Sf…").environment(workers);
/// let client = Client::builder(administered).region(Region::Europe).client_credentials(credentials).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    pub(crate) client_id: String,
    pub(crate) client_secret: ClientSecret,
    pub(crate) environment: Option<EnvironmentId>,
    pub(crate) auth_url: Option<String>,
    pub(crate) token_url: Option<String>,
    auth_method: ClientAuthMethod,
}

/// How a worker application authenticates at the token endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientAuthMethod {
    /// `client_secret_basic`: the ID and the secret are sent in the `Authorization` header.
    #[default]
    Basic,
    /// `client_secret_post`: the ID and the secret are sent in the request's body.
    Post,
}

impl ClientCredentials {
    /// The id and the secret of a worker application. They are sent by HTTP Basic, form-encoded as
    /// [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1) has it, in the environment that the client is for.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<ClientSecret>) -> Self {
        let (client_id, client_secret) = (client_id.into(), client_secret.into());
        Self {
            client_id,
            client_secret,
            environment: None,
            auth_url: None,
            token_url: None,
            auth_method: ClientAuthMethod::Basic,
        }
    }

    /// The environment of the worker application, where it isn't the one that is administered.
    #[must_use]
    pub fn environment(self, environment: EnvironmentId) -> Self {
        Self { environment: Some(environment), ..self }
    }

    /// The base URL of the authorization server; the environment's id and `/as/token` follow. The region's, unless set.
    #[must_use]
    pub fn auth_url(self, auth_url: impl Into<String>) -> Self {
        Self { auth_url: Some(auth_url.into()), ..self }
    }

    /// The token endpoint itself. With a [custom domain] it is `https://{customDomain}/as/token`, without the environment's
    /// id.
    ///
    /// [custom domain]: https://developer.pingidentity.com/pingone-api/platform/custom-domains.html
    #[must_use]
    pub fn token_url(self, token_url: impl Into<String>) -> Self {
        Self { token_url: Some(token_url.into()), ..self }
    }

    /// Sets how the credentials are sent, which has to match the worker application's *token endpoint authentication
    /// method*. Defaults to [`ClientAuthMethod::Basic`].
    #[must_use]
    pub fn auth_method(self, auth_method: ClientAuthMethod) -> Self {
        Self { auth_method, ..self }
    }

    /// A provider for these credentials.
    pub(crate) fn provider(self, token_url: TokenUrl, http: reqwest::Client, response_limit: usize) -> Worker {
        Worker {
            credentials: self,
            token_url,
            http,
            response_limit,
            cache: RwLock::default(),
            refresh: Mutex::default(),
            rounds: AtomicU64::new(0),
        }
    }
}

/// How far ahead of its expiry a token is refreshed: as far as this, or a quarter of its life where that is shorter.
const AHEAD: Duration = Duration::from_secs(60);
/// How long a token is taken to live that doesn't say so.
const UNSAID_LIFE: Duration = Duration::from_secs(300);
/// How long a token is taken to live at the most, whatever the server says.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long an early refresh may take, while the token is still good.
const EARLY_REFRESH: Duration = Duration::from_secs(3);
/// When an early refresh that failed is tried again.
const NEXT_TRY: Duration = Duration::from_secs(5);

/// A worker application, and the token that it has.
pub(crate) struct Worker {
    credentials: ClientCredentials,
    token_url: TokenUrl,
    http: reqwest::Client,
    response_limit: usize,
    cache: RwLock<Option<Cached>>,
    /// Held by the one that refreshes. It goes with that one's future, so nobody can leave it stuck.
    refresh: Mutex<Option<TokenError>>,
    /// How many refreshes came to an end.
    rounds: AtomicU64,
}

#[derive(Clone)]
struct Cached {
    token: AccessToken,
    refresh_at: Instant,
    expires_at: Instant,
}

impl Worker {
    async fn token(&self) -> Result<AccessToken, TokenError> {
        let round = self.rounds.load(Ordering::Acquire);
        let now = Instant::now();
        match self.cached() {
            Some(cached) if now < cached.refresh_at => return Ok(cached.token),
            Some(cached) if now < cached.expires_at => match self.refresh_early(&cached).await {
                Some(fresh) => return Ok(fresh),
                None if Instant::now() < cached.expires_at => return Ok(cached.token),
                None => {}
            },
            _ => {}
        }
        let mut last = self.refresh.lock().await;
        // Someone else refreshed while this waited: what came of that is for all who waited.
        if self.rounds.load(Ordering::Acquire) != round {
            match (self.cached(), &*last) {
                (Some(cached), _) if Instant::now() < cached.expires_at => return Ok(cached.token),
                (_, Some(error)) => return Err(error.clone()),
                _ => {}
            }
        }
        self.fetch(&mut last).await
    }

    fn cached(&self) -> Option<Cached> {
        self.cache.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, cached: Cached) {
        *self.cache.write().unwrap_or_else(PoisonError::into_inner) = Some(cached);
    }

    /// Refreshes a token that is still good, if nobody else is at it. One call does this, for a short time; all others go
    /// on with the token that there is, and so does this one if it fails.
    async fn refresh_early(&self, cached: &Cached) -> Option<AccessToken> {
        let mut last = self.refresh.try_lock().ok()?;
        // Before the request, so that the next try is put off even if this call is dropped.
        if !self.put_off(cached) {
            return None;
        }
        tokio::time::timeout(EARLY_REFRESH, self.fetch(&mut last)).await.ok()?.ok()
    }

    /// Puts off the next refresh of a token. False where it has been replaced or refused since.
    fn put_off(&self, cached: &Cached) -> bool {
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        match cache.as_mut().filter(|current| current.token.expose() == cached.token.expose()) {
            Some(current) => {
                current.refresh_at = Instant::now() + NEXT_TRY;
                true
            }
            None => false,
        }
    }

    async fn fetch(&self, last: &mut Option<TokenError>) -> Result<AccessToken, TokenError> {
        let result = self.request().await;
        *last = result.as_ref().err().cloned();
        if let Ok(cached) = &result {
            self.keep(cached.clone());
        }
        self.rounds.fetch_add(1, Ordering::Release);
        result.map(|cached| cached.token)
    }

    async fn request(&self) -> Result<Cached, TokenError> {
        let Self { credentials, token_url, http, response_limit, .. } = self;
        let client = BasicClient::new(ClientId::new(credentials.client_id.clone()))
            .set_client_secret(oauth2::ClientSecret::new(credentials.client_secret.expose().to_owned()))
            .set_token_uri(token_url.clone())
            .set_auth_type(match credentials.auth_method {
                ClientAuthMethod::Basic => AuthType::BasicAuth,
                ClientAuthMethod::Post => AuthType::RequestBody,
            });
        let answered = Arc::<std::sync::Mutex<Failure>>::default();
        let send = |request: HttpRequest| {
            let (http, response_limit, answered) = (http.clone(), *response_limit, Arc::clone(&answered));
            async move {
                let (response, failure) = exchange(&http, response_limit, request).await?;
                *answered.lock().unwrap_or_else(PoisonError::into_inner) = failure;
                Ok(response)
            }
        };
        let asked_at = Instant::now();
        let result = client.exchange_client_credentials().request_async(&send).await;
        let answered = std::mem::take(&mut *answered.lock().unwrap_or_else(PoisonError::into_inner));
        let response = result.map_err(|error| token_error(error, answered))?;
        let token = AccessToken::from(response.access_token().secret().as_str());
        let life = response.expires_in().unwrap_or(UNSAID_LIFE).min(LONGEST_LIFE);
        let fresh = life.saturating_sub(AHEAD.min(life / 4));
        Ok(Cached { token, refresh_at: asked_at + fresh, expires_at: asked_at + life })
    }
}

impl AccessTokenProvider for Worker {
    fn access_token(&self) -> AccessTokenFuture<'_> {
        Box::pin(self.token())
    }

    fn invalidate(&self, token: &AccessToken) -> bool {
        // Only this token: another call that was refused with it may have fetched a new one since.
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        if cache.as_ref().is_some_and(|cached| cached.token.expose() == token.expose()) {
            *cache = None;
        }
        true
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { credentials, token_url, .. } = self;
        f.debug_struct("Worker").field("credentials", credentials).field("token_url", token_url).finish_non_exhaustive()
    }
}

/// Sends a request of the OAuth library's by our own HTTP client, with its limits.
async fn exchange(
    http: &reqwest::Client,
    response_limit: usize,
    request: HttpRequest,
) -> Result<(HttpResponse, Failure), reqwest::Error> {
    let mut request = reqwest::Request::try_from(request)?;
    for value in request.headers_mut().values_mut() {
        value.set_sensitive(true);
    }
    let attempt = Attempt::without_token(response_limit).describe("/{environmentId}/as/token", 0);
    let response = attempt.execute(http, request).await?;
    let status = response.status();
    let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let failure = Failure {
        status: Some(status.as_u16()),
        correlation_id: response.correlation_id().map(str::to_owned),
        retry_after: wait.and_then(|value| retry_after(value, SystemTime::now())),
        is_transient: matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504),
        ..Failure::default()
    };
    let mut http_response = HttpResponse::new(response.body().to_vec());
    *http_response.status_mut() = status;
    *http_response.headers_mut() = response.headers().clone();
    Ok((http_response, failure))
}

/// What the OAuth library says, without the bodies that it shows.
fn token_error(error: BasicRequestTokenError<reqwest::Error>, answered: Failure) -> TokenError {
    let failure = match error {
        RequestTokenError::ServerResponse(response) => Failure {
            error: Some(response.error().as_ref().to_owned()),
            description: response.error_description().cloned(),
            ..answered
        },
        RequestTokenError::Request(error) => {
            let is_transient = !error.is_builder();
            let source: Box<dyn StdError + Send + Sync> = error.without_url().into();
            Failure { is_transient, source: Some(source), ..Failure::default() }
        }
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => answered,
    };
    TokenError::of(failure)
}
