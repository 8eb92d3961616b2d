//! The component schemas that operations use: each is a Rust type, and is compared once.

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::Comparison;
use super::schemas::Spot;
use crate::changes::kind::{Directions, Kind};
use crate::changes::model::Model;
use crate::changes::rules::Names;
use crate::changes::shape::{Shape, is_enum};

pub(super) fn compare(comparison: &mut Comparison<'_>) {
    let (olds, news) = (comparison.base.types.clone(), comparison.new.types.clone());
    for (name, from) in &olds {
        match news.get(name) {
            Some(to) => {
                if is_type(&comparison.base, name) && is_type(&comparison.new, name) {
                    directions(comparison, name, *from, *to);
                    split(comparison, name);
                }
                component(comparison, name, *from);
            }
            None => alone(comparison, name, *from, Kind::TypeRemoved),
        }
    }
    for (name, to) in news.iter().filter(|(name, _)| !olds.contains_key(*name)) {
        alone(comparison, name, *to, Kind::TypeAdded);
    }
}

/// The Rust path of a type.
fn path(name: &str) -> String {
    format!("types::{}", name.to_upper_camel_case())
}

/// A type that only one of the documents uses.
fn alone(comparison: &mut Comparison<'_>, name: &str, directions: Directions, kind: Kind) {
    let (model, other) = match kind {
        Kind::TypeAdded => (&comparison.new, &comparison.base),
        _ => (&comparison.base, &comparison.new),
    };
    if !is_type(model, name) {
        return;
    }
    let what = match (kind, other.schema(name).is_some()) {
        (Kind::TypeAdded, _) => "type added",
        (_, true) => "type removed: no operation uses it any more",
        (_, false) => "type removed",
    };
    comparison.add(kind, directions, name, what, &Names { item: path(name), ..Names::default() });
}

/// Which ways the values of a type go decides what can be done with it.
fn directions(comparison: &mut Comparison<'_>, name: &str, from: Directions, to: Directions) {
    let names = Names { item: path(name), ..Names::default() };
    let schema = comparison.base.schema(name);
    let has_enum = schema.is_some_and(has_enum);
    let is_enum = schema.and_then(Value::as_object).is_some_and(is_enum);
    let mut add = |kind, what| comparison.add(kind, from, name, what, &names);
    match (from.request, to.request) {
        (false, true) => add(Kind::TypeBecameRequest, "type is used in requests, too"),
        // An enum has no constructor to lose.
        (true, false) if !is_enum => add(Kind::TypeLeftRequests, "type is no longer used in requests"),
        _ => {}
    }
    match (from.response, to.response) {
        // Only enums depend on who sends them.
        (false, true) if has_enum => add(Kind::TypeBecameResponse, "type is used in responses, too"),
        (true, false) if has_enum => add(Kind::TypeLeftResponses, "type is no longer used in responses"),
        _ => {}
    }
}

/// Whether a schema is an enum, or has one inside that is no component.
fn has_enum(schema: &Value) -> bool {
    match schema {
        Value::Object(object) => {
            is_enum(object)
                || object.iter().any(|(name, part)| !["example", "default"].contains(&name.as_str()) && has_enum(part))
        }
        Value::Array(items) => items.iter().any(has_enum),
        _ => false,
    }
}

/// A type of both directions is two, where properties go only one way.
fn split(comparison: &mut Comparison<'_>, name: &str) {
    let was = comparison.base.is_split(name);
    if was == comparison.new.is_split(name) {
        return;
    }
    let input = format!("{}Input", path(name));
    let (what, from, to) = if was {
        ("type of requests and responses became one", input, path(name))
    } else {
        ("type of requests and responses became two", path(name), input)
    };
    let names = Names { item: path(name), from, to };
    comparison.add(Kind::TypeSplit, Directions::REQUEST, name, what, &names);
}

/// Whether a component is a type of its own, and not a plain value or another name of another component.
fn is_type(model: &Model<'_>, name: &str) -> bool {
    let shape = model.schema(name).map(|schema| Shape::of(model, schema));
    shape.is_some_and(|shape| shape.component.is_none() && shape.is_named())
}

fn component(comparison: &mut Comparison<'_>, name: &str, directions: Directions) {
    let (Some(from), Some(to)) = (comparison.base.schema(name), comparison.new.schema(name)) else { return };
    let from = Shape::of(&comparison.base, from);
    let to = Shape::of(&comparison.new, to);
    let name_in_rust = name.to_upper_camel_case();
    let spot = Spot::new(name, &path(name), &name_in_rust, directions, true);
    if from.component.is_some() || to.component.is_some() {
        // Another name for a type is compared where it is used.
        return;
    }
    let names = spot.names(comparison, &from, &to);
    comparison.keywords(&from.all, &to.all, &spot, &names);
}
