//! A schema as it is where it is used, and the Rust type that the generator makes of it.

use heck::ToUpperCamelCase;
use serde_json::{Map, Value};

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

/// The keywords that may stand beside the one reference of an `allOf`: this is how a reference gets a description.
const ANNOTATIONS: [&str; 9] =
    ["allOf", "description", "title", "nullable", "readOnly", "writeOnly", "deprecated", "example", "default"];

impl Shape {
    pub(super) fn of(model: &Model<'_>, schema: &Value) -> Self {
        let own = schema.as_object().cloned().unwrap_or_default();
        let is_wrapper = own.keys().all(|key| key.starts_with("x-") || ANNOTATIONS.contains(&key.as_str()));
        let (inner, mut own) = match (schema.get("$ref").and_then(Value::as_str), schema["allOf"].as_array()) {
            (Some(target), _) => {
                let Some((component, schema)) = schema_name(target).and_then(|name| Some((name, model.schema(name)?)))
                else {
                    return Self { component: None, own: Map::new(), all: flat(model, model.resolve(schema), DEPTH) };
                };
                let inner = Self::of(model, schema);
                let component = inner.component.unwrap_or_else(|| component.to_owned());
                (Self { component: Some(component), ..inner }, Map::new())
            }
            (None, Some(members)) if members.len() == 1 && is_wrapper => (Self::of(model, &members[0]), own),
            _ => {
                let all = flat(model, schema, DEPTH);
                return Self { component: None, own: all.clone(), all };
            }
        };
        if inner.component.is_none() {
            let all = flat(model, schema, DEPTH);
            return Self { component: None, own: all.clone(), all };
        }
        own.remove("allOf");
        let mut all = inner.all;
        all.extend(own.clone());
        Self { component: inner.component, own, all }
    }

    /// Whether the generator makes a type with a name of it: a struct or an enum.
    pub(super) fn is_named(&self) -> bool {
        is_enum(&self.all) || is_struct(&self.all)
    }

    /// The name of its type, if it has one. `name` is the one that it gets where the document doesn't give it one.
    pub(super) fn type_name(&self, name: &str) -> Option<String> {
        self.is_named().then(|| self.component.as_deref().unwrap_or(name).to_upper_camel_case())
    }
}

/// Whether a schema becomes an enum.
pub(super) fn is_enum(schema: &Map<String, Value>) -> bool {
    let values = schema.get("enum").and_then(Value::as_array);
    json_type(schema) == Some("string")
        && values.is_some_and(|values| values.iter().all(|value| value.is_string() || value.is_null()))
}

/// Whether a schema becomes a struct.
pub(super) fn is_struct(schema: &Map<String, Value>) -> bool {
    json_type(schema) == Some("object")
        && schema.get("properties").and_then(Value::as_object).is_some_and(|properties| !properties.is_empty())
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
        (Some("string"), Some(format)) if format.eq_ignore_ascii_case("password") => "Secret",
        (Some("string"), Some("uuid")) => "Uuid",
        (Some("string"), Some("date-time")) => "DateTime<Utc>",
        (Some("string"), Some("date")) => "NaiveDate",
        (Some("string"), _) => "String",
        (Some("boolean"), _) => "bool",
        (Some("integer"), Some("int32")) => "i32",
        (Some("integer"), _) => "i64",
        (Some("number"), _) => "f64",
        _ => "Value",
    }
}

/// Whether each JSON value of one Rust type is one of another.
pub(super) fn is_wider(wide: &str, narrow: &str) -> bool {
    match wide {
        "String" => ["Uuid", "DateTime<Utc>", "NaiveDate", "Secret"].contains(&narrow),
        "i64" => narrow == "i32",
        _ => false,
    }
}

/// The Rust type of a schema, as a message shows it. `name` is the one that it gets where the document doesn't give it
/// one.
pub(super) fn rust_type(model: &Model<'_>, schema: &Value, name: &str) -> String {
    type_of(model, &Shape::of(model, schema), name)
}

pub(super) fn type_of(model: &Model<'_>, shape: &Shape, name: &str) -> String {
    if let Some(name) = shape.type_name(name) {
        return name;
    }
    match json_type(&shape.all) {
        Some("array") => {
            let items = shape.all.get("items").map(|items| rust_type(model, items, &format!("{name}Item")));
            format!("Vec<{}>", items.as_deref().unwrap_or("Value"))
        }
        Some("object") => match shape.all.get("additionalProperties") {
            Some(values @ Value::Object(_)) => {
                format!("BTreeMap<String, {}>", rust_type(model, values, &format!("{name}Value")))
            }
            _ => "BTreeMap<String, Value>".to_owned(),
        },
        json_type => scalar(json_type, shape.all.get("format").and_then(Value::as_str)).to_owned(),
    }
}
