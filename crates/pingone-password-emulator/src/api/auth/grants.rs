//! The grant types of the token endpoint.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{client::Client, form::Parameters};
use crate::{
    responses::{self, OAuthError},
    state::Shared,
    store::{Actor, Agent, Grant, Poll, SIGN_IN_CLIENT_ID, Store},
};

/// A grant type.
pub(super) struct GrantType {
    pub(super) name: &'static str,
    /// The application that may use it.
    pub(super) client: Client,
    /// Issues an access token and returns its JSON.
    pub(super) issue: fn(&Shared, &Parameters<'_>) -> Result<Value, OAuthError>,
}

pub(super) const ALL: [GrantType; 4] = [
    GrantType { name: "client_credentials", client: Client::Worker, issue: client_credentials },
    GrantType { name: "authorization_code", client: Client::SignIn, issue: authorization_code },
    GrantType { name: "refresh_token", client: Client::SignIn, issue: refresh_token },
    GrantType { name: "urn:ietf:params:oauth:grant-type:device_code", client: Client::SignIn, issue: device_code },
];

pub(super) fn named(name: &str) -> Option<&'static GrantType> {
    ALL.iter().find(|grant| grant.name == name)
}

#[expect(clippy::unnecessary_wraps, reason = "a row of the table of grant types")]
fn client_credentials(shared: &Shared, _: &Parameters<'_>) -> Result<Value, OAuthError> {
    let mut store = shared.store();
    let now = store.clock.now();
    let token = store.tokens.issue(Grant::default(), None, now);
    Ok(responses::access_token(&token, store.tokens.expires_in()))
}

/// Redeems an authorization code. A code that is redeemed twice revokes the tokens of the first time (RFC 6749, section 4.1.2).
fn authorization_code(shared: &Shared, form: &Parameters<'_>) -> Result<Value, OAuthError> {
    let code = required(form, "code")?;
    let verifier = required(form, "code_verifier")?;
    let mut store = shared.store();
    let now = store.clock.now();
    let Some(code) = store.sign_ins.redeem_code(code, now) else {
        return Err(OAuthError::invalid_grant("The authorization code is unknown or has expired."));
    };
    if let Some(sign_in) = code.redeemed {
        store.revoke_sign_in(sign_in);
        return Err(OAuthError::invalid_grant("The authorization code was redeemed before. Its tokens are revoked."));
    }
    let authorization = code.authorization;
    if form.get("redirect_uri") != Some(authorization.redirect_uri.as_str()) {
        return Err(OAuthError::invalid_grant("The redirect_uri differs from that of the authorization request."));
    }
    if challenge(verifier) != authorization.challenge {
        return Err(OAuthError::invalid_grant("The code_verifier doesn't match the code_challenge."));
    }
    let sign_in = store.sign_ins.latest();
    let mut token = person(&mut store, code.agent, &authorization.scope, sign_in);
    add_refresh_token(&mut store, &mut token, code.agent, &authorization.scope, sign_in);
    add_id_token(shared, &store, &mut token, code.agent, authorization.nonce.as_deref());
    Ok(token)
}

/// Refreshes an access token. A refresh token that was rotated before revokes the sign-in (RFC 9700, section 4.14.2).
fn refresh_token(shared: &Shared, form: &Parameters<'_>) -> Result<Value, OAuthError> {
    let token = required(form, "refresh_token")?;
    let mut store = shared.store();
    let now = store.clock.now();
    let Some(refresh) = store.sign_ins.use_refresh_token(token, now) else {
        return Err(OAuthError::invalid_grant("The refresh token is unknown, revoked or expired."));
    };
    if refresh.rotated {
        store.revoke_sign_in(refresh.sign_in);
        return Err(OAuthError::invalid_grant("The refresh token was used before. The sign-in is revoked."));
    }
    let mut json = person(&mut store, refresh.agent, &refresh.scope, refresh.sign_in);
    if store.sign_ins.settings().rotation {
        add_refresh_token(&mut store, &mut json, refresh.agent, &refresh.scope, refresh.sign_in);
    } else {
        json["refresh_token"] = json!(token);
    }
    add_id_token(shared, &store, &mut json, refresh.agent, None);
    Ok(json)
}

fn device_code(shared: &Shared, form: &Parameters<'_>) -> Result<Value, OAuthError> {
    let code = required(form, "device_code")?;
    let mut store = shared.store();
    let now = store.clock.now();
    let (agent, scope) = match store.sign_ins.poll(code, now) {
        Poll::Approved(agent, scope) => (agent, scope),
        Poll::Pending => return Err(OAuthError::device("authorization_pending", "The user hasn't decided yet.")),
        Poll::SlowDown => return Err(OAuthError::device("slow_down", "The device polls too often.")),
        Poll::Denied => return Err(OAuthError::device("access_denied", "The user denied the request.")),
        Poll::Expired => {
            return Err(OAuthError::device(
                "expired_token",
                "The device code is unknown, was used before or has expired.",
            ));
        }
    };
    let sign_in = store.sign_ins.latest();
    let mut token = person(&mut store, agent, &scope, sign_in);
    add_refresh_token(&mut store, &mut token, agent, &scope, sign_in);
    add_id_token(shared, &store, &mut token, agent, None);
    Ok(token)
}

/// Returns a parameter that the grant type requires.
fn required<'a>(form: &'a Parameters<'_>, name: &str) -> Result<&'a str, OAuthError> {
    form.get(name).ok_or_else(|| OAuthError::invalid_request(format!("The parameter {name} is missing.")))
}

/// Issues an access token with an agent's role and population, and returns its JSON.
fn person(store: &mut Store, agent: Agent, scope: &str, sign_in: u64) -> Value {
    let grant = Grant {
        role: agent.role(),
        population: Some(agent.population()),
        actor: Actor::Agent(agent),
        sign_in: Some(sign_in),
    };
    let now = store.clock.now();
    let token = store.tokens.issue(grant, None, now);
    let mut json = responses::access_token(&token, store.tokens.expires_in());
    json["scope"] = json!(scope);
    json
}

fn add_refresh_token(store: &mut Store, json: &mut Value, agent: Agent, scope: &str, sign_in: u64) {
    let now = store.clock.now();
    json["refresh_token"] = json!(store.sign_ins.issue_refresh_token(agent, scope.to_owned(), sign_in, now));
}

/// Adds an ID token, if the scope has `openid`. It isn't signed: `alg` is `none`.
fn add_id_token(shared: &Shared, store: &Store, json: &mut Value, agent: Agent, nonce: Option<&str>) {
    if !json["scope"].as_str().unwrap_or_default().split(' ').any(|scope| scope == "openid") {
        return;
    }
    let now = store.clock.utc().timestamp();
    let mut claims = json!({
        "iss": shared.issuer(),
        "sub": agent.id(),
        "aud": SIGN_IN_CLIENT_ID,
        "iat": now,
        "exp": now + 3600,
        "name": agent.name(),
        "preferred_username": agent.username(),
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    let encode = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
    json["id_token"] = json!(format!("{}.{}.", encode(&json!({ "alg": "none", "typ": "JWT" })), encode(&claims)));
}

/// Returns the `code_challenge` of a verifier, by the method S256.
fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(hmac_sha256::Hash::hash(verifier.as_bytes()))
}
