//! The device authorization grant ([RFC 8628](https://www.rfc-editor.org/rfc/rfc8628)).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pingone_password_client::Secret;
use serde_json::{Map, Value};
use tokio::time::Instant;
use url::Url;

use super::super::token_response::lifetime;
use super::SignedIn;
use super::session::Session;
use crate::error::{SignInError, SignInErrorKind, TokenError};
use crate::service_url::is_safe;

/// How often to poll if the server doesn't say it, and how much slower after `slow_down`.
const INTERVAL: Duration = Duration::from_secs(5);
/// The longest lifetime of a device code that is believed.
const MAX_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// A sign-in that waits for a person on another device. Created by
/// [`UserSignIn::authorize_device`](super::UserSignIn::authorize_device).
#[must_use = "nobody is signed in until `wait` returns"]
pub struct DeviceAuthorization {
    session: Arc<Session>,
    codes: Codes,
}

struct Codes {
    device_code: Secret,
    user_code: String,
    verification_uri: Url,
    verification_uri_complete: Option<Url>,
    expires_in: Duration,
    interval: Duration,
}

/// Starts a sign-in.
pub(super) async fn authorize(session: Arc<Session>) -> Result<DeviceAuthorization, SignInError> {
    let codes = session.server.authorize_device(Codes::read).await?;
    Ok(DeviceAuthorization { session, codes })
}

impl Codes {
    fn read(json: &Map<String, Value>) -> Result<Self, String> {
        let text = |name| json.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let seconds = |name| json.get(name).and_then(lifetime);
        // A person opens it.
        let page = |name| text(name).and_then(|text| Url::parse(text).ok()).filter(is_safe);
        let user_code =
            text("user_code").filter(|code| code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_graphic()));
        let verification_uri =
            page("verification_uri").ok_or("responded without a page to open by HTTPS (verification_uri)")?;
        Ok(Self {
            device_code: text("device_code").ok_or("responded without a device code")?.into(),
            user_code: user_code.ok_or("responded without a code that a person can enter")?.to_owned(),
            verification_uri_complete: page("verification_uri_complete")
                .filter(|complete| complete.origin() == verification_uri.origin()),
            verification_uri,
            expires_in: seconds("expires_in").unwrap_or(Duration::from_secs(600)).min(MAX_LIFETIME),
            interval: seconds("interval").unwrap_or(INTERVAL).clamp(Duration::from_secs(1), Duration::from_secs(300)),
        })
    }
}

impl DeviceAuthorization {
    /// Returns the code that the person enters on the page.
    #[must_use]
    pub fn user_code(&self) -> &str {
        &self.codes.user_code
    }

    /// Returns the page that the person opens.
    #[must_use]
    pub fn verification_uri(&self) -> &str {
        self.codes.verification_uri.as_str()
    }

    /// Returns the page with the code already in it, for a link or a QR code.
    #[must_use]
    pub fn verification_uri_complete(&self) -> Option<&str> {
        self.codes.verification_uri_complete.as_ref().map(Url::as_str)
    }

    /// Returns how long the code is valid.
    #[must_use]
    pub fn expires_in(&self) -> Duration {
        self.codes.expires_in
    }

    /// Waits until the person has signed in, and stores the tokens.
    ///
    /// Polls as often as the server allows, also while the server fails.
    ///
    /// # Errors
    ///
    /// [`Denied`](SignInErrorKind::Denied), [`Expired`](SignInErrorKind::Expired), or what the server or the store said.
    pub async fn wait(self) -> Result<SignedIn, SignInError> {
        let Self { session, codes } = self;
        let start = Instant::now();
        let (mut interval, mut waited) = (codes.interval, Duration::ZERO);
        loop {
            session.server.sleep.wait(interval).await;
            waited += interval;
            if waited.max(start.elapsed()) > codes.expires_in {
                return Err(SignInError::new(SignInErrorKind::Expired, "nobody signed in before the code expired"));
            }
            match session.server.redeem_device_code(&codes.device_code).await {
                Ok(token) => return session.begin(&token).await,
                Err(error) => interval = next_interval(&error, interval).ok_or(error)?,
            }
        }
    }
}

/// Returns how long to wait before the next poll, unless the error ends the sign-in.
fn next_interval(error: &TokenError, interval: Duration) -> Option<Duration> {
    let code = error.failure().api_error.as_ref().and_then(|error| error.code.as_deref());
    match code {
        Some("authorization_pending") => Some(interval),
        Some("slow_down") => Some(interval + INTERVAL),
        // A server that is overloaded or can't be reached.
        _ if error.failure().is_transient => Some(interval + INTERVAL),
        _ => None,
    }
}

impl fmt::Debug for DeviceAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceAuthorization")
            .field("verification_uri", &self.verification_uri())
            .field("expires_in", &self.expires_in())
            .finish_non_exhaustive()
    }
}
