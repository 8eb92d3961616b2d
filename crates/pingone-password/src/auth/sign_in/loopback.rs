//! The redirect to this computer: one request of a browser, and a page for it.
//!
//! Everything on this computer can connect, and so can every page in a browser. A request that isn't the redirect is refused,
//! and the wait goes on.

use std::time::Duration;

use http::StatusCode;
use pingone_password_client::Secret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use url::form_urlencoded;

use super::random::random;
use crate::error::{SignInError, SignInErrorKind};

const PATH: &str = "/callback";
/// The most bytes of a request's head.
const MAX_HEAD: usize = 16 << 10;
/// The most connections at the same time. A browser opens some that it doesn't use.
const MAX_CONNECTIONS: usize = 16;
/// How long a connection may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The listener for the redirect.
pub(super) struct Redirect {
    listener: TcpListener,
    /// The only `Host` that is served.
    host: String,
    uri: String,
}

/// What a request is.
enum Verdict {
    /// The redirect, with a code or an error.
    Redirect(Result<Secret, SignInError>),
    /// Anything else.
    Refused(StatusCode, &'static str),
}

impl Redirect {
    pub(super) async fn listen(port: u16) -> Result<Self, SignInError> {
        let failed = |error| {
            let reason = format!("can't listen for the redirect on 127.0.0.1, port {port}: {error}");
            SignInError::new(SignInErrorKind::Listener, reason)
        };
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(failed)?;
        let host = listener.local_addr().map_err(failed)?.to_string();
        let uri = format!("http://{host}{PATH}");
        Ok(Self { listener, host, uri })
    }

    pub(super) fn uri(&self) -> &str {
        &self.uri
    }

    /// Waits for the redirect with this state, and returns its code. The listener is closed afterwards.
    pub(super) async fn wait(self, state: &Secret) -> Result<Secret, SignInError> {
        let Self { listener, host, .. } = self;
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => {
                    // A connection that is gone already.
                    let Ok((stream, _)) = accepted else { continue };
                    let (host, state) = (host.clone(), state.clone());
                    connections.spawn(async move { tokio::time::timeout(TIMEOUT, serve(stream, &host, &state)).await });
                }
                Some(served) = connections.join_next() => {
                    if let Ok(Ok(Some(result))) = served {
                        return result;
                    }
                }
            }
        }
    }
}

/// Serves a connection. Returns the result if it was the redirect.
async fn serve(mut stream: TcpStream, host: &str, state: &Secret) -> Option<Result<Secret, SignInError>> {
    let mut head = Vec::new();
    let verdict = loop {
        let mut part = [0; 2048];
        let length = stream.read(&mut part).await.ok().filter(|length| *length > 0)?;
        head.extend_from_slice(part.get(..length)?);
        if let Some(verdict) = judge(&head, host, state) {
            break verdict;
        }
    };
    let (status, text) = match &verdict {
        Verdict::Redirect(Ok(_)) => (StatusCode::OK, "Signed in. You can close this page and return to the terminal."),
        Verdict::Redirect(Err(_)) => {
            (StatusCode::OK, "Not signed in. You can close this page and return to the terminal.")
        }
        Verdict::Refused(status, text) => (*status, *text),
    };
    // The sign-in doesn't depend on whether the browser waits for its page.
    _ = stream.write_all(page(status, text).as_bytes()).await;
    _ = stream.shutdown().await;
    match verdict {
        Verdict::Redirect(result) => Some(result),
        Verdict::Refused(..) => None,
    }
}

/// Judges a request by its head, unless that is incomplete.
fn judge(head: &[u8], host: &str, state: &Secret) -> Option<Verdict> {
    let refused = |status, text| Some(Verdict::Refused(status, text));
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(head) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) if head.len() <= MAX_HEAD => return None,
        _ => return refused(StatusCode::BAD_REQUEST, "This is not a request that is expected here."),
    }
    let mut hosts = request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("host"));
    if hosts.next().is_none_or(|header| header.value != host.as_bytes()) || hosts.next().is_some() {
        return refused(StatusCode::MISDIRECTED_REQUEST, "This host is not served here.");
    }
    let target = request.path.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path != PATH {
        return refused(StatusCode::NOT_FOUND, "This page does not exist.");
    }
    if request.method != Some("GET") {
        return refused(StatusCode::METHOD_NOT_ALLOWED, "Only the redirect of a sign-in is served here.");
    }
    let parameters: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let only = |wanted: &str| {
        let mut values = parameters.iter().filter(|(name, _)| name == wanted).map(|(_, value)| &**value);
        values.next().filter(|value| !value.is_empty()).filter(|_| values.next().is_none())
    };
    if only("state") != Some(state.expose()) {
        return refused(StatusCode::BAD_REQUEST, "This is not the redirect of the sign-in that is under way.");
    }
    Some(match (only("code"), only("error")) {
        (Some(code), None) => Verdict::Redirect(Ok(code.into())),
        (None, Some(error)) => Verdict::Redirect(Err(rejected(error, only("error_description")))),
        _ => return refused(StatusCode::BAD_REQUEST, "This redirect has neither a code nor an error."),
    })
}

/// The error of an authorization response ([RFC 6749](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1)).
fn rejected(error: &str, description: Option<&str>) -> SignInError {
    let kind = if error == "access_denied" { SignInErrorKind::Denied } else { SignInErrorKind::Server };
    let short = |text: &str| text.chars().take(200).collect::<String>().escape_debug().to_string();
    let description = description.map(|text| format!(": {}", short(text))).unwrap_or_default();
    SignInError::new(
        kind,
        format!("the authorization server did not sign the person in: {}{description}", short(error)),
    )
}

/// A page that keeps the code out of the browser's address bar and loads nothing.
fn page(status: StatusCode, text: &str) -> String {
    let nonce = random().map(|nonce| nonce.expose().to_owned()).unwrap_or_default();
    let html = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>Sign-in</title><style nonce={nonce}>:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }}\
         body {{ margin: 20vh auto; max-width: 30rem; padding: 0 1rem }}</style><p>{text}</p>\
         <script nonce={nonce}>history.replaceState(null, '', '/')</script></html>\n"
    );
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
         content-security-policy: default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'\r\ncache-control: no-store\r\nreferrer-policy: no-referrer\r\n\
         x-content-type-options: nosniff\r\nconnection: close\r\n\r\n{html}",
        html.len()
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_bytes_pass_for_the_redirect(head in proptest::collection::vec(any::<u8>(), 0..400), query in "[ -~]{0,60}") {
            let state = Secret::from("the-state-of-this-sign-in");
            let written = format!("GET /callback?{query} HTTP/1.1\r\nhost: 127.0.0.1:7464\r\n\r\n");
            for head in [&head[..], written.as_bytes()] {
                prop_assert!(!matches!(judge(head, "127.0.0.1:7464", &state), Some(Verdict::Redirect(_))));
            }
        }
    }
}
