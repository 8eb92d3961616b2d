//! Parameters in the query and in headers.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Lint;
use super::secrets::is_named_like_a_secret;
use crate::generate::load::{Operation, Pointer};
use crate::generate::shape::Shape;

/// The headers that the client sends itself.
const OWN_HEADERS: [&str; 11] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "cookie",
    "expect",
    "host",
    "proxy-authorization",
    "te",
    "transfer-encoding",
    "user-agent",
];

impl<'a> Lint<'a, '_> {
    /// Every parameter is sent as the document says, and none is a secret.
    pub(super) fn parameters(&mut self, operation: &Operation<'a>) {
        let mut seen = BTreeSet::new();
        for (node, at) in self.document.parameters(operation) {
            let name = node["name"].as_str().unwrap_or_default();
            let location = node["in"].as_str().unwrap_or_default();
            if !seen.insert((name.to_lowercase(), location)) {
                self.find(&at, format!("the parameter `{name}` is declared twice"), "declare it once");
            }
            match location {
                "path" | "query" => {}
                "header" => self.header(name, &at),
                "cookie" => self.find(&at, "cookies are not supported", "remove the parameter"),
                other => self.find(
                    &at,
                    format!("a parameter can't be in `{other}`"),
                    "write `in: query`, `header` or `path`",
                ),
            }
            self.serialization(node, location, &at);
            self.parameter_type(node, name, location, &at);
        }
    }

    fn header(&mut self, name: &str, at: &Pointer) {
        let lower = name.to_ascii_lowercase();
        if ["content-type", "accept", "authorization"].contains(&lower.as_str()) {
            let help = "declare the media type in `requestBody.content` or the response, and the token in `security`";
            self.find(at, format!("OpenAPI ignores a header parameter named `{name}`"), help);
        } else if OWN_HEADERS.contains(&lower.as_str()) {
            self.find(at, format!("the client sends the header `{name}` itself"), "remove the parameter");
        } else if http::HeaderName::from_bytes(name.as_bytes()).is_err() {
            self.find(at, format!("`{name}` is not a valid header name"), "use letters, digits and hyphens");
        }
    }

    fn serialization(&mut self, node: &'a Value, location: &str, at: &Pointer) {
        if node.get("content").is_some() {
            self.find(&at.child("content"), "`content` of a parameter is not supported", "write a `schema`");
        } else if node.get("schema").is_none() {
            self.find(at, "the parameter has no schema", "add a `schema`");
        }
        let default_style = if location == "query" { "form" } else { "simple" };
        if let Some(style) = node["style"].as_str().filter(|style| *style != default_style) {
            self.find(
                &at.child("style"),
                format!("the style `{style}` is not supported"),
                format!("write `style: {default_style}`"),
            );
        }
        let is_list = self.document.resolve(&node["schema"], at).is_some_and(|(schema, _)| schema["type"] == "array");
        if location == "query" && is_list && node["explode"] == false {
            let help = "write `explode: true`, or declare a string with commas";
            self.find(&at.child("explode"), "a list with commas is not supported", help);
        }
        for key in ["allowReserved", "allowEmptyValue"] {
            if node[key] == true {
                self.find(&at.child(key), format!("`{key}` is not supported: values are always encoded"), "remove it");
            }
        }
    }

    fn parameter_type(&mut self, node: &'a Value, name: &str, location: &str, at: &Pointer) {
        let Some(schema) = node.get("schema") else { return };
        let at = at.child("schema");
        let shape = Shape::of(self.document, schema, &at, self.findings);
        if shape.is_secret() || (is_named_like_a_secret(name) && schema["x-secret"] != false) {
            let problem = format!("the parameter `{name}` is a secret, and URLs and headers end up in logs");
            self.find(&at, problem, "make it a property of the request body, or write `x-secret: false`");
        }
        let is_sendable = |shape: &Shape<'_>| match shape.text("type") {
            Some("string") => location != "header" || !shape.text("format").is_some_and(|format| format.starts_with("date")),
            Some("integer" | "number" | "boolean") => true,
            _ => false,
        } && !shape.is_union;
        let is_list = location == "query" && shape.text("type") == Some("array") && !shape.is_union;
        let items = shape.items.as_ref().filter(|_| is_list);
        let items = items.map(|(items, at)| Shape::of(self.document, items, at, self.findings));
        if location != "path" && !is_sendable(&shape) && !items.is_some_and(|items| is_sendable(&items)) {
            let kinds = if location == "query" {
                "a string, number, boolean, or a list of them"
            } else {
                "a string, number or boolean"
            };
            self.find(&at, format!("the parameter `{name}` can't be sent as text"), format!("declare {kinds}"));
        }
    }
}
