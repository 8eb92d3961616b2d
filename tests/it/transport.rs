//! Failures to connect: those that no retry fixes end the call at once, and name their cause.

use std::net::TcpListener;

use pingone_password::{
    AccessToken, AccessTokenFuture, AccessTokenProvider, ClientBuilder, EnvironmentId, Error, ErrorKind, Outcome,
    Request, RetryPolicy, UserId,
};
use pingone_password_client::ClientInfo;
use recorder::Recorder;
use reqwest::header::HeaderValue;

use crate::client::operations::{Operation, UNLOCK_PASSWORD};
use crate::{Result, builder, client, user_id};

/// Unlocks a user with the default policy, and returns the error.
async fn unlock(client: ClientBuilder) -> Result<Error> {
    let client = client.retry(RetryPolicy::default()).sleep(|_| std::future::ready(())).build()?;
    let error = client.unlock_password(user_id()).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, Outcome::NotApplied), "{error}");
    Ok(error)
}

#[tokio::test]
async fn a_proxy_that_refuses_is_asked_once() -> Result {
    for (response, reason) in [
        ("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n", "the proxy responded with 407"),
        ("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n", "the proxy refused to connect"),
    ] {
        let proxy = Recorder::raw(response.to_owned()).await?;
        let error = unlock(builder("https://api.pingone.eu").proxy(proxy.url())).await?;
        assert_eq!((proxy.requests().len(), error.request_count()), (1, 1), "{error}");
        let address = proxy.url().replace("http://", "");
        let expected = format!("no connection to api.pingone.eu:443 through the proxy {address} could be established");
        assert!(error.to_string().contains(&expected) && error.to_string().contains(reason), "{error}");
        assert!(!error.is_transient());
    }
    Ok(())
}

#[tokio::test]
async fn a_host_name_that_does_not_resolve_is_tried_once() -> Result {
    let error = unlock(builder("https://no-such-host.invalid")).await?;
    assert_eq!(error.request_count(), 1, "{error}");
    assert!(error.to_string().contains("no-such-host.invalid:443"), "{error}");
    assert!(error.to_string().contains("the host name does not resolve"), "{error}");
    Ok(())
}

#[tokio::test]
async fn loopback_never_uses_the_proxy() -> Result {
    let closed = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    for host in ["127.0.0.1", "localhost"] {
        let proxy = Recorder::with(200, &[], "").await?;
        let error = unlock(builder(format!("https://{host}:{}", closed.port())).proxy(proxy.url())).await?;
        assert!(proxy.requests().is_empty(), "{host}");
        assert!(!error.to_string().contains("proxy") && error.is_transient(), "{error}");
        assert_eq!(error.request_count(), 4, "a refused connection may go away");
    }
    Ok(())
}

#[test]
fn a_proxy_must_speak_http() {
    for (proxy, problem) in [("socks5://127.0.0.1:1080", "the proxy uses socks5"), ("http://", "not a valid URL")] {
        let error = builder("https://api.pingone.eu").proxy(proxy).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(problem), "{error}");
    }
}

/// An unlock with a header of its own, as an operation with a header parameter has one.
#[derive(Clone, Debug)]
struct WithHeader {
    value: &'static str,
    /// Whether the header is converted before the request is built, as generated code does.
    is_converted_first: bool,
}

impl Request for WithHeader {
    const OPERATION: &'static Operation = &UNLOCK_PASSWORD;
    type Body = ();
    type Output = ();
    type StateCheck = Self;

    fn user_id(&self) -> Option<UserId> {
        Some(user_id())
    }

    fn output(_: Option<()>) -> Option<()> {
        Some(())
    }

    async fn send<'a>(
        &'a self,
        api: &'a client::Client,
        _: &'a EnvironmentId,
    ) -> std::result::Result<Option<()>, client::Error> {
        let request = api.client().post(api.baseurl());
        let mut request = if self.is_converted_first {
            request.header("x-reason", HeaderValue::try_from(self.value)?)
        } else {
            request.header("x-reason", self.value)
        }
        .build()?;
        api.inner().prepare(&mut request);
        api.inner().execute(api.client(), request).await?;
        Ok(None)
    }
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_fails_before_anything_is_sent() -> Result {
    for is_converted_first in [true, false] {
        let server = Recorder::with(204, &[], "").await?;
        let client = builder(server.url()).retry(RetryPolicy::default()).build()?;
        client.send(WithHeader { value: "a call from the user", is_converted_first }).await?;
        assert_eq!(server.requests().len(), 1, "the header is the only fault");
        let error = client.send(WithHeader { value: "a call\r\nx-other: 1", is_converted_first }).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Configuration, Outcome::NotApplied), "{error}");
        assert_eq!((server.requests().len(), error.request_count()), (1, 0), "{error}");
        assert!(error.to_string().ends_with("the request contains a value that a header can't hold"), "{error}");
        assert!(!error.is_transient() && !error.to_string().contains("may have been applied"), "{error}");
    }
    Ok(())
}

/// A provider whose token ends with the line break of the file that it was read from.
#[derive(Debug)]
struct Untrimmed;

impl AccessTokenProvider for Untrimmed {
    fn access_token(&self) -> AccessTokenFuture<'_> {
        Box::pin(std::future::ready(Ok(AccessToken::from("token\n"))))
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_sent_fails_before_anything_is_sent() -> Result {
    let server = Recorder::with(204, &[], "").await?;
    let client = builder(server.url()).access_token_provider(Untrimmed).retry(RetryPolicy::default()).build()?;
    let error = client.unlock_password(user_id()).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::AccessToken, Outcome::NotApplied), "{error}");
    assert_eq!((server.requests().len(), error.request_count()), (0, 0), "{error}");
    assert!(error.to_string().contains("the access token contains characters that a header can't hold"), "{error}");
    Ok(())
}
