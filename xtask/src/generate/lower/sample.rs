//! Sample values: the document's example, or else a value made from the schema.

use serde_json::{Map, Value, json};

use super::types::Side;
use crate::generate::load::{Document, Findings, Pointer};
use crate::generate::shape::Shape;

/// A user in the vendor's examples.
pub(crate) const USER_ID: &str = "c3042000-188f-4bc7-a269-dee1602cf7af";
/// An environment in the vendor's examples.
pub(crate) const ENVIRONMENT_ID: &str = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6";

/// Returns the example beside a schema, if there is one.
pub(super) fn example<'a>(document: &'a Document, node: &'a Value) -> Option<&'a Value> {
    let named = || {
        let example = node["examples"].as_object()?.values().next()?;
        document.resolve(example, &Pointer::default())?.0.get("value")
    };
    node.get("example").or_else(named)
}

/// Returns a sample of a schema, with every property that this side sends.
pub(super) fn sample(document: &Document, schema: &Value, at: &Pointer, side: Side) -> Value {
    Samples { document, side, around: Vec::new() }.of(schema, at)
}

/// Returns a sample of a component schema, with every property that a response contains.
#[must_use]
pub fn response_sample(document: &Document, name: &str) -> Value {
    let at = Pointer::default().child("components").child("schemas").child(name);
    document.root.pointer(at.as_str()).map_or(Value::Null, |schema| sample(document, schema, &at, Side::Response))
}

struct Samples<'a> {
    document: &'a Document,
    side: Side,
    /// The schemas that contain the current one.
    around: Vec<Pointer>,
}

impl<'a> Samples<'a> {
    fn of(&mut self, schema: &'a Value, at: &Pointer) -> Value {
        // The linter has found the problems of the schema.
        let shape = Shape::of(self.document, schema, at, &mut Findings::new(self.document));
        if let Some(example) = shape.get("example") {
            return example.clone();
        }
        if shape.is_secret() {
            return json!("2FederateM0re!");
        }
        if let Some(value) = shape.keys.get("enum").and_then(Value::as_array).and_then(|values| values.first()) {
            return value.clone();
        }
        let kind = shape.text("type").unwrap_or(if shape.properties.is_empty() { "" } else { "object" });
        match (kind, shape.text("format")) {
            _ if shape.is_union => json!({ "any": true }),
            ("boolean", _) => json!(true),
            ("integer", _) => json!(7),
            ("number", _) => json!(1.5),
            ("string", Some("uuid")) => json!("1f3c11e0-53a0-4a6f-9b34-60a14b4b3d1f"),
            ("string", Some("date-time")) => json!("2026-03-02T08:15:00.125Z"),
            ("string", Some("date")) => json!("2026-03-02"),
            ("string", _) => json!("a \"b\" & c+d"),
            ("array", _) => self.list(&shape),
            ("object", _) => self.object(&shape),
            _ => json!({ "any": true }),
        }
    }

    fn list(&mut self, shape: &Shape<'a>) -> Value {
        match &shape.items {
            Some((items, at)) if !self.contains(items, at) => json!([self.of(items, at)]),
            Some(_) => json!([]),
            None => json!([true]),
        }
    }

    fn object(&mut self, shape: &Shape<'a>) -> Value {
        let mut object = Map::new();
        self.around.push(shape.at.clone());
        for (name, node, at) in &shape.properties {
            let property = Shape::of(self.document, node, at, &mut Findings::new(self.document));
            let other_side = if self.side == Side::Request { "readOnly" } else { "writeOnly" };
            if !property.is(other_side) && !self.around.contains(&property.at) {
                object.insert(name.clone(), self.of(node, at));
            }
        }
        if shape.properties.is_empty() {
            let value = shape.additional.as_ref().filter(|(node, at)| !self.contains(node, at));
            object.insert("key".to_owned(), value.map_or(json!(true), |(node, at)| self.of(node, at)));
        }
        self.around.pop();
        Value::Object(object)
    }

    fn contains(&self, node: &'a Value, at: &Pointer) -> bool {
        self.document.resolve(node, at).is_some_and(|(_, at)| self.around.contains(&at))
    }
}
