//! The pages of the authorization server: plain HTML, without a script.

use axum::{
    http::{
        HeaderName, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Response},
};

use crate::store::{Agent, Decision, Role, random_secret};

const STYLE: &str = "\
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 10vh auto; max-width: 26rem; padding: 0 1rem; }
label, button { display: block; width: 100%; margin-top: 1rem; }
input, button { box-sizing: border-box; width: 100%; padding: .6rem; font: inherit; text-align: left; }
small { display: block; opacity: .75; }";

/// Returns the page on which a person signs in, for a request under this key.
pub(super) fn sign_in(key: &str) -> Response {
    let form = format!(
        "<form method=post action=sign-in><input type=hidden name=page value=\"{}\">{}<button name=agent value=\"\">\
         Cancel</button></form>",
        escaped(key),
        agents("Sign in as")
    );
    page(StatusCode::OK, "Sign in", &form)
}

/// Returns the page on which a person approves a device.
pub(super) fn device(user_code: &str) -> Response {
    let form = format!(
        "<form method=post action=device><label>Code <input name=user_code value=\"{}\" required autocomplete=off></label>\
         {}<button name=agent value=\"\">Deny</button></form>",
        escaped(user_code),
        agents("Approve as")
    );
    page(StatusCode::OK, "Connect a device", &form)
}

/// Returns the page after a decision on a device.
pub(super) fn decided(decision: Decision) -> Response {
    let text = match decision {
        Decision::Approve(agent) => format!("The device is signed in as {}. You can close this page.", agent.name()),
        Decision::Deny => "The device is not signed in. You can close this page.".to_owned(),
    };
    page(StatusCode::OK, "Connect a device", &format!("<p>{text}</p>"))
}

/// Returns the page of an error that can't be redirected to the client.
pub(super) fn error(text: &str) -> Response {
    page(StatusCode::BAD_REQUEST, "Request failed", &format!("<p>{}</p>", escaped(text)))
}

fn agents(verb: &str) -> String {
    let button = |agent: &Agent| {
        let role = match agent.role() {
            Role::IdentityDataAdmin => "may read and unlock in",
            Role::IdentityDataReadOnly => "may only read in",
            Role::UnlockOnly => "may only unlock in",
        };
        let (username, name) = (agent.username(), agent.name());
        format!(
            "<button name=agent value=\"{username}\">{verb} {name} <small>{username}: {role} one population</small></button>"
        )
    };
    Agent::ALL.iter().map(button).collect()
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let nonce = random_secret();
    let html = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{title}</title><style nonce={nonce}>{STYLE}</style><h1>{title}</h1>{body}\
         <p><small>PingOne password emulator. This is not PingOne.</small></p></html>\n"
    );
    // `form-action` isn't restricted: browsers apply it to the redirect to the client, too.
    let policy = format!("default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'");
    let headers: [(HeaderName, &str); 5] = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, &policy),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, html).into_response()
}

/// Escapes text for HTML content and quoted attributes.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
