//! The properties of an object, by name.

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::{Map, Value};

use super::schemas::Spot;
use super::{Comparison, is_same_but_for_text, names, object};
use crate::changes::kind::{Directions, Kind};
use crate::changes::rules::Names;

impl Comparison<'_> {
    /// Compares the properties of two objects, and which of them are required.
    pub(super) fn properties(&mut self, from: &Map<String, Value>, to: &Map<String, Value>, spot: &Spot) {
        let (olds, news) = (object(from, "properties"), object(to, "properties"));
        for (name, was, is) in names(olds, news) {
            let place = format!("{}.{name}", spot.place);
            let item = format!("types::{}::{}", spot.name, name.to_snake_case());
            let names = Names { item: item.clone(), ..Names::default() };
            match (was, is) {
                (None, Some(is)) => {
                    let (kind, what) = if is_required(to, name, is, spot.directions) {
                        (Kind::RequiredPropertyAdded, "property added, and required")
                    } else {
                        (Kind::PropertyAdded, "property added")
                    };
                    self.on_its_way(kind, is, spot, &place, what, &names);
                }
                (Some(was), None) => {
                    self.on_its_way(Kind::PropertyRemoved, was, spot, &place, &removed(was, olds, news), &names);
                }
                (Some(was), Some(is)) => {
                    let required =
                        (is_required(from, name, was, spot.directions), is_required(to, name, is, spot.directions));
                    match required {
                        (false, true) => {
                            let what = "property became required";
                            self.add(Kind::PropertyBecameRequired, spot.directions, &place, what, &names);
                        }
                        (true, false) => {
                            let what = "property became optional";
                            self.add(Kind::PropertyBecameOptional, spot.directions, &place, what, &names);
                        }
                        _ => {}
                    }
                    let name = format!("{}{}", spot.name, name.to_upper_camel_case());
                    let spot = Spot::new(&place, &item, &name, spot.directions, required == (true, true));
                    self.schemas(was, is, &spot);
                }
                (None, None) => {}
            }
        }
        self.undeclared(from, to, spot);
    }

    /// Adds a change of a property, which may go only one of the ways that its object goes.
    fn on_its_way(&mut self, kind: Kind, property: &Value, spot: &Spot, place: &str, what: &str, names: &Names) {
        let directions = Directions {
            request: spot.directions.request && property["readOnly"] != true,
            response: spot.directions.response && property["writeOnly"] != true,
        };
        if directions == Directions::default() {
            // Neither side has it, so that it is only documented.
            self.note(Kind::DocumentText, place, what);
        } else {
            self.add(kind, directions, place, what, names);
        }
    }

    /// Names that are required without being declared as properties.
    fn undeclared(&mut self, from: &Map<String, Value>, to: &Map<String, Value>, spot: &Spot) {
        let undeclared = |schema: &Map<String, Value>| -> Vec<String> {
            let declared = object(schema, "properties");
            required(schema).filter(|name| !declared.contains_key(*name)).map(str::to_owned).collect()
        };
        let (mut from, mut to) = (undeclared(from), undeclared(to));
        from.sort();
        to.sort();
        if from != to {
            self.unknown(&spot.place, "required");
        }
    }
}

fn required(schema: &Map<String, Value>) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Whether a property has to be there. One that is only read isn't asked for in a request, and the other way round.
fn is_required(schema: &Map<String, Value>, name: &str, property: &Value, directions: Directions) -> bool {
    let is_other_way = directions == Directions::REQUEST && property["readOnly"] == true
        || directions == Directions::RESPONSE && property["writeOnly"] == true;
    required(schema).any(|other| other == name) && !is_other_way
}

/// Says of a removed property which new one may be the same under another name.
fn removed(was: &Value, olds: &Map<String, Value>, news: &Map<String, Value>) -> String {
    let added: Vec<_> = news.iter().filter(|(name, _)| !olds.contains_key(*name)).collect();
    match added.as_slice() {
        [(name, is)] if is_same_but_for_text(was, is) => format!("property removed; `{name}` is new and like it"),
        _ => "property removed".to_owned(),
    }
}
