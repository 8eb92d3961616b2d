//! Request bodies: whether there is one, and what it holds.

use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

use super::schemas::Spot;
use super::{Comparison, differing, object, request_type};
use crate::changes::kind::{Directions, Kind};
use crate::changes::model::Request;
use crate::changes::rules::Names;

pub(super) fn compare<'a>(comparison: &mut Comparison<'a>, base: &Request<'a>, new: &Request<'a>) {
    let bodies = (comparison.base.request_body(base.operation), comparison.new.request_body(new.operation));
    let shared = match bodies {
        (Some((_, base)), Some((_, new))) if base == new => base,
        _ => None,
    };
    let place = shared.map_or_else(|| format!("{} body", base.id), str::to_owned);
    let names = Names { item: format!("{}::body", request_type(&base.id)), ..Names::default() };
    let nothing = Map::new();
    let object_of = |body: Option<(&'a Value, Option<&str>)>| body.and_then(|(body, _)| body.as_object());
    let (from, to) = (object_of(bodies.0).unwrap_or(&nothing), object_of(bodies.1).unwrap_or(&nothing));
    let contents = (content(from, base.media_type), content(to, new.media_type));
    let schemas = (contents.0.get("schema"), contents.1.get("schema"));

    for differing in differing(from, to) {
        let mut add = |kind, what: String| comparison.add(kind, Directions::REQUEST, &place, what, &names);
        match differing.key {
            // Compared by media type.
            "content" => {}
            "description" => add(Kind::OperationText, differing.text()),
            "required" if differing.is_same_with_default(&json!(false)) => {}
            // Without a schema there is no body, and with one side alone it is added or removed below.
            "required" if schemas.0.is_none() || schemas.1.is_none() => {}
            "required" if differing.new == Some(&json!(true)) => {
                add(Kind::BodyBecameRequired, "request body became required".to_owned());
            }
            "required" => add(Kind::BodyBecameOptional, "request body became optional".to_owned()),
            key => comparison.unknown(&place, key),
        }
    }
    for differing in differing(contents.0, contents.1) {
        match differing.key {
            "schema" => {}
            "example" | "examples" => {
                comparison.add(Kind::OperationText, Directions::REQUEST, &place, differing.text(), &names);
            }
            key => comparison.unknown(&place, key),
        }
    }
    match schemas {
        (Some(from), Some(to)) => {
            let name = format!("{}Body", base.id.to_upper_camel_case());
            comparison.schemas(from, to, &Spot::new(&place, &names.item, &name, Directions::REQUEST, true));
        }
        (None, Some(_)) => comparison.add(Kind::BodyAdded, Directions::REQUEST, &place, "request body added", &names),
        (Some(_), None) => {
            comparison.add(Kind::BodyRemoved, Directions::REQUEST, &place, "request body removed", &names);
        }
        (None, None) => {}
    }
}

fn content<'v>(body: &'v Map<String, Value>, media_type: Option<&str>) -> &'v Map<String, Value> {
    object(object(body, "content"), media_type.unwrap_or_default())
}
