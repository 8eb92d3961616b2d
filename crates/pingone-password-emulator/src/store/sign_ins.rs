//! Sign-ins under way, and the refresh tokens that come out of them.

use std::time::Duration;

use tokio::time::Instant;

use super::{Agent, expiring::Expiring};

/// The lifetime of a sign-in page and of an authorization code.
const CODE_LIFETIME: Duration = Duration::from_secs(10 * 60);
/// The lifetime of a refresh token: the longest that the vendor allows.
const REFRESH_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// The characters of user codes, without those that look alike.
const USER_CODE_CHARACTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";

/// A request for an authorization code.
#[derive(Clone, Debug)]
pub(crate) struct Authorization {
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) scope: String,
    /// The `code_challenge`, by the method S256.
    pub(crate) challenge: String,
}

/// An authorization code's request, and the agent who signed in.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) authorization: Authorization,
    pub(crate) agent: Agent,
    /// The sign-in that came out of the code, once it is redeemed.
    pub(crate) redeemed: Option<u64>,
}

/// A device that waits for an agent.
#[derive(Clone, Debug)]
struct Device {
    user_code: String,
    scope: String,
    decision: Option<Decision>,
    interval: Duration,
    last_poll: Option<Instant>,
}

/// An agent's decision on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Approve(Agent),
    Deny,
}

/// The state of a device, as its poll learns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Poll {
    Pending,
    /// The device polls faster than the interval allows.
    SlowDown,
    Denied,
    /// The code is unknown, used or expired.
    Expired,
    Approved(Agent, String),
}

/// The codes that a device shows.
#[derive(Clone, Debug)]
pub(crate) struct DeviceCodes {
    pub(crate) device_code: String,
    pub(crate) user_code: String,
}

/// A sign-in that a refresh token continues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refresh {
    pub(crate) agent: Agent,
    pub(crate) scope: String,
    /// The number of the sign-in, which all of its tokens share.
    pub(crate) sign_in: u64,
    /// Whether it was replaced by a newer one.
    pub(crate) rotated: bool,
}

/// The settings of sign-ins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignInSettings {
    /// The shortest time between two polls of a device.
    pub(crate) device_interval: Duration,
    pub(crate) device_lifetime: Duration,
    /// Whether a refresh replaces the refresh token.
    pub(crate) rotation: bool,
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self { device_interval: Duration::from_secs(5), device_lifetime: Duration::from_secs(600), rotation: true }
    }
}

/// Sign-ins under way, and the refresh tokens that come out of them.
pub(crate) struct SignIns {
    settings: SignInSettings,
    pages: Expiring<Authorization>,
    codes: Expiring<Code>,
    devices: Expiring<Device>,
    refresh_tokens: Expiring<Refresh>,
    /// The number of the latest sign-in.
    latest: u64,
}

/// The authorization code grant.
impl SignIns {
    pub(crate) fn new(settings: SignInSettings) -> Self {
        Self {
            settings,
            pages: Expiring::new(CODE_LIFETIME),
            codes: Expiring::new(CODE_LIFETIME),
            devices: Expiring::new(settings.device_lifetime),
            refresh_tokens: Expiring::new(REFRESH_LIFETIME),
            latest: 0,
        }
    }

    /// Opens a sign-in page and returns its key.
    pub(crate) fn open_page(&mut self, authorization: Authorization, now: Instant) -> String {
        self.pages.add(authorization, now)
    }

    /// Closes a sign-in page and returns its request.
    pub(crate) fn close_page(&mut self, key: &str, now: Instant) -> Option<Authorization> {
        self.pages.remove(key, now)
    }

    pub(crate) fn issue_code(&mut self, authorization: Authorization, agent: Agent, now: Instant) -> String {
        self.codes.add(Code { authorization, agent, redeemed: None }, now)
    }

    /// Returns a code as it was before this redemption, which marks it as redeemed.
    pub(crate) fn redeem_code(&mut self, code: &str, now: Instant) -> Option<Code> {
        let sign_in = self.latest + 1;
        let code = self.codes.get_mut(code, now)?;
        let before = code.clone();
        if code.redeemed.is_none() {
            code.redeemed = Some(sign_in);
            self.latest = sign_in;
        }
        Some(before)
    }

    /// Returns the number of the latest sign-in.
    pub(crate) fn latest(&self) -> u64 {
        self.latest
    }
}

/// The device authorization grant.
impl SignIns {
    pub(crate) fn settings(&self) -> SignInSettings {
        self.settings
    }

    pub(crate) fn add_device(&mut self, scope: String, now: Instant) -> DeviceCodes {
        let mut user_code = String::new();
        for position in 0..8 {
            if position == 4 {
                user_code.push('-');
            }
            user_code.extend(fastrand::choice(USER_CODE_CHARACTERS).map(|character| char::from(*character)));
        }
        let interval = self.settings.device_interval;
        let device = Device { user_code: user_code.clone(), scope, decision: None, interval, last_poll: None };
        DeviceCodes { device_code: self.devices.add(device, now), user_code }
    }

    /// Decides on the device with this user code. Case and hyphen don't matter. Returns `false` if no device waits with it.
    pub(crate) fn decide(&mut self, user_code: &str, decision: Decision, now: Instant) -> bool {
        let plain =
            |code: &str| code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
        let user_code = plain(user_code);
        let device = self.devices.values_mut(now).find(|device| plain(&device.user_code) == user_code);
        let Some(device) = device.filter(|device| device.decision.is_none()) else { return false };
        device.decision = Some(decision);
        true
    }

    pub(crate) fn poll(&mut self, device_code: &str, now: Instant) -> Poll {
        let Some(device) = self.devices.get_mut(device_code, now) else { return Poll::Expired };
        let too_fast = device.last_poll.is_some_and(|last| now.duration_since(last) < device.interval);
        device.last_poll = Some(now);
        if too_fast {
            device.interval += Duration::from_secs(5);
            return Poll::SlowDown;
        }
        let Some(decision) = device.decision else { return Poll::Pending };
        let scope = device.scope.clone();
        self.devices.remove(device_code, now);
        match decision {
            Decision::Deny => Poll::Denied,
            Decision::Approve(agent) => {
                self.latest += 1;
                Poll::Approved(agent, scope)
            }
        }
    }
}

/// Refresh tokens.
impl SignIns {
    pub(crate) fn issue_refresh_token(&mut self, agent: Agent, scope: String, sign_in: u64, now: Instant) -> String {
        self.refresh_tokens.add(Refresh { agent, scope, sign_in, rotated: false }, now)
    }

    /// Returns a refresh token's sign-in as it was before this use. With rotation, the token is replaced from now on.
    pub(crate) fn use_refresh_token(&mut self, token: &str, now: Instant) -> Option<Refresh> {
        let rotation = self.settings.rotation;
        let refresh = self.refresh_tokens.get_mut(token, now)?;
        let before = refresh.clone();
        refresh.rotated |= rotation;
        Some(before)
    }

    /// Forgets every refresh token of a sign-in.
    pub(crate) fn revoke(&mut self, sign_in: u64) {
        self.refresh_tokens.retain(|refresh| refresh.sign_in != sign_in);
    }
}
