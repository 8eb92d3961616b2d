//! Tests that hold several crates of the workspace together, over HTTP on loopback.
//!
//! | module | what it tests |
//! | --- | --- |
//! | `architecture` | dependencies between packages, and imports between modules |
//! | `dependencies` | the crates below the wrapper: each one that plain reqwest doesn't have is explained |
//! | `surface` | the public API, as text for reviewers |
//! | `wire` | the request of each operation, byte for byte |
//! | `schema` | the models' JSON Schema against the OpenAPI document |
//! | `examples` | the OpenAPI document's examples against the models |
//! | `links` | links between the workspace's documents |
//! | `models`, `samples` | every model and every request, without naming them |
//! | `drift` | the generated files against the OpenAPI document |
//! | `emulator` | the emulator's responses against the OpenAPI document |
//! | `reference` | the reference on the emulator's page against the OpenAPI document |
//! | `responses` | what a successful call returns |
//! | `errors` | failures of servers, gateways and networks, and the errors that callers see |
//! | `config` | valid and invalid settings of a client |
//! | `control` | the emulator's control API against its OpenAPI document |
//! | `bounds` | what types and futures implement, at compile time |
//! | `networks` | certificates, headers and proxies of corporate networks |
//! | `testing` | responses and errors without a server |
//! | `open_input` | properties of arbitrary input |
//! | `tokens` | access tokens, and an authorization server that fails |
//! | `sign_in` | the sign-in of a person: devices, browsers, refreshes, and attacks on them |
//! | `retries` | the retry policy and the rate limiter |
//! | `faults` | each fault: the caller's view and the server's truth |
//! | `truth` | random sequences of faults: no claim that isn't true on the server |
//! | `storm` | ten thousand unlocks among faults |
//! | `secrets` | all output, searched for secrets |
//! | `tls` | trusted and untrusted certificates |
//! | `certificates` | certificates that have expired, aren't valid yet or have an unknown issuer |
//! | `transport` | proxies, host names and other causes of a failure to connect |
//! | `traces` | the spans of calls and requests, and the events in them |
//! | `opentelemetry` | the same spans as OpenTelemetry exports them |
//! | `users` | finding users by name, and unlocking accounts |
//!
//! Snapshots are in `snapshots`. `cargo insta review` shows what has changed; without that tool,
//! `INSTA_UPDATE=always cargo test -p pingone-password-tests` writes them, and `git diff` shows the changes.

mod architecture;
mod bounds;
#[cfg(target_os = "linux")]
mod certificates;
mod clock;
mod config;
mod control;
#[cfg(target_os = "linux")]
mod dependencies;
mod document;
mod drift;
mod emulator;
mod errors;
mod examples;
mod faults;
mod links;
mod models;
mod modules;
mod networks;
mod open_input;
mod opentelemetry;
mod outline;
mod reference;
mod responses;
mod retries;
mod samples;
mod schema;
mod secrets;
mod sign_in;
mod storm;
mod surface;
mod testing;
mod tls;
mod tokens;
mod traces;
mod transport;
mod truth;
mod users;
mod wire;

use std::error::Error;
use std::path::{Path, PathBuf};

use pingone_password::{Client, ClientBuilder, EnvironmentId, RetryPolicy, UserId};

use pingone_password_client as client;

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The token of every test. If it appears in any output, it has leaked.
const TOKEN: &str = "the-token-that-must-not-leak";

/// The OpenAPI document.
const DOCUMENT: &str = "openapi/pingone-password.yaml";

fn environment_id() -> EnvironmentId {
    "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6".parse().unwrap()
}

fn user_id() -> UserId {
    "c3042000-188f-4bc7-a269-dee1602cf7af".parse().unwrap()
}

/// Returns a builder of a client without retries.
fn builder(url: impl Into<String>) -> ClientBuilder {
    Client::builder(environment_id()).base_url(url).access_token(TOKEN).retry(RetryPolicy::none())
}

/// Returns the path of a file or folder of the workspace.
fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Compares a text with the snapshot of this name.
fn snapshot(name: &str, text: impl AsRef<str>) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, text.as_ref());
    });
}
