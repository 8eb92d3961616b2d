//! What a document must keep to so that a correct client can be generated from it.
//!
//! Each rule is one function. All of them run, and all findings are reported at once.

use std::collections::BTreeMap;

use heck::{ToSnakeCase, ToUpperCamelCase};
use mediatype::MediaType;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::media::is_json;
use crate::spec::{Document, Finding, IDEMPOTENT, Operation, Pointer};

/// Everything in the document that can't be generated from, in the order of its lines.
#[must_use]
pub fn lint(document: &Document) -> Vec<Finding> {
    let mut lint = Lint { document, findings: Vec::new() };
    lint.version();
    lint.references(&document.root, &Pointer::default());
    if lint.findings.is_empty() {
        // The rules below follow references.
        lint.operation_ids();
        lint.methods();
        lint.idempotence();
        lint.same_request();
        lint.schemas();
        for operation in document.operations() {
            lint.path_parameters(&operation);
            lint.parameters(&operation);
            lint.request_body(&operation);
            lint.responses(&operation);
        }
    }
    if lint.findings.is_empty() {
        // Last, because its message knows the place least well.
        lint.structure();
    }
    lint.findings.sort();
    lint.findings.dedup();
    lint.findings
}

struct Lint<'a> {
    document: &'a Document,
    findings: Vec<Finding>,
}

impl<'a> Lint<'a> {
    fn find(&mut self, at: &Pointer, problem: impl Into<String>, advice: impl Into<String>) {
        let line = self.document.line(at);
        self.findings.push(Finding { line, at: at.clone(), problem: problem.into(), advice: advice.into() });
    }

    /// OpenAPI 3.0.x, and a version of the document that can stand in a header.
    fn version(&mut self) {
        let root = &self.document.root;
        let at = Pointer::default().child("openapi");
        match root["openapi"].as_str() {
            Some(version) if version == "3.0" || version.starts_with("3.0.") => {}
            Some(version) => self.find(&at, format!("OpenAPI {version} is not supported"), "openapi: 3.0.3"),
            None => self.find(&at, "the version of OpenAPI is missing", "openapi: 3.0.3"),
        }
        let at = Pointer::default().child("info").child("version");
        match root["info"]["version"].as_str() {
            Some(version) if !version.is_empty() && version.chars().all(|c| c.is_ascii_graphic()) => {}
            Some(_) => self.find(&at, "the version has characters outside of ASCII", "a version such as 1.0.0"),
            None => self.find(&at, "the document's version is missing", "a version in quotes, such as '1.0.0'"),
        }
    }

    /// Every `$ref` names something in this document.
    fn references(&mut self, node: &'a Value, at: &Pointer) {
        match node {
            Value::Object(object) => {
                if let Some(target) = node.get("$ref").and_then(Value::as_str) {
                    if !target.starts_with("#/") {
                        let problem = format!("`{target}` is in another document");
                        self.find(at, problem, "a reference into this document, `#/components/…`");
                    } else if self.document.resolve(node, at).is_none() {
                        let problem = format!("`{target}` names nothing, or itself");
                        self.find(at, problem, "the name of a component that is in the document");
                    }
                }
                for (name, child) in object {
                    // What an example holds is data.
                    if name != "example" && !(name == "value" && at.as_str().contains("/examples/")) {
                        self.references(child, &at.child(name));
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.references(item, &at.child(&index.to_string()));
                }
            }
            _ => {}
        }
    }

    /// The document is OpenAPI in every other respect, too.
    fn structure(&mut self) {
        let advice = "what https://spec.openapis.org/oas/v3.0.3 prescribes";
        for operation in self.document.operations() {
            if let Err(error) = openapiv3::Operation::deserialize(operation.node) {
                self.find(&operation.at, format!("not an operation: {error}"), advice);
            }
        }
        let components = Pointer::default().child("components");
        if let Err(error) = Option::<openapiv3::Components>::deserialize(&self.document.root["components"]) {
            self.find(&components, format!("not components: {error}"), advice);
        }
        if let (true, Err(error)) = (self.findings.is_empty(), openapiv3::OpenAPI::deserialize(&self.document.root)) {
            self.find(&Pointer::default(), format!("not an OpenAPI document: {error}"), advice);
        }
    }

    /// Every operation has a name, and no two become the same method.
    fn operation_ids(&mut self) {
        let mut seen: BTreeMap<String, Pointer> = BTreeMap::new();
        for operation in self.document.operations() {
            let at = operation.at.child("operationId");
            let Some(id) = operation.id() else {
                self.find(&operation.at, "the operation has no operationId", "operationId: verbAndNoun");
                continue;
            };
            let name = id.to_snake_case();
            if syn::parse_str::<syn::Ident>(&name).is_err() {
                self.find(&at, format!("`{id}` can't be a method's name"), "operationId: verbAndNoun");
            } else if let Some(first) = seen.get(&name) {
                let problem = format!("`{id}` is the operation at line {}, too", self.document.line(first));
                self.find(&at, problem, "a name of its own for each operation");
            } else {
                seen.insert(name, at);
            }
        }
    }

    /// A method that reads or writes.
    fn methods(&mut self) {
        for operation in self.document.operations() {
            if ["head", "options", "trace"].contains(&operation.method) {
                let problem = format!("{} neither reads nor changes anything", operation.method.to_uppercase());
                self.find(&operation.at, problem, "get, post, put, patch or delete");
            }
        }
    }

    /// Every operation says whether it may be repeated without a look, because no client can guess it.
    fn idempotence(&mut self) {
        for operation in self.document.operations() {
            let at = operation.at.child(IDEMPOTENT);
            match operation.node.get(IDEMPOTENT) {
                Some(Value::Bool(false)) if operation.method == "get" => {
                    let problem = format!("a {} is idempotent", operation.method.to_uppercase());
                    self.find(&at, problem, format!("{IDEMPOTENT}: true"));
                }
                Some(Value::Bool(_)) => {}
                _ => {
                    let problem = format!("the operation doesn't say whether it is idempotent: {IDEMPOTENT}");
                    self.find(&at, problem, format!("{IDEMPOTENT}: true, where a repeat changes nothing, or false"));
                }
            }
        }
    }

    /// Operations on one path and method differ in their media type.
    fn same_request(&mut self) {
        let mut seen: BTreeMap<(String, String, Option<String>), Pointer> = BTreeMap::new();
        for operation in self.document.operations() {
            let media_type = self.media_types(&operation).and_then(|(types, _)| types.first().cloned());
            // The names of path parameters don't go over the wire.
            let path = operation.path().split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
            let path = path.collect::<Vec<_>>().join("/");
            let request = (operation.method.to_owned(), path, media_type.map(|name| name.to_ascii_lowercase()));
            if let Some(first) = seen.get(&request) {
                let problem =
                    format!("no request tells it apart from the operation at line {}", self.document.line(first));
                self.find(&operation.at, problem, "a media type of its own for each operation on one path");
            } else {
                seen.insert(request, operation.at);
            }
        }
    }

    /// Every name in the path is a required parameter, and a UUID. The environment and the user are there.
    fn path_parameters(&mut self, operation: &Operation<'a>) {
        let place = |name| operation.path().find(name);
        if place("{environmentId}").is_none_or(|environment| place("{userId}").is_none_or(|user| user < environment)) {
            let problem = "the path lacks `{environmentId}`, or `{userId}` behind it: a client is for the users of one environment";
            self.find(&operation.at, problem, "/environments/{environmentId}/users/{userId}/…");
        }
        let parameters = self.parameters_of(operation);
        for name in operation.path().split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            let declared = parameters.iter().find(|(node, _)| node["in"] == "path" && node["name"] == name);
            let Some((node, at)) = declared else {
                let problem = format!("the path parameter `{name}` is not declared");
                self.find(&operation.at, problem, "a parameter with `in: path`, `required: true` and `format: uuid`");
                continue;
            };
            let at = at.child("schema");
            let schema = self.document.resolve(&node["schema"], &at).map(|(schema, _)| schema);
            let is_uuid = schema.is_some_and(|schema| schema["type"] == "string" && schema["format"] == "uuid");
            if !is_uuid {
                let problem =
                    format!("the path parameter `{name}` is no UUID: `..` in its place would reach another resource");
                self.find(&at, problem, "type: string, format: uuid");
            }
        }
    }

    /// Parameters that would be ignored, or would put a secret where it shows.
    fn parameters(&mut self, operation: &Operation<'a>) {
        for (node, at) in self.parameters_of(operation) {
            let name = node["name"].as_str().unwrap_or_default();
            let reserved = ["content-type", "accept", "authorization"].contains(&name.to_ascii_lowercase().as_str());
            if node["in"] == "header" && reserved {
                let advice = "the media type in `requestBody.content` or the response, the token in `security`";
                self.find(&at, format!("OpenAPI ignores a header parameter named `{name}`"), advice);
            }
            let schema = self.document.resolve(&node["schema"], &at).map(|(schema, _)| schema);
            if schema.is_some_and(|schema| schema["format"] == "password") {
                let problem = format!("the parameter `{name}` is secret, and would be seen in URLs, headers and logs");
                self.find(&at, problem, "a property of the request body");
            }
        }
    }

    /// One media type for one request body, named by the path's fragment.
    fn request_body(&mut self, operation: &Operation<'a>) {
        let Some((media_types, at)) = self.media_types(operation) else {
            if let Some(fragment) = operation.fragment() {
                let problem =
                    format!("the fragment `#{fragment}` stands for a media type, and there is no request body");
                self.find(&operation.at, problem, "a `requestBody` with that media type, or a path without fragment");
            }
            return;
        };
        let content = at.child("content");
        let [media_type] = media_types.as_slice() else {
            let problem = format!("the request body has {} media types", media_types.len());
            self.find(
                &content,
                problem,
                "one operation for each media type, on a path with a fragment: `…/password#unlock+json`",
            );
            return;
        };
        let here = content.child(media_type);
        match MediaType::parse(media_type) {
            Err(_) => self.find(&here, format!("`{media_type}` is no media type"), "type/subtype, in ASCII"),
            Ok(parsed) if parsed.ty == "*" || parsed.subty == "*" => {
                self.find(&here, format!("`{media_type}` is a range of media types"), "the one that goes out");
            }
            Ok(_) => {}
        }
        if let Some(fragment) = operation.fragment() {
            let action = media_type.rsplit(['.', '/']).next().unwrap_or_default();
            if fragment != action {
                let problem =
                    format!("the path's fragment `#{fragment}` is not the end of its media type `{media_type}`");
                self.find(&operation.at, problem, format!("{}#{action}", operation.path()));
            }
        }
        let Some(body) = self.document.root.pointer(at.as_str()) else { return };
        let required = body["required"] == true;
        let has_schema = body["content"][media_type].get("schema").is_some();
        if has_schema && !is_json(media_type) && !media_type.contains("/vnd.") {
            self.find(
                &here,
                format!("a body of `{media_type}` can't be sent"),
                "application/json, or a vendor type for a JSON body",
            );
        }
        if has_schema && !required {
            self.find(&at, "a body that may be left out can't be told by a type", "required: true");
        }
        if !has_schema && required {
            self.find(
                &at,
                "a body is required, and nothing says what it is",
                "a `schema`, or `required: false` where there is no body",
            );
        }
    }

    /// One success type and one error type, as JSON, without a catch-all.
    fn responses(&mut self, operation: &Operation<'a>) {
        let at = operation.at.child("responses");
        let mut classes: BTreeMap<&str, Vec<(Option<String>, Pointer)>> = BTreeMap::new();
        for (status, response) in operation.node["responses"].as_object().into_iter().flatten() {
            let at = at.child(status);
            let class = match status.as_bytes() {
                b"default" => {
                    self.find(&at, "`default` takes success and error alike", "the statuses: '200', 4XX, 5XX");
                    continue;
                }
                [b'2', ..] => "success",
                [b'4' | b'5', ..] => "error",
                _ => {
                    self.find(
                        &at,
                        format!("a response of `{status}` is neither success nor error"),
                        "a status of 2xx, 4xx or 5xx",
                    );
                    continue;
                }
            };
            if let Some((response, place)) = self.document.resolve(response, &at) {
                let schema = self.response_schema(response, &place);
                classes.entry(class).or_default().push((schema, at));
            }
        }
        if !classes.contains_key("success") {
            self.find(&at, "the operation never succeeds", "a response of 2xx");
        }
        for (class, schemas) in classes {
            let [(first, _), rest @ ..] = schemas.as_slice() else { continue };
            if let Some((_, at)) = rest.iter().find(|(schema, _)| schema != first) {
                self.find(at, format!("a second {class} type"), format!("the same schema for every {class} response"));
            }
        }
    }

    /// The one schema of a response, as text that can be compared.
    fn response_schema(&mut self, response: &Value, at: &Pointer) -> Option<String> {
        let mut schemas: Vec<String> = Vec::new();
        for (media_type, content) in response["content"].as_object().into_iter().flatten() {
            let at = at.child("content").child(media_type);
            if !is_json(media_type) {
                self.find(
                    &at,
                    format!("a response of `{media_type}` can't be decoded"),
                    "application/json, or a type that ends in +json",
                );
            } else if let Some(schema) = content.get("schema") {
                schemas.push(schema.to_string());
            } else {
                self.find(&at, "a response without a schema", "a `schema`, or no `content` where there is no body");
            }
        }
        if schemas.windows(2).any(|pair| pair[0] != pair[1]) {
            self.find(at, "the media types of one response differ in their schema", "the same schema for each");
        }
        schemas.pop()
    }

    /// Component schemas have names for Rust types, and all schemas stay open for what the vendor adds.
    fn schemas(&mut self) {
        for part in ["components", "paths"] {
            self.closed(&self.document.root[part], &Pointer::default().child(part));
        }
        let schemas = Pointer::default().child("components").child("schemas");
        for name in self.document.root["components"]["schemas"].as_object().into_iter().flat_map(Map::keys) {
            let at = schemas.child(name);
            let type_name = name.to_upper_camel_case();
            if *name != type_name || !name.is_ascii() {
                self.find(&at, format!("`{name}` is no name for a type"), type_name);
            }
        }
    }

    /// `additionalProperties: false`, at any depth.
    fn closed(&mut self, schema: &Value, at: &Pointer) {
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            let at = at.child("additionalProperties");
            self.find(&at, "the vendor adds properties at any time", "nothing: what isn't named is kept");
        }
        match schema {
            // What an example holds is data.
            Value::Object(object) => object
                .iter()
                .filter(|(name, _)| !["example", "examples"].contains(&name.as_str()))
                .for_each(|(name, child)| self.closed(child, &at.child(name))),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, child)| self.closed(child, &at.child(&index.to_string())));
            }
            _ => {}
        }
    }

    /// The media types of the operation's request body, and where the body is.
    fn media_types(&self, operation: &Operation<'a>) -> Option<(Vec<String>, Pointer)> {
        let at = operation.at.child("requestBody");
        let (body, at) = self.document.resolve(operation.node.get("requestBody")?, &at)?;
        let content = body["content"].as_object().into_iter().flatten();
        Some((content.map(|(name, _)| name.clone()).collect(), at))
    }

    /// The operation's parameters: its own, and those of its path.
    fn parameters_of(&self, operation: &Operation<'a>) -> Vec<(&'a Value, Pointer)> {
        let item = Pointer::default().child("paths").child(operation.path_key);
        let shared = &self.document.root["paths"][operation.path_key];
        [(operation.node, operation.at.clone()), (shared, item)]
            .into_iter()
            .flat_map(|(node, at)| {
                let at = at.child("parameters");
                let parameters = node["parameters"].as_array().into_iter().flatten().enumerate();
                parameters.map(move |(index, node)| (node, at.child(&index.to_string())))
            })
            .filter_map(|(node, at)| self.document.resolve(node, &at))
            .collect()
    }
}
