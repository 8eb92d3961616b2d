//! The JSON Schema of the models, compared with the OpenAPI document.

use std::collections::BTreeMap;

use pingone_password::model::{ApiErrorDetail, PasswordState};
use pingone_password_client::samples;
use schemars::{Schema, schema_for};
use serde_json::{Map, Value, json};

use crate::document::{document, name};
use crate::models::examples;
use crate::{Result, snapshot};

#[test]
fn json_schemas() -> Result {
    snapshot("schema_password_state", serde_json::to_string_pretty(&schema_for!(PasswordState))?);
    snapshot("schema_api_error_detail", serde_json::to_string_pretty(&schema_for!(ApiErrorDetail))?);
    Ok(())
}

/// The JSON Schema of each model.
struct Schemas(BTreeMap<&'static str, Schema>);

impl samples::Models for Schemas {
    fn model<T: samples::Model>(&mut self, name: &'static str) {
        self.0.insert(name, schema_for!(T));
    }
}

fn schemas() -> BTreeMap<&'static str, Schema> {
    let mut schemas = Schemas(BTreeMap::new());
    samples::models(&mut schemas);
    schemas.0
}

#[test]
fn the_models_match_the_openapi_document() {
    let document = document();
    let mut compared = 0;
    for (name, model) in schemas() {
        let Some(expected) = document.root["components"]["schemas"].get(name) else { continue };
        let mut all = by_name(model);
        let model = all.remove(name).unwrap_or_else(|| panic!("the schema of {name} has another title"));
        all.retain(|name, _| document.root["components"]["schemas"].get(name).is_none());
        let actual = of_model(&with_inline(model, &all));
        assert_eq!(format!("{actual:#}"), format!("{:#}", of_document(expected)), "{name}");
        compared += 1;
    }
    assert!(compared > 10, "only {compared} models");
}

/// Replaces references to models of inline schemas.
fn with_inline(schema: Value, inline: &BTreeMap<String, Value>) -> Value {
    let target = schema["$ref"].as_str().and_then(|name| inline.get(name.strip_prefix("#/$defs/")?));
    match target.cloned().unwrap_or(schema) {
        Value::Object(object) => object.into_iter().map(|(key, value)| (key, with_inline(value, inline))).collect(),
        Value::Array(items) => items.into_iter().map(|item| with_inline(item, inline)).collect(),
        other => other,
    }
}

#[test]
fn the_examples_are_valid_for_the_models() -> Result {
    let schemas = schemas();
    for example in examples(&document()) {
        let validator = jsonschema::validator_for(schemas[example.schema.as_str()].as_value())?;
        let problems: Vec<String> = validator.iter_errors(&example.value).map(|error| error.to_string()).collect();
        assert_eq!(problems, [""; 0], "{}", example.name);
    }
    let state = jsonschema::validator_for(schemas["PasswordState"].as_value())?;
    assert!(!state.is_valid(&json!({})), "`status` is required");
    assert!(state.is_valid(&json!({ "status": "SOMETHING_NEW", "environment": null, "new": [] })));
    Ok(())
}

/// Returns a model's schema and those that it defines, by name.
fn by_name(model: Schema) -> BTreeMap<String, Value> {
    let mut model = model.to_value();
    let mut all: BTreeMap<String, Value> = BTreeMap::new();
    if let Some(Value::Object(definitions)) = model.as_object_mut().and_then(|model| model.remove("$defs")) {
        all.extend(definitions);
    }
    all.insert(model["title"].as_str().unwrap().to_owned(), model);
    all
}

/// Reduces a schema of the OpenAPI document to the form that both can be compared in.
fn of_document(schema: &Value) -> Value {
    if let Some(name) = name(schema) {
        return json!(name);
    }
    let mut reduced = in_common(schema, of_document);
    if let Some(values) = schema.get("enum") {
        // Enums of a response are open, also beyond the values that the OpenAPI document lists.
        reduced.insert("known values".to_owned(), values.clone());
    }
    if schema["type"] == "object" {
        reduced.entry("more").or_insert(json!(true));
    }
    Value::Object(reduced)
}

/// Reduces a model's schema to the same form. There, an optional property may also be null.
fn of_model(schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
        return json!(name);
    }
    if let Some(known) = schema["oneOf"].as_array() {
        let values: Vec<&Value> = known.iter().map(|value| &value["const"]).collect();
        return json!({ "type": "string", "known values": values });
    }
    match schema["anyOf"].as_array().map(Vec::as_slice) {
        Some([schema, null]) if *null == json!({ "type": "null" }) => of_model(schema),
        Some([known @ .., open]) if open["type"] == "string" && open.get("const").is_none() => {
            let values: Vec<&Value> = known.iter().map(|value| &value["const"]).collect();
            json!({ "type": "string", "known values": values })
        }
        _ => Value::Object(in_common(schema, of_model)),
    }
}

fn in_common(schema: &Value, inner: fn(&Value) -> Value) -> Map<String, Value> {
    let mut reduced = Map::new();
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| **kind != "null").cloned(),
        Value::Null => None,
        kind => Some(kind.clone()),
    };
    reduced.extend(kind.map(|kind| ("type".to_owned(), kind)));
    // An integer without a format has 64 bits here.
    let default = (schema["type"] == "integer").then(|| json!("int64"));
    reduced.extend(schema.get("format").cloned().or(default).map(|format| ("format".to_owned(), format)));
    reduced.extend(schema.get("items").map(|items| ("items".to_owned(), inner(items))));
    reduced.extend(schema["properties"].as_object().map(|properties| {
        let properties = properties.iter().map(|(name, property)| (name.clone(), inner(property)));
        ("properties".to_owned(), properties.collect())
    }));
    reduced.extend(schema["required"].as_array().map(|required| {
        let mut required = required.clone();
        required.sort_by_key(ToString::to_string);
        ("required".to_owned(), Value::Array(required))
    }));
    reduced.extend(
        schema
            .get("additionalProperties")
            .map(|more| ("more".to_owned(), if more.is_boolean() { more.clone() } else { inner(more) })),
    );
    reduced
}
