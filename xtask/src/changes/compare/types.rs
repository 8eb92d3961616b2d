//! The component schemas that operations use: each is a Rust type, and is compared once.

use heck::ToUpperCamelCase;

use super::Comparison;
use super::schemas::Spot;
use crate::changes::kind::{Directions, Kind};
use crate::changes::rules::Names;
use crate::changes::shape::{Shape, is_secret};

pub(super) fn compare(comparison: &mut Comparison<'_>) {
    let (olds, news) = (comparison.base.types.clone(), comparison.new.types.clone());
    for (name, from) in &olds {
        match news.get(name) {
            Some(to) => {
                directions(comparison, name, *from, *to);
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
    // A secret has no type of its own.
    let Some(schema) = model.schema(name).filter(|schema| !schema.as_object().is_some_and(is_secret)) else { return };
    debug_assert!(schema.is_object());
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
    let mut add = |kind, what| comparison.add(kind, from, name, what, &names);
    match (from.request, to.request) {
        (false, true) => add(Kind::TypeBecameRequest, "type is used in requests, too"),
        (true, false) => add(Kind::TypeLeftRequests, "type is no longer used in requests"),
        _ => {}
    }
    match (from.response, to.response) {
        (false, true) => add(Kind::TypeBecameResponse, "type is used in responses, too"),
        (true, false) => add(Kind::TypeLeftResponses, "type is no longer used in responses"),
        _ => {}
    }
}

fn component(comparison: &mut Comparison<'_>, name: &str, directions: Directions) {
    let (Some(from), Some(to)) = (comparison.base.schema(name), comparison.new.schema(name)) else { return };
    let from = Shape::of(&comparison.base, from);
    let to = Shape::of(&comparison.new, to);
    let name_in_rust = name.to_upper_camel_case();
    let spot = Spot::new(name, &path(name), &name_in_rust, directions, true);
    if from.component != to.component {
        // One name for another type, or for none.
        return comparison.unknown(name, "$ref");
    }
    let names = spot.names(comparison, &from, &to);
    comparison.keywords(&from.all, &to.all, &spot, &names);
}
