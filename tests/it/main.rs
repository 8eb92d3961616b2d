//! The tests that no crate of the workspace can have alone, because they hold two of them together.
//!
//! | module | what it holds together |
//! | --- | --- |
//! | `architecture` | the packages, and who may depend on whom |
//! | `surface` | the public API, as a text that a reviewer can read |
//! | `wire` | the client, and the bytes that go out |
//! | `schema` | the models' JSON Schema, and the document's |
//! | `examples` | the document's examples, and the models |
//! | `drift` | the document, and the files generated from it |
//! | `emulator` | the emulator's answers, and the document's schemas |
//! | `answers` | a success, and what the server said of it |
//! | `errors` | what a server may answer, and what a caller is told |
//! | `config` | what can be set up, and what can't |
//! | `open_input` | whatever may come in, and what is made of it |
//! | `tokens` | access tokens, and an authorization server that may fail |
//! | `retries` | the retry policy, and its limits |
//! | `faults` | every fault, what a caller sees of it, and what is true on the server |
//! | `storm` | ten thousand unlocks among faults, and what became of each |
//! | `secrets` | everything that can be printed or logged, and the secrets |
//! | `tls` | the client, and certificates that are trusted or not |
//! | `traces` | calls, and the spans that they leave |
//!
//! Snapshots are in `snapshots`, each under the name that its test gives it. `cargo insta review` shows what has changed;
//! without that tool, `INSTA_UPDATE=always cargo test -p pingone-password-tests` writes them, and `git diff` shows it.

mod answers;
mod architecture;
mod clock;
mod config;
mod document;
mod drift;
mod emulator;
mod errors;
mod examples;
mod faults;
mod modules;
mod open_input;
mod outline;
mod retries;
mod schema;
mod secrets;
mod storm;
mod surface;
mod tls;
mod tokens;
mod traces;
mod wire;

use std::error::Error;
use std::path::{Path, PathBuf};

use pingone_password::{Client, ClientBuilder, EnvironmentId, RetryPolicy, UserId};

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The token of every test. Where it turns up, it has leaked.
const TOKEN: &str = "the-token-that-nobody-may-see";

fn environment_id() -> EnvironmentId {
    "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6".parse().unwrap()
}

fn user_id() -> UserId {
    "c3042000-188f-4bc7-a269-dee1602cf7af".parse().unwrap()
}

/// A client that makes one attempt.
fn builder(url: impl Into<String>) -> ClientBuilder {
    Client::builder(environment_id()).base_url(url).access_token(TOKEN).retry(RetryPolicy::none())
}

/// A file or a folder of the workspace.
fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Compares a text with the snapshot of this name.
fn snapshot(name: &str, text: impl AsRef<str>) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, text.as_ref());
    });
}
