//! The emulator's control API against its OpenAPI document: every path, method, status, request and response.

use std::collections::BTreeSet;
use std::fs;

use jsonschema::Draft;
use pingone_password_emulator::{Emulator, Status};
use reqwest::Method;
use serde_json::{Value, json};
use xtask::generate::load::Document;

use crate::document::resolve;
use crate::{Result, workspace};

const FOLDER: &str = "crates/pingone-password-emulator";
const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

fn control_document() -> Result<Document> {
    let text = fs::read_to_string(workspace(&format!("{FOLDER}/openapi.yaml")))?;
    Ok(Document::parse(&text).map_err(|finding| finding.to_string())?)
}

fn paths(document: &Document) -> impl Iterator<Item = (&String, &Value)> {
    document.root["paths"].as_object().into_iter().flatten()
}

/// Returns a path without the names of its parameters.
fn unnamed(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

#[test]
fn every_route_is_documented() -> Result {
    let source = fs::read_to_string(workspace(&format!("{FOLDER}/src/control/mod.rs")))?;
    let routes = source.split(".route(\"").skip(1).filter_map(|rest| Some(unnamed(rest.split_once('"')?.0)));
    // The page and its parts, and the response to any other path.
    let others =
        ["/", "/__emulator", "/__emulator/page.css", "/__emulator/page.js", "/__emulator/icon.svg", "/__emulator/{}"];
    let routes: BTreeSet<_> = routes.filter(|route| !others.contains(&route.as_str())).collect();
    let document = control_document()?;
    let documented: BTreeSet<_> = paths(&document).map(|(path, _)| unnamed(path)).collect();
    assert_eq!(routes, documented);
    Ok(())
}

#[tokio::test]
async fn every_method_is_documented() -> Result {
    let emulator = Emulator::start().await?;
    let http = recorder::http_client()?.no_proxy().build()?;
    for (path, item) in paths(&control_document()?) {
        let url = format!("{}{}", emulator.auth_url(), path.replace(['{', '}'], ""));
        let allowed = http.request(Method::OPTIONS, url).send().await?;
        assert_eq!(allowed.status(), 405, "{path}");
        let allowed: BTreeSet<_> = allowed.headers()["allow"].to_str()?.split(',').map(str::to_lowercase).collect();
        let documented = METHODS.into_iter().filter(|method| item.get(method).is_some()).map(str::to_owned);
        // axum responds to HEAD where it responds to GET.
        let head = item.get("get").map(|_| "head".to_owned());
        assert_eq!(allowed, documented.chain(head).collect(), "{path}");
    }
    Ok(())
}

/// A client that holds what is sent and received to the OpenAPI document.
struct Judge {
    document: Document,
    emulator: Emulator,
    http: reqwest::Client,
    /// The operations that have succeeded.
    succeeded: BTreeSet<String>,
}

impl Judge {
    /// Sends a request of an operation, with its path parameters in front of a query.
    async fn send(&mut self, status: u16, id: &str, suffix: &str, body: Option<Value>) -> Result<Value> {
        let found = paths(&self.document).flat_map(|(path, item)| METHODS.map(|method| (path, method, &item[method])));
        let (path, method, operation) =
            found.into_iter().find(|(.., operation)| operation["operationId"] == id).ok_or(format!("no {id}"))?;
        let path = path.split('{').next().unwrap_or_default();
        let url = format!("{}{path}{suffix}", self.emulator.auth_url());
        let case = format!("{method} {path}{suffix} with {body:?}");
        let mut request = self.http.request(method.to_uppercase().parse()?, url);
        if let Some(body) = &body {
            if status < 300 {
                let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
                assert_eq!(self.problems(schema, body)?, [""; 0], "the body of {case}");
            }
            request = request.json(body);
        }
        let response = request.send().await?;
        assert_eq!(response.status(), status, "{case}");
        let described =
            operation["responses"].get(status.to_string()).ok_or(format!("{case}: {status} is undocumented"))?;
        let described = resolve(&self.document, described);
        for name in described["headers"].as_object().into_iter().flatten().map(|(name, _)| name) {
            assert!(response.headers().contains_key(name), "{case}: no {name}");
        }
        let content_type = response.headers().get("content-type").map(|value| value.to_str().map(str::to_owned));
        let text = response.text().await?;
        let value = match content_type.transpose()? {
            None => Value::Null,
            Some(content_type) => {
                let content = described["content"].get(content_type.split(';').next().unwrap_or_default());
                let content = content.ok_or(format!("{case}: {content_type} is undocumented"))?;
                let value = serde_json::from_str(&text).unwrap_or(json!(text));
                assert_eq!(self.problems(&content["schema"], &value)?, [""; 0], "{case}: {value:#}");
                value
            }
        };
        if status < 300 {
            self.succeeded.insert(id.to_owned());
        }
        Ok(value)
    }

    fn problems(&self, schema: &Value, value: &Value) -> Result<Vec<String>> {
        let mut schema = json!({ "allOf": [schema], "components": self.document.root["components"] });
        nullable_types(&mut schema);
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        let validator = options.build(&schema)?;
        Ok(validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect())
    }
}

/// Says `nullable: true` of OpenAPI 3.0 in JSON Schema.
fn nullable_types(schema: &mut Value) {
    if schema["nullable"] == true {
        schema["type"] = json!([schema["type"], "null"]);
    }
    match schema {
        Value::Object(object) => object.values_mut().for_each(nullable_types),
        Value::Array(items) => items.iter_mut().for_each(nullable_types),
        _ => {}
    }
}

#[tokio::test]
async fn requests_and_responses_follow_the_document() -> Result {
    let emulator = Emulator::builder().users(8).start().await?;
    let (locked_out, _) =
        emulator.users().into_iter().find(|(_, s)| *s == Status::PasswordLockedOut).ok_or("nobody")?;
    let url = format!("{}/environments/{}/users/{locked_out}/password", emulator.api_url(), emulator.environment_id());
    let http = recorder::http_client()?.no_proxy().build()?;
    let unlock = http.post(&url).bearer_auth(emulator.access_token());
    unlock.header("content-type", "application/vnd.pingidentity.password.unlock+json").send().await?;
    http.post(&url).body("null").send().await?;
    let mut judge = Judge { document: control_document()?, emulator, http, succeeded: BTreeSet::new() };

    assert_eq!(judge.send(200, "listRequests", "?limit=10", None).await?.as_array().map(Vec::len), Some(2));
    judge.send(400, "listRequests", "?status=none", None).await?;
    judge.send(200, "countRequests", "?operation=unlockPassword", None).await?;
    judge.send(400, "countRequests", "?operation=unlock", None).await?;
    judge.send(204, "clearRequests", "", None).await?;

    judge.send(200, "listUsers", "", None).await?;
    judge.send(400, "listUsers", "?status=LOCKED", None).await?;
    let everything = json!({
        "username": "ada", "email": "ada@example.com", "given_name": "Ada", "family_name": "Lovelace", "enabled": false,
        "population_id": "00000000-0000-4000-8000-000000000001", "status": "PASSWORD_LOCKED_OUT", "account_locked": true,
        "seconds_until_unlock": null,
    });
    let user = judge.send(201, "addUser", "", Some(everything.clone())).await?;
    let id = user["id"].as_str().ok_or("no ID")?;
    judge.send(409, "addUser", "", Some(everything)).await?;
    judge.send(400, "addUser", "", Some(json!({ "name": "ada" }))).await?;
    judge.send(415, "addUser", "", None).await?;
    judge.send(413, "addUser", "", Some(json!({ "username": "x".repeat(3 * 1024 * 1024) }))).await?;
    judge.send(200, "readUser", id, None).await?;
    judge.send(400, "readUser", "ada", None).await?;
    let change = json!({ "status": "OK", "enabled": true, "account_locked": false, "seconds_until_unlock": 5 });
    judge.send(200, "changeUser", id, Some(change)).await?;
    judge.send(204, "removeUser", id, None).await?;
    for operation in ["readUser", "removeUser"] {
        judge.send(404, operation, id, None).await?;
    }
    judge.send(404, "changeUser", id, Some(json!({}))).await?;

    let fault = json!({ "fault": "reset-after", "operation": "unlockPassword", "count": 2 });
    judge.send(201, "queueFault", "", Some(fault)).await?;
    judge.send(201, "queueFault", "", Some(json!({ "fault": "none", "operation": null }))).await?;
    judge.send(400, "queueFault", "", Some(json!({ "fault": "earthquake" }))).await?;
    let random = json!({ "probability": 0.5, "seed": 1, "faults": ["bad-gateway"] });
    judge.send(200, "setRandomFaults", "", Some(random)).await?;
    judge.send(400, "setRandomFaults", "", Some(json!({ "probability": 2 }))).await?;
    judge.send(200, "listFaults", "", None).await?;
    judge.send(204, "clearRandomFaults", "", None).await?;
    judge.send(204, "clearFaults", "", None).await?;

    assert_eq!(judge.send(200, "listEvents", "", None).await?.as_array().map(Vec::len), Some(2));
    judge.send(400, "listEvents", "?user_id=ada", None).await?;
    judge.send(200, "readClock", "", None).await?;
    judge.send(200, "advanceClock", "", Some(json!({ "advance_seconds": 60 }))).await?;
    judge.send(400, "advanceClock", "", Some(json!({ "advance_seconds": -1 }))).await?;

    let wanted = json!({ "role": "identity-data-read-only", "population_id": null, "lifetime_seconds": 60 });
    let token = judge.send(201, "issueToken", "", Some(wanted)).await?;
    judge.send(400, "issueToken", "", Some(json!({ "role": "owner" }))).await?;
    judge.send(200, "listTokens", "", None).await?;
    let token = token["id"].as_str().ok_or("no ID")?;
    judge.send(204, "revokeToken", token, None).await?;
    judge.send(404, "revokeToken", token, None).await?;
    judge.send(400, "revokeToken", "first", None).await?;
    judge.send(204, "revokeTokens", "", None).await?;

    judge.send(200, "readSettings", "", None).await?;
    let bytes = json!({ "request": "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" });
    judge.send(200, "exchange", "", Some(bytes)).await?;
    judge.send(200, "readDocument", "", None).await?;
    judge.send(204, "reset", "", None).await?;

    let operations = paths(&judge.document).flat_map(|(_, item)| METHODS.map(|method| &item[method]));
    let operations: BTreeSet<_> = operations.filter_map(|operation| operation["operationId"].as_str()).collect();
    // It doesn't end; the emulator's own tests read it.
    let succeeded: BTreeSet<_> = judge.succeeded.iter().map(String::as_str).chain(["stream"]).collect();
    assert_eq!(succeeded, operations);
    Ok(())
}
