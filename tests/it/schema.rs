//! The JSON Schema of the models, compared with the OpenAPI document.

use std::collections::BTreeMap;

use pingone_password::model::{ApiErrorDetail, PasswordState};
use pingone_password_client::types::ApiError;
use schemars::{Schema, schema_for};
use serde_json::{Map, Value, json};

use crate::document::{document, name, reachable, schema};
use crate::examples::examples;
use crate::{Result, snapshot};

#[test]
fn json_schemas() -> Result {
    snapshot("schema_password_state", serde_json::to_string_pretty(&schema_for!(PasswordState))?);
    snapshot("schema_api_error_detail", serde_json::to_string_pretty(&schema_for!(ApiErrorDetail))?);
    Ok(())
}

#[test]
fn the_models_match_the_openapi_document() {
    let document = document();
    for (root, model) in [("PasswordState", schema_for!(PasswordState)), ("ApiError", schema_for!(ApiError))] {
        let actual: BTreeMap<String, Value> =
            by_name(model).into_iter().map(|(name, it)| (name, of_model(&it))).collect();
        let expected = reachable(&document, &[root]).into_iter();
        let expected: BTreeMap<String, Value> =
            expected.map(|name| (name.clone(), of_document(schema(&document, &name)))).collect();
        assert_eq!(actual.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{root}");
        for (name, expected) in expected {
            assert_eq!(format!("{:#}", actual[&name]), format!("{expected:#}"), "{name}");
        }
    }
}

#[test]
fn the_examples_are_valid_for_the_models() -> Result {
    let state = jsonschema::validator_for(schema_for!(PasswordState).as_value())?;
    let error = jsonschema::validator_for(schema_for!(ApiError).as_value())?;
    for example in examples(&document()) {
        let validator = if example.schema == "PasswordState" { &state } else { &error };
        let problems: Vec<String> = validator.iter_errors(&example.value).map(|error| error.to_string()).collect();
        assert_eq!(problems, [""; 0], "{}", example.name);
    }
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
    reduced.extend(schema.get("format").map(|format| ("format".to_owned(), format.clone())));
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
