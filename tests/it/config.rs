//! Configuration of a client: valid settings, invalid settings, and no influence of the environment.

use std::env;
use std::process::Command;
use std::time::Duration;

use pingone_password::{AccessToken, Client, ClientBuilder, Error, ErrorKind, Region};
use recorder::Recorder;

use crate::{Result, TOKEN, builder, environment_id, snapshot, user_id};

const STATE: &str = r#"{"status":"OK"}"#;

/// The API's URL, for the process that `a_proxy_in_the_environment_is_not_used` starts.
const API: &str = "PINGONE_PASSWORD_TESTS_API";

#[test]
fn a_base_url_may_end_in_v1_or_a_slash() -> Result {
    for (host, given) in [
        ("https://api.pingone.eu", "https://api.pingone.eu"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://id.example.com", " HTTPS://ID.example.com:443"),
        ("https://example.com/ping", "https://example.com/ping"),
    ] {
        for end in ["", "/", "//", "/v1", "/v1/", "/v1//"] {
            let url = format!("{given}{end}");
            assert_eq!(builder(&url).build()?.base_url(), format!("{host}/v1"), "{url}");
        }
    }
    for region in Region::ALL {
        let client = Client::builder(environment_id()).region(*region).access_token(TOKEN).build()?;
        assert_eq!(client.base_url(), region.api_url());
        assert_eq!(client.environment_id(), environment_id());
    }
    Ok(())
}

#[test]
fn a_region_is_written_as_its_top_level_domain() -> Result {
    for region in Region::ALL {
        let domain = region.top_level_domain();
        assert_eq!((region.to_string().as_str(), domain.parse()), (domain, Ok(*region)));
        assert_eq!(serde_json::from_value::<Region>(serde_json::to_value(region)?)?, *region);
    }
    let error = serde_json::from_str::<Region>("\"mars\"").unwrap_err();
    assert!(error.to_string().starts_with("`mars` is not a PingOne region"), "{error}");
    Ok(())
}

#[test]
fn plain_http_is_for_loopback_only() {
    for url in ["http://localhost:1", "http://LOCALHOST", "http://127.0.0.1:1", "http://[::1]:1"] {
        assert!(builder(url).build().is_ok(), "{url}");
    }
    for url in [
        "http://api.pingone.eu",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://example.com/localhost",
        "http://0.0.0.0",
        "http://192.168.0.1",
        "http://[::]",
        "http://[fe80::1]",
        "ftp://localhost",
        "file:///v1",
    ] {
        assert_eq!(builder(url).build().unwrap_err().kind(), ErrorKind::Configuration, "{url}");
    }
}

#[test]
fn invalid_settings_are_named() {
    const URL: &str = "http://localhost:8080";
    let cases: [(&str, ClientBuilder); 19] = [
        ("no settings", Client::builder(environment_id())),
        ("neither region nor base URL", Client::builder(environment_id()).access_token(TOKEN)),
        ("no access token", Client::builder(environment_id()).base_url(URL)),
        ("no scheme", builder("api.pingone.eu")),
        ("an empty URL", builder("")),
        ("plain HTTP to another host", builder("http://api.pingone.eu/v1")),
        ("another scheme", builder("ftp://api.pingone.eu/v1")),
        ("a user in the URL", builder("https://somebody@api.pingone.eu/v1")),
        ("a password in the URL", builder("https://somebody:hunter2@api.pingone.eu/v1")),
        ("a query", builder("https://api.pingone.eu/v1?key=hunter2")),
        ("a fragment", builder("https://api.pingone.eu/v1#hunter2")),
        ("an empty token", builder(URL).access_token("")),
        ("a token with a line break", builder(URL).access_token(format!("{TOKEN}\n"))),
        ("a token with a space", builder(URL).access_token(format!("Bearer {TOKEN}"))),
        ("an empty user agent", builder(URL).user_agent("")),
        ("a user agent with a line break", builder(URL).user_agent("me\nx-header: 1")),
        ("timeouts of zero", builder(URL).timeout(Duration::ZERO).connect_timeout(Duration::ZERO)),
        ("a response limit of zero", builder(URL).response_limit(0)),
        (
            "all at once",
            builder("http://api.pingone.eu/v1?key=hunter2")
                .access_token(format!("{TOKEN}\r\n"))
                .user_agent("me\nx-header: 1")
                .connect_timeout(Duration::ZERO)
                .timeout(Duration::ZERO)
                .response_limit(0),
        ),
    ];
    let mut shown = Vec::new();
    for (name, builder) in cases {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{name}");
        assert_eq!((error.status(), error.user_id(), error.operation()), (None, None, None), "{name}");
        let printed = format!("{error} {error:?} {error:#?}");
        assert!(!printed.contains(TOKEN) && !printed.contains("hunter2"), "{name}: {printed}");
        shown.push(format!("# {name}\n{error}"));
    }
    snapshot("config_errors", shown.join("\n\n"));
}

/// The variables have to be set before the process starts, so this test runs itself in a second process.
#[tokio::test]
async fn a_proxy_in_the_environment_is_not_used() -> Result {
    if let Ok(api) = env::var(API) {
        builder(&api).build()?.read_password_state(user_id()).await?;
        // reqwest does use it.
        let other = recorder::http_client()?.build()?;
        other.get(api + "/through-the-proxy").send().await?;
        return Ok(());
    }
    let api = Recorder::with(200, &[("content-type", "application/json")], STATE).await?;
    let proxy = Recorder::with(200, &[], "").await?;
    let mut child = Command::new(env::current_exe()?);
    child.args(["config::a_proxy_in_the_environment_is_not_used", "--exact"]);
    child.env(API, api.url()).env_remove("NO_PROXY").env_remove("no_proxy").env_remove("REQUEST_METHOD");
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(name, proxy.url());
    }
    let output = tokio::task::spawn_blocking(move || child.output()).await??;
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    let targets =
        |recorder: &Recorder| recorder.requests().into_iter().map(|request| request.target).collect::<Vec<_>>();
    let path = format!("/v1/environments/{}/users/{}/password", environment_id(), user_id());
    assert_eq!(targets(&api), [path]);
    assert_eq!(targets(&proxy), [format!("{}/through-the-proxy", api.url())]);
    Ok(())
}

#[tokio::test]
async fn settings_are_sent() -> Result {
    let api = Recorder::with(200, &[("content-type", "application/json")], STATE).await?;
    let client = builder(api.url()).user_agent("help-desk/7").access_token(AccessToken::from("another")).build()?;
    client.clone().read_password_state(user_id()).await?;
    let requests = api.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(request.header("user-agent"), ["help-desk/7"]);
    assert_eq!(request.header("authorization"), ["Bearer another"]);
    Ok(())
}

#[test]
fn clients_can_be_shared() -> Result {
    fn check<T: Clone + Send + Sync + 'static>(_: &T) {}
    fn check_future<T: IntoFuture<IntoFuture: Send + 'static>>(_: &T) {}
    fn check_error<T: std::error::Error + Send + Sync + 'static>() {}
    let client = builder("http://localhost").build()?;
    check(&client);
    check_future(&client.read_password_state(user_id()));
    check_future(&client.unlock_password(user_id()));
    check_error::<Error>();
    Ok(())
}

#[test]
fn no_debug_output_shows_a_token() -> Result {
    let builder = builder("http://localhost");
    let client = builder.clone().build()?;
    let read = client.read_password_state(user_id());
    for shown in [format!("{builder:?}"), format!("{client:?}"), format!("{read:?}"), format!("{client:#?}")] {
        assert!(!shown.contains(TOKEN), "{shown}");
        assert!(shown.contains("localhost"), "everything else is shown: {shown}");
    }
    Ok(())
}

#[tokio::test]
async fn a_configured_proxy_is_used_for_https_and_never_shown() -> Result {
    let proxy = Recorder::with(200, &[], "").await?;
    let url = proxy.url().replace("http://", "http://someone:the-password-of-the-proxy@");
    let client = builder("https://api.pingone.eu").proxy(url);
    assert!(!format!("{client:?}").contains("the-password-of-the-proxy"));
    // The request fails after `CONNECT`, because this proxy closes the connection.
    let error = client.build()?.unlock_password(user_id()).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("the-password-of-the-proxy"), "{error:?}");
    let requests = proxy.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!((request.method.as_str(), request.target.as_str()), ("CONNECT", "api.pingone.eu:443"));
    assert!(request.header("authorization").is_empty(), "the token is not for the proxy");
    assert_eq!(request.header("proxy-authorization").len(), 1);

    let api = Recorder::with(200, &[("content-type", "application/json")], STATE).await?;
    builder(api.url()).proxy(proxy.url()).build()?.read_password_state(user_id()).await?;
    assert_eq!(proxy.requests().len(), 1, "loopback bypasses the proxy");
    assert!(builder(api.url()).proxy("no url at all").build().is_err());
    Ok(())
}
