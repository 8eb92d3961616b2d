//! Every model keeps what it doesn't know, for the examples of the OpenAPI document and for samples of its schemas.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use xtask::generate::load::{Document, Pointer};

use crate::Result;
use crate::client::Inspect;
use crate::document::{contained, document, name, reachable, resolve, schema};
use crate::samples::{inspect, round_trip};

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
                let Some(schema) = name(&media_type["schema"]) else { continue };
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

/// Returns the examples of all responses, and a sample of each response without one.
fn examples_and_samples(document: &Document) -> Vec<Example> {
    let mut examples = examples(document);
    for schema in roots(document) {
        let value = xtask::generate::sample(document, &schema);
        examples.push(Example { name: format!("sample of {schema}"), schema, value });
    }
    examples
}

/// Returns the component schemas of the response bodies.
fn roots(document: &Document) -> BTreeSet<String> {
    let responses =
        document.operations().flat_map(|operation| operation.node["responses"].as_object().into_iter().flatten());
    let contents = responses.filter_map(|(_, response)| resolve(document, response)["content"].as_object());
    contents.flat_map(Map::values).filter_map(|content| name(&content["schema"]).map(str::to_owned)).collect()
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

/// Returns the component schemas that requests contain, as text.
fn in_requests(document: &Document) -> BTreeSet<String> {
    let mut schemas = BTreeSet::new();
    for operation in document.operations() {
        let Some(body) = operation.node.get("requestBody") else { continue };
        for content in resolve(document, body)["content"].as_object().into_iter().flat_map(Map::values) {
            let names = contained(document, content).into_iter();
            schemas.extend(names.map(|name| schema(document, &name).to_string()));
        }
    }
    schemas
}

fn in_example<'a>(value: &'a mut Value, at: &Pointer) -> &'a mut Value {
    value.pointer_mut(at.as_str()).unwrap_or_else(|| panic!("{at} is missing"))
}

#[test]
fn unknown_properties_and_values_round_trip() -> Result {
    let document = document();
    let mut reached = Vec::new();
    for Example { name, schema: root, mut value } in examples_and_samples(&document) {
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
    for name in reachable(&document, roots(&document).iter().map(String::as_str)) {
        assert!(reached.contains(&schema(&document, &name)), "no example contains a {name}");
    }
    Ok(())
}

#[test]
fn null_decodes_like_an_absent_property() -> Result {
    let document = document();
    let mut tried = BTreeSet::new();
    let in_requests = in_requests(&document);
    for Example { name, schema: root, value } in examples_and_samples(&document) {
        for (at, schema) in places(&document, schema(&document, &root), &value, Pointer::default()) {
            for property in optional(schema) {
                let (mut with_null, mut without) = (value.clone(), value.clone());
                in_example(&mut with_null, &at)[property] = Value::Null;
                in_example(&mut without, &at).as_object_mut().ok_or("no object")?.remove(property);
                let encoded = round_trip(&root, &with_null)
                    .map_err(|error| format!("{name}: null at {}: {error}", at.child(property)))?;
                // What a request contains as well may be an explicit `null`.
                let is_kept = encoded == with_null && in_requests.contains(&schema.to_string());
                assert!(is_kept || encoded == without, "{name}: null at {}: {encoded}", at.child(property));
                tried.insert((schema.to_string(), property.clone()));
            }
        }
    }
    for name in reachable(&document, roots(&document).iter().map(String::as_str)) {
        let schema = schema(&document, &name);
        for property in optional(schema) {
            assert!(tried.contains(&(schema.to_string(), property.clone())), "{name}.{property} was never null");
        }
    }
    Ok(())
}

/// Calls a function for each property of each object, on the way to which there is no array, in a model and in its JSON.
fn each_property(
    model: &dyn Inspect,
    json: &Value,
    at: &Pointer,
    look: &mut dyn FnMut(&Pointer, &dyn Inspect, &Value),
) {
    for (name, value) in json.as_object().into_iter().flatten() {
        let at = at.child(name);
        let property = model.property(name).unwrap_or_else(|| panic!("{at} is missing"));
        look(&at, property, value);
        each_property(property, value, &at, look);
    }
}

#[test]
fn a_model_has_the_properties_of_its_json() -> Result {
    let document = document();
    let (mut enums, mut ids, mut texts) = (0, 0, 0);
    for Example { name, schema: root, mut value } in examples_and_samples(&document) {
        let Some(members) = value.as_object_mut() else { continue };
        members.insert("x.somethingNew".to_owned(), json!({ "deep": { "text": "x" } }));
        let places = places(&document, schema(&document, &root), &value, Pointer::default());
        let is_enum = |at: &Pointer| places.iter().any(|(place, schema)| place == at && schema.get("enum").is_some());
        inspect(&root, &value, &mut |model| {
            each_property(model, &value, &Pointer::default(), &mut |at, property, json| {
                assert_eq!(property.uuid(), json.uuid(), "{name}: {at}");
                // A date and a secret don't say their text.
                if property.text().is_some() || is_enum(at) {
                    assert_eq!(property.text(), json.text(), "{name}: {at}");
                }
                enums += usize::from(is_enum(at));
                ids += usize::from(property.uuid().is_some());
                texts += usize::from(property.text().is_some());
            });
            assert!(model.property("x.other").is_none());
        })?;
        // A value of another type is found, too.
        for (property, _) in value.as_object().into_iter().flatten() {
            let mut other = value.clone();
            other[property] = json!({ "id": 7, "x": "y" });
            // Fails if the property is required.
            let _ = inspect(&root, &other, &mut |model| {
                let text = model.property(property).and_then(|property| property.property("x")).and_then(Inspect::text);
                assert_eq!(text, Some("y"), "{name}: {property}");
            });
            other[property] = Value::Null;
            let _ =
                inspect(&root, &other, &mut |model| assert!(model.property(property).is_none(), "{name}: {property}"));
        }
    }
    assert!(enums > 0 && ids > 0 && texts > enums, "{enums} enums, {ids} IDs, {texts} texts");
    Ok(())
}
