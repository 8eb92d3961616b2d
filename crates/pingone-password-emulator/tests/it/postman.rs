//! The environment for the vendor's Postman collection, and a collection that Newman runs in it.

use std::{fs, process::Command};

use serde_json::Value;

use crate::binary::{Program, text};

/// The value of a variable of the environment.
fn variable(environment: &Value, key: &str) -> Value {
    let mut values = environment["values"].as_array().unwrap().iter();
    values.find(|value| value["key"] == key).unwrap_or_else(|| panic!("{key}"))["value"].clone()
}

#[test]
fn a_collection_runs_in_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (seed, environment, report) = (file("seed.json"), file("environment.json"), file("report.json"));
    fs::write(&seed, r#"[{"username": "ada"}, {"username": "bob", "status": "PASSWORD_LOCKED_OUT"}]"#).unwrap();
    let (_program, ready) = Program::ready_with(&["--seed", &seed, "--postman-environment", &environment]);

    let variables: Value = serde_json::from_slice(&fs::read(&environment).unwrap()).unwrap();
    assert_eq!(variable(&variables, "apiPath"), ready["api_url"]);
    assert_eq!(variable(&variables, "authPath"), ready["auth_url"]);
    assert_eq!(variable(&variables, "envID"), ready["environment_id"]);
    assert_eq!(variable(&variables, "userID"), ready["users"][1]["id"]);
    assert_eq!(variable(&variables, "accessToken"), ready["access_token"]);
    assert_eq!(variables["_postman_variable_scope"], "environment");

    if Command::new("newman").arg("--version").output().is_err() {
        eprintln!("not run: newman is not installed");
        return;
    }
    let collection = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/collection.json");
    let output = Command::new("newman")
        .args(["run", collection, "--environment", &environment])
        .args(["--reporters", "json", "--reporter-json-export", &report])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));

    let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    let executions = report["run"]["executions"].as_array().unwrap();
    let codes: Vec<_> = executions.iter().map(|one| one["response"]["code"].as_u64()).collect();
    assert_eq!(codes, [Some(200), Some(200)]);
    let requests = format!("{}/__emulator/requests", text(&ready, "auth_url"));
    let requests = ureq::get(requests).call().unwrap().body_mut().read_to_string().unwrap();
    let requests: Value = serde_json::from_str(&requests).unwrap();
    let operations: Vec<_> = requests.as_array().unwrap().iter().map(|one| text(one, "operation")).collect();
    assert_eq!(operations, ["readPasswordState", "unlockPassword"]);
}
