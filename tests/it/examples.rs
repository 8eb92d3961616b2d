//! The OpenAPI document's examples: each decodes to a model, and encodes to the same JSON.

use std::collections::BTreeSet;

use pingone_password::model::PasswordState;
use pingone_password_client::types::ApiError;
use serde_json::{Map, Value, json};
use xtask::generate::load::{Document, Pointer};

use crate::Result;
use crate::document::{document, name, reachable, resolve, schema};

/// The schemas of the response bodies.
const ROOTS: [&str; 2] = ["PasswordState", "ApiError"];

/// An example of the OpenAPI document, and the component schema that it belongs to.
pub(crate) struct Example {
    pub(crate) name: String,
    pub(crate) schema: String,
    pub(crate) value: Value,
}

/// Returns the examples of all responses, each once.
pub(crate) fn examples(document: &Document) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    for operation in document.operations() {
        let responses = operation.node["responses"].as_object().into_iter().flat_map(Map::values);
        for content in responses.filter_map(|response| resolve(document, response)["content"].as_object()) {
            for media_type in content.values() {
                let schema = name(&media_type["schema"]).unwrap_or_default();
                for (name, example) in media_type["examples"].as_object().into_iter().flatten() {
                    let (name, schema) = (name.clone(), schema.to_owned());
                    if !examples.iter().any(|example| example.name == name && example.schema == schema) {
                        examples.push(Example { name, schema, value: resolve(document, example)["value"].clone() });
                    }
                }
            }
        }
    }
    examples
}

/// Decodes a value to its model, and encodes it again.
fn round_trip(schema: &str, value: &Value) -> serde_json::Result<Value> {
    match schema {
        "PasswordState" => serde_json::to_value(serde_json::from_value::<PasswordState>(value.clone())?),
        "ApiError" => serde_json::to_value(serde_json::from_value::<ApiError>(value.clone())?),
        other => panic!("`{other}` has no model here: add it in tests/it/examples.rs"),
    }
}

/// Returns the objects and the enums of a value, each with its schema.
fn places<'a>(document: &'a Document, schema: &'a Value, value: &Value, at: Pointer) -> Vec<(Pointer, &'a Value)> {
    let schema = resolve(document, schema);
    let mut places = Vec::new();
    let mut inner = |schema, value, name: &str| places.extend(self::places(document, schema, value, at.child(name)));
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let properties = schema["properties"].get(name);
                let schema = properties.or_else(|| schema.get("additionalProperties"));
                if let Some(schema) = schema {
                    inner(schema, member, name);
                }
            }
            places.push((at, schema));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| inner(&schema["items"], item, &index.to_string()));
        }
        _ if schema.get("enum").is_some() => places.push((at, schema)),
        _ => {}
    }
    places
}

/// Returns the names of the properties that may be absent.
fn optional(schema: &Value) -> impl Iterator<Item = &String> {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let all = schema["properties"].as_object().into_iter().flat_map(Map::keys);
    all.filter(move |name| !required.iter().any(|required| required == name.as_str()))
}

fn in_example<'a>(value: &'a mut Value, at: &Pointer) -> &'a mut Value {
    value.pointer_mut(at.as_str()).unwrap_or_else(|| panic!("{at} is missing"))
}

#[test]
fn examples_round_trip() -> Result {
    let document = document();
    let examples = examples(&document);
    for Example { name, schema, value } in &examples {
        let encoded = round_trip(schema, value).map_err(|error| format!("{name} is not a valid {schema}: {error}"))?;
        assert_eq!(&encoded, value, "{name}");
    }
    assert!(examples.len() > 10, "only {} examples", examples.len());
    let used: BTreeSet<&str> = examples.iter().map(|example| example.name.as_str()).collect();
    let components = document.root["components"]["examples"].as_object().ok_or("no examples")?;
    let unused: Vec<_> = components.keys().filter(|name| !used.contains(name.as_str())).collect();
    assert!(unused.is_empty(), "no response uses {unused:?}");
    Ok(())
}

#[test]
fn unknown_properties_and_values_round_trip() -> Result {
    let document = document();
    let mut reached = Vec::new();
    for Example { name, schema: root, mut value } in examples(&document) {
        for (at, schema) in places(&document, schema(&document, &root), &value, Pointer::default()) {
            reached.push(schema);
            let here = in_example(&mut value, &at);
            if schema.get("enum").is_some() {
                *here = json!("SOMETHING_NEW");
            } else if let Some(members) = here.as_object_mut() {
                let more = match members.values().next() {
                    // A map takes any name, but only values of its type.
                    Some(member) if schema.get("properties").is_none() => member.clone(),
                    _ => json!({ "deep": [1, null, { "deeper": true }] }),
                };
                members.insert("x.somethingNew".to_owned(), more);
                if schema.get("properties").is_some() {
                    members.insert("x.null".to_owned(), Value::Null);
                }
            }
        }
        let encoded = round_trip(&root, &value).map_err(|error| format!("{name}: {error}"))?;
        assert_eq!(encoded, value, "{name}");
    }
    for name in reachable(&document, &ROOTS) {
        assert!(reached.contains(&schema(&document, &name)), "no example contains a {name}");
    }
    Ok(())
}

#[test]
fn null_decodes_like_an_absent_property() -> Result {
    let document = document();
    let mut tried = BTreeSet::new();
    for Example { name, schema: root, value } in examples(&document) {
        for (at, schema) in places(&document, schema(&document, &root), &value, Pointer::default()) {
            for property in optional(schema) {
                let (mut with_null, mut without) = (value.clone(), value.clone());
                in_example(&mut with_null, &at)[property] = Value::Null;
                in_example(&mut without, &at).as_object_mut().ok_or("no object")?.remove(property);
                let encoded = round_trip(&root, &with_null)
                    .map_err(|error| format!("{name}: null at {}: {error}", at.child(property)))?;
                assert_eq!(encoded, without, "{name}: null at {}", at.child(property));
                tried.insert((schema.to_string(), property.clone()));
            }
        }
    }
    for name in reachable(&document, &ROOTS) {
        let schema = schema(&document, &name);
        for property in optional(schema) {
            assert!(tried.contains(&(schema.to_string(), property.clone())), "{name}.{property} was never null");
        }
    }
    Ok(())
}

/// Without this, the tests above could pass for a `round_trip` that accepts everything.
#[test]
fn a_value_that_is_no_model_does_not_decode() {
    for wrong in [json!({}), json!({ "status": 1 }), json!({ "status": null, "lastChangedAt": "yesterday" }), json!([])]
    {
        assert!(round_trip("PasswordState", &wrong).is_err(), "{wrong}");
    }
    for wrong in [json!([]), json!("none"), json!(null)] {
        assert!(round_trip("ApiError", &wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_property_of_another_type_costs_only_itself() -> Result {
    let value = json!({
        "status": "OK", "lastChangedAt": "2026-11-25T02:00:00", "secondsUntilUnlock": "900", "_links": [],
        "environment": { "id": "production" }, "user": { "id": "c3042000-188f-4bc7-a269-dee1602cf7af" },
    });
    let state: PasswordState = serde_json::from_value(value.clone())?;
    assert!(state.user.is_some() && state.seconds_until_unlock.is_none());
    assert_eq!(serde_json::to_value(&state)?, value, "nothing is lost");
    Ok(())
}
