//! Access to the OpenAPI document for tests.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use xtask::generate::load::{Document, Pointer};

use crate::workspace;

/// Reads the text of the OpenAPI document.
pub(crate) fn text() -> String {
    fs::read_to_string(workspace(crate::DOCUMENT)).unwrap()
}

/// Parses the OpenAPI document.
pub(crate) fn document() -> Document {
    Document::parse(&text()).unwrap_or_else(|finding| panic!("{finding}"))
}

/// Follows a reference, also one that is the only member of `allOf`.
pub(crate) fn resolve<'a>(document: &'a Document, node: &'a Value) -> &'a Value {
    let node = only(node);
    document.resolve(node, &Pointer::default()).unwrap_or_else(|| panic!("{node} refers to nothing")).0
}

/// Returns the name of the component that a schema refers to.
pub(crate) fn name(schema: &Value) -> Option<&str> {
    only(schema)["$ref"].as_str()?.strip_prefix("#/components/schemas/")
}

fn only(schema: &Value) -> &Value {
    match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => only,
        // Several members are a schema of their own.
        _ => schema,
    }
}

/// Returns the component schema of this name.
pub(crate) fn schema<'a>(document: &'a Document, name: &str) -> &'a Value {
    document.root["components"]["schemas"].get(name).unwrap_or_else(|| panic!("there is no schema {name}"))
}

/// Returns these component schemas and all that they contain.
pub(crate) fn reachable<'a>(document: &Document, names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    for name in names {
        reached.insert(name.to_owned());
        visit(document, schema(document, name), &mut reached);
    }
    reached
}

/// Returns the component schemas that a node contains.
pub(crate) fn contained(document: &Document, node: &Value) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    visit(document, node, &mut reached);
    reached
}

fn visit(document: &Document, node: &Value, reached: &mut BTreeSet<String>) {
    if let Some(name) = node["$ref"].as_str().and_then(|_| name(node))
        && reached.insert(name.to_owned())
    {
        visit(document, schema(document, name), reached);
    }
    match node {
        Value::Object(object) => object.values().for_each(|child| visit(document, child, reached)),
        Value::Array(items) => items.iter().for_each(|child| visit(document, child, reached)),
        _ => {}
    }
}
