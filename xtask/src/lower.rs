//! Rewrites a truthful document to what progenitor accepts, and says what it took out.
//!
//! progenitor knows neither vendor media types, nor requests whose media type is all there is, nor servers that add what
//! the document doesn't name. Each step below takes one of these out of the document; `restore` puts it back into the
//! code. When progenitor learns one of them, its step goes.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};
use openapiv3::OpenAPI;
use serde_json::{Map, Value, json};

use crate::Error;
use crate::media::is_json;
use crate::spec::{self, Document, Pointer};

/// A document for progenitor, and what `restore` has to know.
#[derive(Debug)]
pub struct Lowered {
    /// What progenitor generates from.
    pub document: OpenAPI,
    /// The operations as they are, by the name of their method.
    pub operations: BTreeMap<String, Operation>,
    /// The types that a server sends.
    pub response_types: BTreeSet<String>,
    /// The types that a client sends.
    pub request_types: BTreeSet<String>,
    /// How many properties hold a secret.
    pub secrets: usize,
}

/// What a request of one operation is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The operationId, as it is written.
    pub id: String,
    /// What the operation does, in a few words.
    pub summary: Option<String>,
    /// The vendor's page on it.
    pub page: Option<String>,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The fragment of the path's key.
    pub fragment: Option<String>,
    /// What goes out as `Content-Type`.
    pub media_type: Option<String>,
    /// Whether a body follows.
    pub has_body: bool,
    /// Whether a repeat changes nothing.
    pub is_idempotent: bool,
    /// What may come back, as `Accept` lists it.
    pub accept: Option<String>,
}

impl Operation {
    /// Whether the request says that its body is empty: a write without one has to.
    #[must_use]
    pub fn says_empty(&self) -> bool {
        !self.has_body && ["POST", "PUT", "PATCH"].contains(&self.method.as_str())
    }
}

/// Lowers a document that has passed `lint`.
///
/// # Errors
///
/// Where a name that has to be made up is taken, or the result is no OpenAPI document.
pub fn lower(document: &Document) -> Result<Lowered, Error> {
    let mut root = document.root.clone();
    inline_operations(&mut root);
    let operations = take_operations(&mut root)?;
    let used = reachable(&root, &["parameters", "requestBody", "responses"]);
    if let Some(schemas) = root["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| used.contains(name));
    }
    let secrets = plain_secrets(&mut root);
    name_inline_types(&mut root)?;
    let request_types = reachable(&root, &["parameters", "requestBody"]);
    let response_types = reachable(&root, &["responses"]);
    for (name, schema) in components(&mut root) {
        loosen(schema, response_types.contains(name));
    }
    let document = serde_json::from_value(root)
        .map_err(|error| Error::Generator(format!("the lowered document is no OpenAPI document: {error}")))?;
    Ok(Lowered { document, operations, response_types, request_types, secrets })
}

/// Puts into each operation what it refers to: parameters, request body and responses. Only schemas stay shared.
fn inline_operations(root: &mut Value) {
    let shared = root.clone();
    let inline = |node: &Value| {
        let resolved = spec::resolve(&shared, node, &Pointer::default());
        resolved.map_or_else(|| node.clone(), |(node, _)| node.clone())
    };
    each_operation(root, |path_key, _, operation| {
        let own = operation["parameters"].as_array().cloned().unwrap_or_default();
        let of_path = shared["paths"][path_key]["parameters"].as_array().cloned().unwrap_or_default();
        let mut parameters: Vec<Value> = own.iter().map(inline).collect();
        for parameter in of_path.iter().map(inline) {
            let overridden =
                parameters.iter().any(|own| own["name"] == parameter["name"] && own["in"] == parameter["in"]);
            if !overridden {
                parameters.push(parameter);
            }
        }
        operation["parameters"] = Value::Array(parameters);
        if let Some(body) = operation.get_mut("requestBody") {
            *body = inline(body);
        }
        for response in operation["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
            *response = inline(response);
        }
    });
    for item in root["paths"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        if let Some(item) = item.as_object_mut() {
            item.remove("parameters");
        }
    }
    if let Some(components) = root["components"].as_object_mut() {
        components.retain(|kind, _| kind == "schemas");
    }
}

/// Takes the media types out: a body is `application/json` or isn't there, and so is a response's.
fn take_operations(root: &mut Value) -> Result<BTreeMap<String, Operation>, Error> {
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
            is_idempotent: node[spec::IDEMPOTENT] == true,
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

/// The media types of all responses, each once.
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

/// What progenitor gets for a property that holds a secret, whatever else the document says of it.
pub(crate) fn secret_schema() -> Value {
    json!({ "type": "string", "format": "password" })
}

fn is_secret(schema: &Value) -> bool {
    schema["type"] == "string" && schema["format"] == "password"
}

/// Writes every secret the same way, and in its place instead of by reference, so that none is missed. Says how many.
fn plain_secrets(root: &mut Value) -> usize {
    let named: BTreeSet<String> =
        components(root).filter(|(_, schema)| is_secret(schema)).map(|(name, _)| name.clone()).collect();
    let mut count = 0;
    each_root_schema(root, |_, schema| {
        each_schema(schema, &mut |schema| {
            if is_secret(schema) || reference(schema).is_some_and(|name| named.contains(name)) {
                let description = schema["description"].clone();
                *schema = secret_schema();
                if description.is_string() {
                    schema["description"] = description;
                }
                count += 1;
            }
        });
    });
    if let Some(schemas) = root["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| !named.contains(name));
    }
    count - named.len()
}

/// Gives every object and every enum below another schema a component, and so a type with a name that is known here.
fn name_inline_types(root: &mut Value) -> Result<(), Error> {
    let mut named = Vec::new();
    each_root_schema(root, |name, schema| {
        let is_component = name.starts_with(char::is_uppercase);
        name_below(&name.to_upper_camel_case(), schema, is_component, &mut named);
    });
    let Some(schemas) = root["components"]
        .as_object_mut()
        .and_then(|components| components.entry("schemas").or_insert_with(|| json!({})).as_object_mut())
    else {
        return if named.is_empty() { Ok(()) } else { Err(Error::Generator("there are no components".to_owned())) };
    };
    for (name, schema) in named {
        if schemas.insert(name.clone(), schema).is_some() {
            let problem = format!("two types are called `{name}`: name the inline one with a component of its own");
            return Err(Error::Generator(problem));
        }
    }
    Ok(())
}

fn name_below(name: &str, schema: &mut Value, is_component: bool, named: &mut Vec<(String, Value)>) {
    for (child, part) in children(schema) {
        // The members of an `allOf` become one type, not one each.
        let is_part = part == ALL_OF;
        let name = if is_part { name.to_owned() } else { format!("{name}{part}") };
        name_below(&name, child, is_part, named);
    }
    let needs_name = schema["properties"].is_object() || schema["enum"].is_array();
    if needs_name && !is_component {
        let wrapper = json!({
            "description": schema["description"],
            "allOf": [{ "$ref": format!("#/components/schemas/{name}") }],
        });
        named.push((name.to_owned(), std::mem::replace(schema, wrapper)));
        if schema["description"].is_null() {
            *schema = schema["allOf"][0].clone();
        }
    }
}

/// Lets a type hold whatever the server may send, and leave out whatever it need not.
///
/// What the document says of a value's range is for its readers: the server judges requests, and no answer of the
/// server's is refused for it.
fn loosen(schema: &mut Value, is_response: bool) {
    each_schema(schema, &mut |schema| {
        let Some(object) = schema.as_object_mut() else { return };
        for range in ["minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "minimum", "maximum"]
        {
            object.remove(range);
        }
        let required = object.get("required").cloned().unwrap_or_default();
        let is_required = |name: &str| required.as_array().is_some_and(|names| names.iter().any(|other| other == name));
        let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) else { return };
        for (name, property) in properties {
            if is_required(name) || is_secret(property) {
                continue;
            }
            // Absent, null and empty are told apart only by an `Option`.
            if reference(property).is_some() {
                *property = json!({ "allOf": [property], "nullable": true });
            } else if property.get("type").is_some() || property.get("allOf").is_some() {
                property["nullable"] = json!(true);
            }
        }
        // `{}` instead of `true`: only then does progenitor keep what it doesn't know.
        if is_response && object.get("additionalProperties").is_none_or(|more| more == &json!(true)) {
            object.insert("additionalProperties".to_owned(), json!({}));
        }
    });
}

/// The component schemas that these parts of the operations reach.
fn reachable(root: &Value, parts: &[&str]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut waiting: Vec<&Value> = Vec::new();
    for operation in root["paths"].as_object().into_iter().flat_map(Map::values).filter_map(Value::as_object) {
        waiting.extend(operation.values().flat_map(|operation| parts.iter().filter_map(|part| operation.get(*part))));
    }
    while let Some(node) = waiting.pop() {
        if let Some(name) = reference(node)
            && names.insert(name.to_owned())
        {
            waiting.push(&root["components"]["schemas"][name]);
        }
        match node {
            Value::Object(object) => waiting.extend(object.values()),
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    names
}

/// The component that a schema refers to.
fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

fn components(root: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    root["components"]["schemas"].as_object_mut().into_iter().flatten()
}

fn each_operation(root: &mut Value, mut f: impl FnMut(&str, &str, &mut Value)) {
    for (path_key, item) in root["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if spec::METHODS.contains(&method.as_str()) {
                f(path_key, method, operation);
            }
        }
    }
}

/// Every schema that is no part of another one, with a name for it: a component's own, or the operation's and its part.
fn each_root_schema(root: &mut Value, mut f: impl FnMut(&str, &mut Value)) {
    for (name, schema) in components(root) {
        f(name, schema);
    }
    each_operation(root, |_, _, operation| {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default().to_snake_case();
            f(&format!("{id}_{name}"), &mut parameter["schema"]);
        }
        if let Some(body) = operation.get_mut("requestBody") {
            f(&format!("{id}_body"), &mut body["content"]["application/json"]["schema"]);
        }
        for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
            if let Some(schema) = response.pointer_mut("/content/application~1json/schema") {
                f(&format!("{id}_response_{}", status.to_lowercase()), schema);
            }
        }
    });
}

/// A schema and all schemas below it, the lowest first.
fn each_schema(schema: &mut Value, f: &mut impl FnMut(&mut Value)) {
    for (child, _) in children(schema) {
        each_schema(child, f);
    }
    f(schema);
}

/// What a member of an `allOf` adds to a name.
const ALL_OF: &str = "";

/// The schemas directly below a schema, each with what its name adds.
fn children(schema: &mut Value) -> Vec<(&mut Value, String)> {
    let mut children = Vec::new();
    for (key, value) in schema.as_object_mut().into_iter().flatten() {
        match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                children.extend(properties.iter_mut().map(|(name, child)| (child, name.to_upper_camel_case())));
            }
            ("items", child) => children.push((child, "Item".to_owned())),
            ("additionalProperties" | "not", child @ Value::Object(_)) => children.push((child, "Value".to_owned())),
            ("allOf", Value::Array(members)) => {
                children.extend(members.iter_mut().map(|child| (child, ALL_OF.to_owned())));
            }
            ("oneOf" | "anyOf", Value::Array(members)) => {
                children
                    .extend(members.iter_mut().enumerate().map(|(index, child)| (child, format!("Variant{index}"))));
            }
            _ => {}
        }
    }
    children
}
