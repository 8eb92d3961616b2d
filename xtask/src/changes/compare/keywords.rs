//! The keywords of two schemas, one after the other.

use serde_json::{Map, Value, json};

use super::schemas::Spot;
use super::{Comparison, Differing, constraints, differing};
use crate::changes::kind::Kind;
use crate::changes::rules::Names;
use crate::changes::shape::{is_struct, json_type};

/// The keywords that make a schema of others.
const COMPOSED: [&str; 4] = ["oneOf", "anyOf", "allOf", "not"];

impl Comparison<'_> {
    /// Compares the keywords of two schemas, and the schemas inside them.
    pub(super) fn keywords(&mut self, from: &Map<String, Value>, to: &Map<String, Value>, spot: &Spot, names: &Names) {
        let is_another_type = self.json_types(from, to, spot, names);
        for keyword in differing(from, to) {
            match keyword.key {
                // Left out, it can be told from the other keywords, and an array is generated otherwise then.
                "type" if !is_another_type && json_type(from) != Some("array") => {
                    self.add(Kind::FormatRespelled, spot.directions, &spot.place, keyword.text(), names);
                }
                "type" if !is_another_type => self.unknown(&spot.place, "type"),
                // What a value of another type may be isn't compared.
                "format" if !is_another_type => self.format(from, to, &keyword, spot, names),
                "enum" if !is_another_type => self.enum_values(&keyword, spot, names),
                // Compared above, or below, also where only what they refer to differs.
                "type" | "format" | "enum" | "items" | "properties" | "required" | "additionalProperties" => {}
                _ => self.keyword(&keyword, spot, names),
            }
        }
        if !is_another_type {
            self.items(from, to, spot, names);
            self.free_names(from, to, spot, names);
            self.properties(from, to, spot);
        }
    }

    /// Whether the JSON types differ.
    fn json_types(&mut self, from: &Map<String, Value>, to: &Map<String, Value>, spot: &Spot, names: &Names) -> bool {
        let (was, is) = (json_type(from), json_type(to));
        // Another `oneOf` and the like, which no rule is for, is reported as such.
        if was == is || COMPOSED.iter().any(|keyword| from.get(*keyword) != to.get(*keyword)) {
            return was != is;
        }
        let kind = match (was, is) {
            (Some("integer"), Some("number")) | (Some(_), None) => Kind::ValueWidened,
            (Some("number"), Some("integer")) | (None, Some(_)) => Kind::ValueNarrowed,
            _ => Kind::ValueChanged,
        };
        let what = format!("type changed from {} to {}", was.unwrap_or("any"), is.unwrap_or("any"));
        self.add(kind, spot.directions, &spot.place, what, names);
        true
    }

    /// A keyword whose value stands for itself.
    fn keyword(&mut self, keyword: &Differing<'_>, spot: &Spot, names: &Names) {
        let is_false_by_default =
            ["deprecated", "nullable", "readOnly", "writeOnly", "uniqueItems", "exclusiveMinimum", "exclusiveMaximum"];
        if is_false_by_default.contains(&keyword.key) && keyword.is_same_with_default(&json!(false)) {
            return;
        }
        let (kind, what) = match keyword.key {
            "description" | "title" | "example" | "externalDocs" => (Kind::DocumentText, keyword.text()),
            // Says why a property isn't secret, and changes nothing.
            "x-secret" => (Kind::DocumentText, keyword.values()),
            "deprecated" => (Kind::PropertyDeprecated, keyword.values()),
            "readOnly" => (Kind::ReadOnlyChanged, keyword.values()),
            "writeOnly" => (Kind::WriteOnlyChanged, keyword.values()),
            "default" => (Kind::DefaultChanged, keyword.values()),
            "nullable" => match (keyword.new == Some(&json!(true)), spot.is_required) {
                (true, true) => (Kind::NullAllowed, "null allowed".to_owned()),
                (true, false) => (Kind::OptionalNullAllowed, "null allowed".to_owned()),
                (false, true) => (Kind::NullForbidden, "null no longer allowed".to_owned()),
                (false, false) => (Kind::OptionalNullForbidden, "null no longer allowed".to_owned()),
            },
            key => match constraints::relation(key, keyword.base, keyword.new) {
                Some(kind) => (kind, keyword.values()),
                None => return self.unknown(&spot.place, key),
            },
        };
        self.add(kind, spot.directions, &spot.place, what, names);
    }

    fn items(&mut self, from: &Map<String, Value>, to: &Map<String, Value>, spot: &Spot, names: &Names) {
        let kind = match (from.get("items"), to.get("items")) {
            (Some(from), Some(to)) => return self.schemas(from, to, &spot.items()),
            (None, None) => return,
            (Some(_), None) => Kind::ValueWidened,
            (None, Some(_)) => Kind::ValueNarrowed,
        };
        self.add(kind, spot.directions, &spot.place, "type of the items changed", names);
    }

    /// Values under names that the document doesn't know.
    fn free_names(&mut self, from: &Map<String, Value>, to: &Map<String, Value>, spot: &Spot, names: &Names) {
        let values = |schema: &Map<String, Value>| schema.get("additionalProperties").cloned().unwrap_or(json!(true));
        let is_any = |values: &Value| values == &json!(true) || values == &json!({});
        let (was, is) = (values(from), values(to));
        let kind = match (is_any(&was), is_any(&is)) {
            _ if is_struct(from) && is_struct(to) => return self.more_names(&was, &is, spot, names),
            (true, true) if is_struct(from) != is_struct(to) => Kind::ValueRewritten,
            (true, true) => return,
            (true, false) => Kind::ValueNarrowed,
            (false, true) => Kind::ValueWidened,
            (false, false) if was.is_object() && is.is_object() => return self.schemas(&was, &is, &spot.values()),
            (false, false) if was == is => return,
            (false, false) => Kind::ValueChanged,
        };
        self.add(kind, spot.directions, &spot.place, "values under free names changed", names);
    }

    /// Values under names beside properties, which stay plain JSON in Rust.
    fn more_names(&mut self, was: &Value, is: &Value, spot: &Spot, names: &Names) {
        let is_any = |values: &Value| values == &json!(true) || values == &json!({});
        if was == is || is_any(was) && is_any(is) {
            return;
        }
        let kind = if is_any(is) { Kind::ConstraintLoosened } else { Kind::ConstraintTightened };
        self.add(kind, spot.directions, &spot.place, "values under other names changed", names);
    }
}
