//! Visits the operations and schemas of a document.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::{Map, Value};

use crate::generate::load;

/// Returns the names of the component schemas that these parts of the operations reach.
pub(super) fn reachable(root: &Value, parts: &[&str]) -> BTreeSet<String> {
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

/// Returns the component that a schema refers to.
pub(super) fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

pub(super) fn components(root: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    root["components"]["schemas"].as_object_mut().into_iter().flatten()
}

pub(super) fn each_operation(root: &mut Value, mut f: impl FnMut(&str, &str, &mut Value)) {
    for (path_key, item) in root["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if load::METHODS.contains(&method.as_str()) {
                f(path_key, method, operation);
            }
        }
    }
}

/// Visits every schema that isn't part of another one, with a name: its own, or one made of the operation and the part.
pub(super) fn each_root_schema(root: &mut Value, mut f: impl FnMut(&str, &mut Value)) {
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

/// Visits a schema and all schemas below it, the lowest first.
pub(super) fn each_schema(schema: &mut Value, f: &mut impl FnMut(&mut Value)) {
    for (child, _) in children(schema) {
        each_schema(child, f);
    }
    f(schema);
}

/// A member of an `allOf` adds nothing to the name.
pub(super) const ALL_OF: &str = "";

/// Returns the schemas directly below a schema, each with its part of the name.
pub(super) fn children(schema: &mut Value) -> Vec<(&mut Value, String)> {
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
