//! A schema as it is where it is used, and the Rust type that the generator makes of it.

use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

use super::model::{Model, schema_name};

/// A schema where it is used: what is written there, and what that stands for.
pub(super) struct Shape {
    /// The component that it is.
    pub(super) component: Option<String>,
    /// What is written at this place.
    pub(super) own: Map<String, Value>,
    /// All that holds: what is written here, and what the component says.
    pub(super) all: Map<String, Value>,
}

/// How deep schemas may be composed of others.
const DEPTH: usize = 16;

impl Shape {
    pub(super) fn of(model: &Model<'_>, schema: &Value) -> Self {
        let own = schema.as_object().cloned().unwrap_or_default();
        if let Some(component) = schema.get("$ref").and_then(Value::as_str).and_then(schema_name) {
            let all = flat(model, model.resolve(schema), DEPTH);
            return Self { component: Some(component.to_owned()), own: Map::new(), all };
        }
        // `allOf` with one reference is how a reference gets a description.
        if let Some([only]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice)
            && !own.keys().any(|key| ["type", "properties", "items", "enum", "format"].contains(&key.as_str()))
            && only.get("$ref").is_some()
        {
            let inner = Self::of(model, only);
            let mut own = own;
            own.remove("allOf");
            let mut all = inner.all;
            all.extend(own.clone());
            return Self { component: inner.component, own, all };
        }
        let all = flat(model, schema, DEPTH);
        Self { component: None, own: all.clone(), all }
    }
}

/// A schema with the members of its `allOf` put together, as the generator does. Members that say different things of
/// one keyword stay as they are, below `allOf`.
fn flat(model: &Model<'_>, schema: &Value, depth: usize) -> Map<String, Value> {
    let mut all = schema.as_object().cloned().unwrap_or_default();
    let Some(members) = schema.get("allOf").and_then(Value::as_array).filter(|_| depth > 0) else { return all };
    all.remove("allOf");
    for member in members {
        for (key, value) in flat(model, model.resolve(member), depth - 1) {
            match (key.as_str(), all.get_mut(&key), value) {
                (_, None, value) => {
                    all.insert(key, value);
                }
                (_, Some(known), value) if *known == value => {}
                ("properties", Some(Value::Object(known)), Value::Object(more)) => {
                    for (name, property) in more {
                        if known.get(&name).is_some_and(|known| *known != property) {
                            return schema.as_object().cloned().unwrap_or_default();
                        }
                        known.insert(name, property);
                    }
                }
                ("required", Some(Value::Array(known)), Value::Array(more)) => known.extend(more),
                ("description" | "title" | "example" | "externalDocs", ..) => {}
                _ => return schema.as_object().cloned().unwrap_or_default(),
            }
        }
    }
    all
}

/// The JSON type of a schema, also where only other keywords tell it. None is any.
pub(super) fn json_type(schema: &Map<String, Value>) -> Option<&str> {
    match schema.get("type").and_then(Value::as_str) {
        Some(name) => Some(name),
        None if schema.contains_key("properties") || schema.contains_key("additionalProperties") => Some("object"),
        None if schema.contains_key("items") => Some("array"),
        None if schema.contains_key("enum") => Some("string"),
        None => None,
    }
}

/// The Rust type of a string or a number, without its path.
pub(super) fn scalar(json_type: Option<&str>, format: Option<&str>) -> &'static str {
    match (json_type, format) {
        (Some("string"), Some("password")) => "Secret",
        (Some("string"), Some("uuid")) => "Uuid",
        (Some("string"), Some("date-time")) => "DateTime<Utc>",
        (Some("string"), Some("date")) => "NaiveDate",
        (Some("string"), Some("ip")) => "IpAddr",
        (Some("string"), Some("ipv4")) => "Ipv4Addr",
        (Some("string"), Some("ipv6")) => "Ipv6Addr",
        (Some("string"), _) => "String",
        (Some("boolean"), _) => "bool",
        (Some("integer"), Some("int8")) => "i8",
        (Some("integer"), Some("uint8")) => "u8",
        (Some("integer"), Some("int16")) => "i16",
        (Some("integer"), Some("uint16")) => "u16",
        (Some("integer"), Some("int" | "int32")) => "i32",
        (Some("integer"), Some("uint" | "uint32")) => "u32",
        (Some("integer"), Some("uint64")) => "u64",
        (Some("integer"), _) => "i64",
        (Some("number"), Some("float")) => "f32",
        (Some("number"), _) => "f64",
        _ => "Value",
    }
}

/// Whether each JSON value of one Rust number is one of another.
pub(super) fn is_wider(wide: &str, narrow: &str) -> bool {
    let integers = |name: &str| {
        let bits = name.get(1..)?.parse::<u32>().ok()?;
        match name.get(..1)? {
            "i" => Some((bits - 1, true)),
            "u" => Some((bits, false)),
            _ => None,
        }
    };
    match (integers(wide), integers(narrow)) {
        (Some((wide, wide_signed)), Some((narrow, narrow_signed))) => wide >= narrow && (wide_signed || !narrow_signed),
        _ => {
            (wide, narrow) == ("f64", "f32")
                || (wide == "String" && !["bool", "Value"].contains(&narrow) && !is_number(narrow))
        }
    }
}

fn is_number(name: &str) -> bool {
    name.starts_with(['i', 'u', 'f']) && name.len() <= 3
}

/// The Rust type of a schema, as a message shows it. `name` is the one that it gets where the document doesn't give it
/// one.
pub(super) fn rust_type(model: &Model<'_>, schema: &Value, name: &str) -> String {
    let Shape { component, all, .. } = Shape::of(model, schema);
    match component {
        Some(component) if !is_secret(&all) => component.to_upper_camel_case(),
        _ => type_of(model, &all, name),
    }
}

/// The Rust type of a schema that is no component.
pub(super) fn type_of(model: &Model<'_>, schema: &Map<String, Value>, name: &str) -> String {
    if schema.contains_key("enum") || schema.contains_key("properties") {
        return name.to_owned();
    }
    match json_type(schema) {
        Some("array") => {
            let items = schema.get("items").map(|items| rust_type(model, items, &format!("{name}Item")));
            format!("Vec<{}>", items.as_deref().unwrap_or("Value"))
        }
        Some("object") => match schema.get("additionalProperties") {
            Some(values @ Value::Object(keys)) if !keys.is_empty() => {
                format!("BTreeMap<String, {}>", rust_type(model, values, &format!("{name}Value")))
            }
            _ => "Map<String, Value>".to_owned(),
        },
        json_type => scalar(json_type, schema.get("format").and_then(Value::as_str)).to_owned(),
    }
}

/// Whether a schema is a secret, which has no type of its own.
pub(super) fn is_secret(schema: &Map<String, Value>) -> bool {
    schema.get("type") == Some(&json!("string")) && schema.get("format") == Some(&json!("password"))
}
