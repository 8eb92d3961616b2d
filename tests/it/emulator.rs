//! The emulator's responses, each valid for the schema that the OpenAPI document has for its status.

use std::fmt::Display;

use jsonschema::{Draft, Validator};
use pingone_password_emulator::{Emulator, NewUser, Status};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use xtask::generate::load::{Document, Operation};

use crate::document::{document, name, resolve};
use crate::{Result, TOKEN};

const UNLOCK: &str = "application/vnd.pingidentity.password.unlock+json";

type Headers<'a> = &'a [(&'a str, &'a str)];

/// The OpenAPI document's schemas, and a plain HTTP client.
struct Judge {
    document: Document,
    http: reqwest::Client,
}

impl Judge {
    fn new() -> Result<Self> {
        Ok(Self { document: document(), http: recorder::http_client()?.no_proxy().build()? })
    }

    /// Sends a request, and expects a response of this status with a valid body, which it returns.
    async fn expect(&self, status: u16, method: Method, url: &str, headers: Headers<'_>) -> Result<Value> {
        let mut request = self.http.request(method.clone(), url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let case = format!("{method} {url} with {headers:?}");
        let response = request.send().await?;
        assert_eq!(response.status(), status, "{case}");
        let schema = self.schema(&method, &response, headers);
        let body: Value = serde_json::from_slice(&response.bytes().await?)?;
        let known = without_additional(body.clone());
        assert_eq!(problems(&self.validator(&schema, Members::OnlyKnown)?, &known), [""; 0], "{case}: {body:#}");
        Ok(body)
    }

    /// Returns the name of a response's schema, by the request's method, path and media type, and the response's status and
    /// `Content-Type`.
    fn schema(&self, method: &Method, response: &Response, sent: Headers<'_>) -> String {
        let status = response.status().as_u16();
        let sent = sent.iter().find(|(name, _)| *name == "content-type").map(|(_, media_type)| *media_type);
        let is_path = |operation: &Operation<'_>| {
            let (template, path) =
                (operation.path().split('/'), response.url().path().trim_start_matches("/v1").split('/'));
            template.clone().count() == path.clone().count()
                && template.zip(path).all(|(name, segment)| name.starts_with('{') || name == segment)
        };
        let is_method = |operation: &Operation<'_>| method.as_str().eq_ignore_ascii_case(operation.method);
        let is_media_type = |operation: &Operation<'_>| {
            let body = operation.node.get("requestBody").map(|body| &resolve(&self.document, body)["content"]);
            sent.is_none_or(|sent| body.is_some_and(|content| content.get(sent).is_some()))
        };
        let on_path: Vec<_> = self.document.operations().filter(is_path).collect();
        // A request that is no operation is rejected like one that is.
        let exact = on_path.iter().find(|operation| is_method(operation) && is_media_type(operation));
        let operation = exact.or(on_path.iter().find(|operation| is_method(operation))).or(on_path.first());
        let operation = operation.unwrap_or_else(|| panic!("no operation on {}", response.url()));
        let responses = &operation.node["responses"];
        let exact = responses.get(status.to_string());
        let described = exact.or_else(|| responses.get(format!("{}XX", status / 100)));
        let described = described.unwrap_or_else(|| panic!("no response {status} for {method}"));
        let content_type = response.headers()["content-type"].to_str().unwrap();
        let media_type = content_type.split(';').next().unwrap().trim();
        let content = resolve(&self.document, described)["content"].get(media_type);
        let content = content.unwrap_or_else(|| panic!("no {media_type} for {method} {status}"));
        name(&content["schema"]).unwrap().to_owned()
    }

    fn validator(&self, schema: &str, members: Members) -> Result<Validator> {
        let mut components = self.document.root["components"]["schemas"].clone();
        if members == Members::OnlyKnown {
            let schemas = components.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut);
            for schema in schemas.filter(|schema| schema.get("properties").is_some()) {
                schema["additionalProperties"] = json!(false);
            }
        }
        let schema = json!({
            "$ref": format!("#/components/schemas/{schema}"),
            "components": { "schemas": components },
        });
        Ok(jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true).build(&schema)?)
    }
}

/// Which properties a body may have. The schemas are open for the properties of the future, which would hide a misspelt one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Members {
    Any,
    OnlyKnown,
}

fn problems(validator: &Validator, body: &Value) -> Vec<String> {
    validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn password_url(emulator: &Emulator, environment: impl Display, user: impl Display) -> String {
    format!("{}/environments/{environment}/users/{user}/password", emulator.api_url())
}

#[tokio::test]
async fn states_are_valid() -> Result {
    let judge = Judge::new()?;
    let emulator = Emulator::start().await?;
    let bearer = format!("Bearer {}", emulator.access_token());
    let token = ("authorization", bearer.as_str());
    for status in Status::ALL {
        let user = emulator.add_user(status);
        let url = password_url(&emulator, emulator.environment_id(), user);
        let state = judge.expect(200, Method::GET, &url, &[token]).await?;
        assert_eq!(state["status"], status.as_str());
        let expanded = judge.expect(200, Method::GET, &format!("{url}?expand=passwordPolicy"), &[token]).await?;
        assert!(expanded["_embedded"]["passwordPolicy"].is_object(), "{expanded:#}");

        let unlocked = judge.expect(200, Method::POST, &url, &[token, ("content-type", UNLOCK)]).await?;
        let now = if status == Status::PasswordLockedOut { Status::Ok } else { status };
        assert_eq!(unlocked["status"], now.as_str());
        assert_eq!(judge.expect(200, Method::GET, &url, &[token]).await?, unlocked);
    }
    let user = emulator.add_user(Status::PasswordLockedOut);
    emulator.set_seconds_until_unlock(user, None);
    let url = password_url(&emulator, emulator.environment_id(), user);
    let state = judge.expect(200, Method::GET, &url, &[token]).await?;
    assert_eq!(state.get("secondsUntilUnlock"), None);
    Ok(())
}

/// The emulator sends these properties of a user, and a client keeps them as additional ones.
fn without_additional(mut body: Value) -> Value {
    if let Some(users) = body.pointer_mut("/_embedded/users").and_then(Value::as_array_mut) {
        for user in users {
            *user = without_additional(user.take());
        }
    } else if let Some(user) = body.as_object_mut() {
        user.retain(|name, _| !["mfaEnabled", "verifyStatus"].contains(&name.as_str()));
    }
    body
}

#[tokio::test]
async fn users_are_valid() -> Result {
    let judge = Judge::new()?;
    for embed_password in [false, true] {
        let emulator = Emulator::builder().page_size(3).embed_password(embed_password).start().await?;
        let bearer = format!("Bearer {}", emulator.access_token());
        let token = ("authorization", bearer.as_str());
        for status in Status::ALL {
            emulator.add_user(status);
        }
        let locked = emulator.add_user(Status::PasswordLockedOut);
        emulator.lock_account_until(locked, chrono::Utc::now() + chrono::TimeDelta::hours(1));
        emulator.lock_account(emulator.add(NewUser::default().username("no name, no email address"))?);

        let users = format!("{}/environments/{}/users", emulator.api_url(), emulator.environment_id());
        let mut found = 0;
        let mut url = Some(format!("{users}?limit=100"));
        while let Some(page) = url {
            let page = judge.expect(200, Method::GET, &page, &[token]).await?;
            found += page["_embedded"]["users"].as_array().map_or(0, Vec::len);
            url = page["_links"]["next"]["href"].as_str().map(str::to_owned);
        }
        assert_eq!(found, emulator.users().len());
        let nobody = judge.expect(200, Method::GET, &format!("{users}?filter=username+eq+%22-%22"), &[token]).await?;
        assert_eq!(nobody.get("_embedded"), None);

        for (id, _) in emulator.users() {
            let url = format!("{users}/{id}");
            let before = judge.expect(200, Method::GET, &url, &[token]).await?;
            assert_eq!(before["id"], id.to_string());
            let unlock = ("content-type", "application/vnd.pingidentity.account.unlock+json");
            let after = judge.expect(200, Method::POST, &url, &[token, unlock]).await?;
            assert_eq!(judge.expect(200, Method::GET, &url, &[token]).await?, after);
        }
        for (status, url, headers) in [
            (400, format!("{users}?filter=nonsense"), &[token][..]),
            (400, format!("{users}?cursor=nonsense"), &[token]),
            (401, users.clone(), &[]),
            (404, format!("{users}/{}", emulator.environment_id()), &[token]),
        ] {
            judge.expect(status, Method::GET, &url, headers).await?;
        }
        judge.expect(415, Method::POST, &format!("{users}/{locked}"), &[token, ("content-type", UNLOCK)]).await?;
    }
    Ok(())
}

#[tokio::test]
async fn errors_are_valid() -> Result {
    let judge = Judge::new()?;
    let emulator = Emulator::start().await?;
    let user = emulator.add_user(Status::PasswordLockedOut);
    let environment = emulator.environment_id();
    let bearer = format!("Bearer {}", emulator.access_token());
    let token = ("authorization", bearer.as_str());
    let wrong_token = ("authorization", &*format!("Bearer {TOKEN}"));
    let unlock = ("content-type", UNLOCK);
    let url = password_url(&emulator, environment, user);
    let no_user = password_url(&emulator, environment, environment);
    let elsewhere = password_url(&emulator, user, user);
    let no_id = password_url(&emulator, environment, "not-a-uuid");
    let expand = format!("{url}?expand=everything");
    let other = ("content-type", "application/vnd.pingidentity.password.check+json");
    let cases: [(u16, &str, Method, &str, Headers<'_>); 13] = [
        (401, "ACCESS_FAILED", Method::GET, &url, &[]),
        (401, "ACCESS_FAILED", Method::GET, &url, &[wrong_token]),
        (401, "ACCESS_FAILED", Method::POST, &url, &[wrong_token, unlock]),
        (403, "ACCESS_FAILED", Method::GET, &elsewhere, &[token]),
        (403, "ACCESS_FAILED", Method::POST, &elsewhere, &[token, unlock]),
        (404, "NOT_FOUND", Method::GET, &no_user, &[token]),
        (404, "NOT_FOUND", Method::POST, &no_user, &[token, unlock]),
        (400, "INVALID_REQUEST", Method::GET, &no_id, &[token]),
        (400, "INVALID_REQUEST", Method::GET, &expand, &[token]),
        (405, "INVALID_REQUEST", Method::PUT, &url, &[token, unlock]),
        (415, "INVALID_REQUEST", Method::POST, &url, &[token]),
        (415, "INVALID_REQUEST", Method::POST, &url, &[token, other]),
        (415, "INVALID_REQUEST", Method::POST, &url, &[token, unlock, unlock]),
    ];
    for (status, code, method, url, headers) in cases {
        let error = judge.expect(status, method.clone(), url, headers).await?;
        assert_eq!(error["code"], code, "{method} {url}");
    }
    assert_eq!(emulator.status(user), Some(Status::PasswordLockedOut), "no request unlocked the user");
    Ok(())
}

#[test]
fn a_broken_state_is_invalid() -> Result {
    let judge = Judge::new()?;
    let good = json!({
        "status": "OK",
        "lastChangedAt": "2019-01-08T20:18:31.264Z",
        "user": { "id": "c3042000-188f-4bc7-a269-dee1602cf7af" },
    });
    let (open, strict) =
        (judge.validator("PasswordState", Members::Any)?, judge.validator("PasswordState", Members::OnlyKnown)?);
    assert_eq!(problems(&open, &good), [""; 0]);
    assert_eq!(problems(&strict, &good), [""; 0]);

    let mut broken = good.clone();
    broken.as_object_mut().ok_or("no object")?.remove("status");
    assert_eq!(problems(&open, &broken), [": \"status\" is a required property"]);
    for (at, value) in [
        ("status", json!("UNLOCKED")),
        ("lastChangedAt", json!("yesterday")),
        ("user", json!({ "id": "somebody" })),
        ("secondsUntilUnlock", json!("240")),
    ] {
        let mut broken = good.clone();
        broken[at] = value;
        assert!(!open.is_valid(&broken), "{broken}");
    }
    let mut misspelt = good;
    misspelt["lastchangedat"] = json!("2019-01-08T20:18:31.264Z");
    assert!(open.is_valid(&misspelt) && !strict.is_valid(&misspelt));
    Ok(())
}
