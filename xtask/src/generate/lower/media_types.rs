//! Takes out the media types.

use std::collections::BTreeMap;

use heck::ToSnakeCase;
use serde_json::{Map, Value, json};

use super::walk::each_operation;
use crate::generate::Error;
use crate::generate::load;
use crate::generate::media_type::is_json;

/// The request of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The `operationId`.
    pub id: String,
    /// The summary.
    pub summary: Option<String>,
    /// The URL of the vendor's page.
    pub page: Option<String>,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The fragment of the path key.
    pub fragment: Option<String>,
    /// The media type sent as `Content-Type`.
    pub media_type: Option<String>,
    /// Whether the request has a body.
    pub has_body: bool,
    /// Whether the operation can be retried without a state check.
    pub is_idempotent: bool,
    /// The media types of the responses, as sent in `Accept`.
    pub accept: Option<String>,
}

impl Operation {
    /// Returns whether the request is sent with `Content-Length: 0`, as a write without a body has to be.
    #[must_use]
    pub fn says_empty(&self) -> bool {
        !self.has_body && ["POST", "PUT", "PATCH"].contains(&self.method.as_str())
    }
}

/// Takes out the media types: bodies of requests and responses become `application/json`, or are removed.
pub(super) fn take_operations(root: &mut Value) -> Result<BTreeMap<String, Operation>, Error> {
    let mut operations = BTreeMap::new();
    let mut unnamed = None;
    each_operation(root, |path_key, method, node| {
        let Some(id) = node["operationId"].as_str().map(str::to_owned) else {
            unnamed = Some(format!("{method} {path_key}"));
            return;
        };
        let content = node["requestBody"]["content"].as_object().and_then(|content| content.iter().next());
        let media_type = content.map(|(media_type, _)| media_type.clone());
        let schema = content.and_then(|(_, content)| content.get("schema")).cloned();
        let (path, fragment) = match path_key.split_once('#') {
            Some((path, fragment)) => (path, Some(fragment.to_owned())),
            None => (path_key, None),
        };
        let text = |node: &Value| node.as_str().map(|text| text.trim().to_owned());
        let operation = Operation {
            summary: text(&node["summary"]),
            page: text(&node["externalDocs"]["url"]),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            fragment,
            media_type,
            has_body: schema.is_some(),
            is_idempotent: node[load::IDEMPOTENT] == true,
            accept: accept(&node["responses"]),
            id,
        };
        let name = operation.id.to_snake_case();
        node["operationId"] = json!(name);
        match schema {
            Some(schema) => {
                node["requestBody"] =
                    json!({ "required": true, "content": { "application/json": { "schema": schema } } });
            }
            None => {
                if let Some(node) = node.as_object_mut() {
                    node.remove("requestBody");
                }
            }
        }
        for response in node["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
            let content = response["content"].as_object().into_iter().flatten();
            let schema = content.filter(|(name, _)| is_json(name)).find_map(|(_, content)| content.get("schema"));
            *response = match schema {
                Some(schema) => {
                    json!({ "description": response["description"], "content": { "application/json": { "schema": schema } } })
                }
                None => json!({ "description": response["description"] }),
            };
        }
        operations.insert(name, operation);
    });
    match unnamed {
        Some(operation) => Err(Error::Generator(format!("{operation} has no operationId"))),
        None => Ok(operations),
    }
}

/// Returns the media types of all responses, each once.
fn accept(responses: &Value) -> Option<String> {
    let mut accept: Vec<&str> = Vec::new();
    for response in responses.as_object().into_iter().flat_map(Map::values) {
        for media_type in response["content"].as_object().into_iter().flat_map(Map::keys) {
            if !accept.contains(&media_type.as_str()) {
                accept.push(media_type);
            }
        }
    }
    (!accept.is_empty()).then(|| accept.join(", "))
}
