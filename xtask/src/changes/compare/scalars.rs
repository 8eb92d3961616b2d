//! Strings and numbers: their formats, and the values of enums.

use heck::ToUpperCamelCase;
use serde_json::{Map, Value};

use super::schemas::Spot;
use super::{Comparison, Differing, short};
use crate::changes::kind::Kind;
use crate::changes::rules::Names;
use crate::changes::shape::{is_wider, json_type, scalar};

impl Comparison<'_> {
    pub(super) fn format(
        &mut self,
        from: &Map<String, Value>,
        to: &Map<String, Value>,
        keyword: &Differing<'_>,
        spot: &Spot,
        names: &Names,
    ) {
        let scalar = |schema| scalar(json_type(schema), schema.get("format").and_then(Value::as_str));
        let is_string = json_type(to) == Some("string");
        let kind = match (scalar(from), scalar(to)) {
            (was, is) if was == is && !is_string => Kind::FormatRespelled,
            (was, is) if was == is && keyword.new.is_none() => Kind::FormatLoosened,
            (was, is) if was == is => Kind::FormatTightened,
            ("String", "Secret") => Kind::SecretAdded,
            ("Secret", "String") => Kind::SecretRemoved,
            (was, is) if is_wider(is, was) => Kind::ValueWidened,
            (was, is) if is_wider(was, is) => Kind::ValueNarrowed,
            _ => Kind::ValueChanged,
        };
        self.add(kind, spot.directions, &spot.place, keyword.values(), names);
    }

    /// The values of an enum.
    pub(super) fn enum_values(&mut self, keyword: &Differing<'_>, spot: &Spot, names: &Names) {
        let list = |values: Option<&Value>| values.and_then(Value::as_array).cloned();
        let is_text = |values: &Vec<Value>| values.iter().all(|value| value.is_string() || value.is_null());
        let lists = [list(keyword.base), list(keyword.new)];
        if !lists.iter().flatten().all(is_text) {
            // Numbers stay numbers in Rust.
            let is_looser = match &lists {
                [Some(from), Some(to)] => from.iter().all(|value| to.contains(value)),
                [_, to] => to.is_none(),
            };
            let kind = if is_looser { Kind::ConstraintLoosened } else { Kind::ConstraintTightened };
            return self.add(kind, spot.directions, &spot.place, keyword.values(), names);
        }
        let (from, to) = match (list(keyword.base), list(keyword.new)) {
            (Some(from), Some(to)) => (from, to),
            (None, _) => return self.add(Kind::EnumAdded, spot.directions, &spot.place, "enum added", names),
            (_, None) => return self.add(Kind::EnumRemoved, spot.directions, &spot.place, "enum removed", names),
        };
        let variant = |value: &Value| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Names { item: format!("types::{}::{}", names.to, text.to_upper_camel_case()), ..names.clone() }
        };
        for value in from.iter().filter(|value| !to.contains(value)) {
            let what = format!("value {} removed", short(value));
            self.add(Kind::EnumValueRemoved, spot.directions, &spot.place, what, &variant(value));
        }
        for value in to.iter().filter(|value| !from.contains(value)) {
            let what = format!("value {} added", short(value));
            self.add(Kind::EnumValueAdded, spot.directions, &spot.place, what, &variant(value));
        }
        let kept = |values: &[Value], others: &[Value]| -> Vec<Value> {
            values.iter().filter(|value| others.contains(value)).cloned().collect()
        };
        if kept(&from, &to) != kept(&to, &from) {
            let names = Names { item: format!("types::{}", names.to), ..names.clone() };
            self.add(Kind::EnumReordered, spot.directions, &spot.place, "values reordered", &names);
        }
    }
}
