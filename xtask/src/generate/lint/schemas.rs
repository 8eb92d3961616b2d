//! Schemas: types that accept what the vendor adds.

use heck::ToUpperCamelCase;
use serde_json::{Map, Value};

use super::{Lint, Schema, similar};
use crate::generate::load::Pointer;

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

impl<'a> Lint<'a, '_> {
    /// A schema has a known type, and accepts additional properties.
    pub(super) fn schema(&mut self, schema: &Schema<'a>) {
        let Schema { node, at, .. } = schema;
        if node.get("additionalProperties") == Some(&Value::Bool(false)) {
            let problem = "the vendor adds properties at any time";
            self.find(&at.child("additionalProperties"), problem, "remove it: unknown properties are kept");
        }
        if let Some(kind) = node.get("type") {
            let name = kind.as_str().unwrap_or_default();
            if !TYPES.contains(&name) {
                let help = similar(name, TYPES).map_or_else(
                    || format!("write one of {}", TYPES.map(|name| format!("`{name}`")).join(", ")),
                    |name| format!("did you mean `{name}`?"),
                );
                self.find(&at.child("type"), format!("{kind} is not a type"), help);
            }
        }
        if node.get("discriminator").is_some() && node.get("oneOf").is_none() && node.get("anyOf").is_none() {
            let problem = "`discriminator` without `oneOf` is not supported";
            self.find(&at.child("discriminator"), problem, "add `oneOf`, which becomes plain JSON, or remove it");
        }
        self.values(node, at);
        self.required(node, at);
    }

    fn values(&mut self, node: &'a Value, at: &Pointer) {
        let Some(values) = node["enum"].as_array() else { return };
        let at = at.child("enum");
        if values.is_empty() {
            self.find(&at, "the enum has no values", "list the values, or remove `enum`");
        }
        let fits = |value: &Value| match node["type"].as_str() {
            Some("string") => value.is_string(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            Some("boolean") => value.is_boolean(),
            _ => true,
        };
        if let Some(other) = values.iter().find(|value| !value.is_null() && !fits(value)) {
            let kind = node["type"].as_str().unwrap_or_default();
            self.find(&at, format!("`{other}` is not of the type `{kind}`"), "write text in quotes");
        }
    }

    /// A required property is declared.
    fn required(&mut self, node: &'a Value, at: &Pointer) {
        let Some(properties) = node["properties"].as_object() else { return };
        if node.get("allOf").is_some() || at.as_str().contains("/allOf/") {
            return;
        }
        for name in node["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !properties.contains_key(name) {
                let help = similar(name, properties.keys().map(String::as_str))
                    .map_or_else(|| "declare it in `properties`".to_owned(), |name| format!("did you mean `{name}`?"));
                self.find(&at.child("required"), format!("the required property `{name}` is not declared"), help);
            }
        }
    }

    /// Component schemas have names of Rust types.
    pub(super) fn component_names(&mut self) {
        let schemas = Pointer::default().child("components").child("schemas");
        for name in self.document.root["components"]["schemas"].as_object().into_iter().flat_map(Map::keys) {
            let type_name = name.to_upper_camel_case();
            if *name != type_name || !name.is_ascii() || syn::parse_str::<syn::Ident>(name).is_err() {
                let help = if *name == type_name {
                    "choose another name".to_owned()
                } else {
                    format!("rename it to `{type_name}`")
                };
                self.find(&schemas.child(name), format!("`{name}` can't be the name of a type"), help);
            }
        }
    }
}
