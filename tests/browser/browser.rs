//! A browser for one test.

use std::env;
use std::fmt::Debug;
use std::io::{BufRead, BufReader};
use std::panic::resume_unwind;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::Result;

/// The time that a page has to show something.
const PATIENCE: Duration = Duration::from_secs(15);

/// Headless Chromium with a new profile.
#[derive(Clone)]
pub(crate) struct Browser {
    client: Client,
}

/// Runs a test in a browser, and closes the browser whatever comes of the test.
pub(crate) async fn in_browser<F>(test: impl FnOnce(Browser) -> F + Send + 'static) -> Result
where
    F: Future<Output = Result> + Send + 'static,
{
    let (_driver, url) = Driver::start()?;
    let profile = tempfile::tempdir()?;
    let client = connect(&url, profile.path().to_str().ok_or("the path is not UTF-8")?).await?;
    let outcome = tokio::spawn(test(Browser { client: client.clone() })).await;
    client.close().await?;
    match outcome {
        Ok(result) => result,
        Err(panic) => resume_unwind(panic.into_panic()),
    }
}

async fn connect(driver: &str, profile: &str) -> Result<Client> {
    let mut arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1400,900",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.push(format!("--user-data-dir={profile}"));
    let chromium = env::var("CHROMIUM").unwrap_or("/usr/bin/chromium".to_owned());
    let capabilities = json!({
        "goog:chromeOptions": { "args": arguments, "binary": chromium, "perfLoggingPrefs": { "enableNetwork": true } },
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
    });
    let Value::Object(capabilities) = capabilities else { return Err("no object".into()) };
    Ok(ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(driver).await?)
}

/// `chromedriver`, stopped when dropped.
struct Driver(Child);

impl Driver {
    /// Starts it on a free port and returns its URL.
    fn start() -> Result<(Self, String)> {
        let program = env::var("CHROMEDRIVER").unwrap_or("chromedriver".to_owned());
        let mut command = Command::new(&program);
        let driver = command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let driver = driver.map_err(|error| format!("{program}: {error}; install chromium and chromium-driver"))?;
        let mut driver = Self(driver);
        let stdout = BufReader::new(driver.0.stdout.take().ok_or("no output")?);
        for line in stdout.lines() {
            if let Some((_, port)) = line?.split_once("started successfully on port ") {
                return Ok((driver, format!("http://127.0.0.1:{}", port.trim_end_matches('.'))));
            }
        }
        Err(format!("{program} did not start").into())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

impl Browser {
    pub(crate) async fn open(&self, url: &str) -> Result {
        Ok(self.client.goto(url).await?)
    }

    /// Runs JavaScript, such as `return document.title`.
    pub(crate) async fn run(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute(script, vec![]).await?)
    }

    /// Returns the text of every element that a CSS selector selects, as it is shown.
    pub(crate) async fn texts(&self, css: &str) -> Result<Vec<String>> {
        let mut texts = vec![];
        for element in self.client.find_all(Locator::Css(css)).await? {
            texts.push(element.text().await?);
        }
        Ok(texts)
    }

    /// Clicks an element as soon as there is one.
    pub(crate) async fn click(&self, css: &str) -> Result {
        let element = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await?;
        Ok(element.click().await?)
    }

    /// Types into an element as a person does.
    pub(crate) async fn type_into(&self, css: &str, keys: &str) -> Result {
        Ok(self.client.find(Locator::Css(css)).await?.send_keys(keys).await?)
    }

    /// Selects an option of a `select` by its value.
    pub(crate) async fn select(&self, css: &str, value: &str) -> Result {
        let element = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await?;
        Ok(element.select_by_value(value).await?)
    }

    /// Waits until JavaScript, such as `return document.title`, returns this value.
    pub(crate) async fn wait_for(&self, script: &str, expected: impl Into<Value> + Debug) -> Result {
        let expected = expected.into();
        let start = Instant::now();
        loop {
            let value = self.run(script).await?;
            if value == expected {
                return Ok(());
            }
            if start.elapsed() > PATIENCE {
                return Err(format!("{script}: {value}, not {expected}").into());
            }
        }
    }

    /// Sets the size of the viewport.
    pub(crate) async fn resize(&self, width: u32, height: u32) -> Result {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await
    }

    /// Sets whether the reader prefers `light` or `dark`.
    pub(crate) async fn prefer(&self, scheme: &str) -> Result {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", features).await
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Result {
        let command = json!({ "cmd": command, "params": parameters });
        self.client.issue_cmd(Vendor { path: "goog/cdp/execute", body: command }).await?;
        Ok(())
    }

    /// Asserts that nothing was written to the console, and that nothing was requested from anywhere but `origin`.
    pub(crate) async fn assert_clean(&self, origin: &str) -> Result {
        let console = self.log("browser").await?;
        assert_eq!(console, [""; 0], "the console");
        let mut urls = vec![];
        for message in self.log("performance").await? {
            let message: Value = serde_json::from_str(&message)?;
            if message["message"]["method"] == "Network.requestWillBeSent" {
                urls.extend(message["message"]["params"]["request"]["url"].as_str().map(str::to_owned));
            }
        }
        // Anything but `http`, `https`, `ws` and `wss` stays in the browser: `data:`, and its own pages, such as that of a new tab.
        let leaves = |url: &String| url.starts_with("http") || url.starts_with("ws");
        let is_foreign = |url: &String| leaves(url) && !url.starts_with(origin);
        let foreign: Vec<_> = urls.iter().filter(|url| is_foreign(url)).collect();
        assert!(urls.iter().any(|url| url.starts_with(origin)), "no request at all: {urls:?}");
        assert!(foreign.is_empty(), "requests to elsewhere: {foreign:?}");
        Ok(())
    }

    /// Returns the messages of a log since the last time.
    async fn log(&self, kind: &str) -> Result<Vec<String>> {
        let entries = self.client.issue_cmd(Vendor { path: "se/log", body: json!({ "type": kind }) }).await?;
        let entries = entries.as_array().ok_or("no log")?.iter();
        Ok(entries.filter_map(|entry| entry["message"].as_str().map(str::to_owned)).collect())
    }
}

/// A command that only `chromedriver` has.
#[derive(Debug)]
struct Vendor {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> std::result::Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
