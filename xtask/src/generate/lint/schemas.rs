//! Schemas.

use heck::ToUpperCamelCase;
use serde_json::{Map, Value};

use super::Lint;
use crate::generate::load::Pointer;

impl Lint<'_> {
    /// Component schemas have names of Rust types, and no schema forbids additional properties.
    pub(super) fn schemas(&mut self) {
        for part in ["components", "paths"] {
            self.closed(&self.document.root[part], &Pointer::default().child(part));
        }
        let schemas = Pointer::default().child("components").child("schemas");
        for name in self.document.root["components"]["schemas"].as_object().into_iter().flat_map(Map::keys) {
            let at = schemas.child(name);
            let type_name = name.to_upper_camel_case();
            if *name != type_name || !name.is_ascii() {
                self.find(&at, format!("`{name}` can't be the name of a type"), format!("rename it to `{type_name}`"));
            }
        }
    }

    /// Finds `additionalProperties: false` at any depth.
    fn closed(&mut self, schema: &Value, at: &Pointer) {
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            let at = at.child("additionalProperties");
            self.find(&at, "the vendor adds properties at any time", "remove it: unknown properties are kept");
        }
        match schema {
            // Examples are data.
            Value::Object(object) => object
                .iter()
                .filter(|(name, _)| !["example", "examples"].contains(&name.as_str()))
                .for_each(|(name, child)| self.closed(child, &at.child(name))),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, child)| self.closed(child, &at.child(&index.to_string())));
            }
            _ => {}
        }
    }
}
