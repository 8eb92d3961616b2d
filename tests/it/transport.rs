//! Failures to connect: those that no retry fixes end the call at once, and name their cause.

use std::net::TcpListener;

use pingone_password::{ClientBuilder, Error, ErrorKind, Outcome, RetryPolicy};
use recorder::Recorder;

use crate::{Result, builder, user_id};

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
