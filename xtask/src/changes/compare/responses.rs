//! Responses: by status, and what they come to in Rust.

use heck::ToUpperCamelCase;
use serde_json::{Map, Value};

use super::schemas::Spot;
use super::{Comparison, differing, is_same_but_for_text, names, object, request_type, short};
use crate::changes::kind::{Directions, Kind};
use crate::changes::model::{Model, Request, component};
use crate::changes::rules::Names;
use crate::changes::shape::rust_type;

pub(super) fn compare(comparison: &mut Comparison<'_>, base: &Request<'_>, new: &Request<'_>) {
    let (olds, news) = (object(base.operation, "responses"), object(new.operation, "responses"));
    for (status, from, to) in names(olds, news) {
        match (from, to) {
            (Some(from), Some(to)) => response(comparison, base, status, from, to),
            (None, Some(_)) => alone(comparison, base, status, olds, true),
            (Some(_), None) => alone(comparison, base, status, olds, false),
            (None, None) => {}
        }
    }
    // Under one name on both sides, so that a renamed operation isn't another output.
    let (from, to) = (output(&comparison.base, base, &base.id), output(&comparison.new, new, &base.id));
    if from != to {
        let what = format!("output changed from `{from}` to `{to}`");
        let names = Names { item: request_type(&base.id), from, to };
        comparison.add(Kind::OutputChanged, Directions::RESPONSE, &base.id, what, &names);
    }
}

/// A status that only one of the documents has.
fn alone(
    comparison: &mut Comparison<'_>,
    request: &Request<'_>,
    status: &str,
    base: &Map<String, Value>,
    is_new: bool,
) {
    let done = if is_new { "added" } else { "removed" };
    let what = format!("response {status} {done}");
    let is_expected = base.keys().any(|known| is_within(status, known));
    let kind = match (status.as_bytes().first(), is_new) {
        (Some(b'2'), true) if !is_expected => Kind::SuccessAdded,
        (Some(b'2'), _) => Kind::SuccessRemoved,
        (Some(b'4' | b'5'), true) => Kind::ErrorAdded,
        (Some(b'4' | b'5'), false) => Kind::ErrorRemoved,
        _ => Kind::Unknown,
    };
    comparison.add(kind, Directions::RESPONSE, &request.id, what, &Names::default());
}

/// Whether a status is one of a range, such as `204` of `2XX`.
fn is_within(status: &str, range: &str) -> bool {
    range.len() == 3 && range.to_ascii_uppercase().ends_with("XX") && range.get(..1) == status.get(..1)
}

fn response(comparison: &mut Comparison<'_>, request: &Request<'_>, status: &str, base: &Value, new: &Value) {
    let shared = component(base).filter(|name| component(new) == Some(*name));
    let place = shared.map_or_else(|| format!("{} {status}", request.id), str::to_owned);
    let (base, new) = (comparison.base.resolve(base), comparison.new.resolve(new));
    let nothing = Map::new();
    let (base, new) = (base.as_object().unwrap_or(&nothing), new.as_object().unwrap_or(&nothing));
    for differing in differing(base, new) {
        match differing.key {
            // Compared below, through their references.
            "content" | "headers" => {}
            "description" | "links" => comparison.note(Kind::OperationText, &place, differing.text()),
            key => comparison.unknown(&place, key),
        }
    }
    headers(comparison, &place, object(base, "headers"), object(new, "headers"));

    let (base, new) = (object(base, "content"), object(new, "content"));
    match (base.is_empty(), new.is_empty()) {
        (true, false) => comparison.note(Kind::ResponseBodyAdded, &place, "response body added"),
        (false, true) => comparison.note(Kind::ResponseBodyRemoved, &place, "response body removed"),
        _ => {
            for (media_type, from, to) in names(base, new) {
                let empty = Map::new();
                match (from, to) {
                    (Some(from), Some(to)) => {
                        let parts = (from.as_object().unwrap_or(&empty), to.as_object().unwrap_or(&empty));
                        content(comparison, request, status, &place, parts);
                    }
                    (None, _) => {
                        let what = format!("media type {} added", short(&media_type.into()));
                        comparison.note(Kind::ResponseMediaTypeAdded, &place, what);
                    }
                    (_, None) => {
                        let what = format!("media type {} removed", short(&media_type.into()));
                        comparison.note(Kind::ResponseMediaTypeRemoved, &place, what);
                    }
                }
            }
        }
    }
    // Where no media type has stayed, what is inside is compared all the same.
    if !base.keys().any(|name| new.contains_key(name))
        && let (Some(from), Some(to)) = (schema(base), schema(new))
    {
        body(comparison, request, status, from, to);
    }
}

fn content(
    comparison: &mut Comparison<'_>,
    request: &Request<'_>,
    status: &str,
    place: &str,
    (base, new): (&Map<String, Value>, &Map<String, Value>),
) {
    for differing in differing(base, new) {
        match (differing.key, differing.base, differing.new) {
            // Compared below, through their references.
            ("schema", Some(_), Some(_)) | ("examples", ..) => {}
            ("schema", None, _) => comparison.note(Kind::ResponseBodyAdded, place, "schema of the response body added"),
            ("schema", _, None) => {
                comparison.note(Kind::ResponseBodyRemoved, place, "schema of the response body removed");
            }
            ("example", ..) => comparison.note(Kind::OperationText, place, differing.text()),
            (key, ..) => comparison.unknown(place, key),
        }
    }
    let examples = |model: &Model<'_>, content: &Map<String, Value>| -> Vec<(String, Value)> {
        let examples = object(content, "examples").iter();
        examples.map(|(name, example)| (name.clone(), model.resolve(example).clone())).collect()
    };
    if examples(&comparison.base, base) != examples(&comparison.new, new) {
        comparison.note(Kind::OperationText, place, "examples changed");
    }
    if let (Some(from), Some(to)) = (base.get("schema"), new.get("schema")) {
        body(comparison, request, status, from, to);
    }
}

fn body(comparison: &mut Comparison<'_>, request: &Request<'_>, status: &str, from: &Value, to: &Value) {
    let name = format!("{}Response{}", request.id.to_upper_camel_case(), status.to_lowercase().to_upper_camel_case());
    let place = format!("{} {status} body", request.id);
    let item = format!("response {status} of {}", request_type(&request.id));
    comparison.schemas(from, to, &Spot::new(&place, &item, &name, Directions::RESPONSE, true));
}

fn headers(comparison: &mut Comparison<'_>, place: &str, base: &Map<String, Value>, new: &Map<String, Value>) {
    for (name, from, to) in names(base, new) {
        let place = format!("{place} {name}");
        match (from, to) {
            (None, _) => comparison.note(Kind::HeaderAdded, &place, "header added"),
            (_, None) => comparison.note(Kind::HeaderRemoved, &place, "header removed"),
            (Some(from), Some(to)) => {
                let shared = component(from).filter(|name| component(to) == Some(*name));
                let place = shared.map_or(place, str::to_owned);
                let (from, to) = (comparison.base.resolve(from).clone(), comparison.new.resolve(to).clone());
                let schemas = [(&comparison.base, &from), (&comparison.new, &to)]
                    .map(|(model, header)| model.resolve(&header["schema"]).clone());
                if !is_same_but_for_text(&from, &to) || !is_same_but_for_text(&schemas[0], &schemas[1]) {
                    comparison.note(Kind::HeaderChanged, &place, "header changed");
                } else if from != to || schemas[0] != schemas[1] {
                    comparison.note(Kind::OperationText, &place, "text of the header changed");
                }
            }
        }
    }
}

/// The schema of a response, of whichever media type.
fn schema(content: &Map<String, Value>) -> Option<&Value> {
    content.values().find_map(|content| content.get("schema"))
}

/// What an operation comes to in Rust: a read to what its body says, a write to an option of it, since a write that was
/// applied is a success without a body, too.
fn output(model: &Model<'_>, request: &Request<'_>, id: &str) -> String {
    let responses = object(request.operation, "responses").iter();
    let successes = responses.filter(|(status, _)| status.starts_with('2')).map(|(status, response)| {
        let content = model.resolve(response)["content"].as_object();
        content.and_then(schema).map(|schema| {
            rust_type(model, schema, &format!("{}Response{}", id.to_upper_camel_case(), status.to_lowercase()))
        })
    });
    let successes: Vec<Option<String>> = successes.collect();
    let may_be_empty = request.method != "GET" || successes.iter().any(Option::is_none);
    match successes.into_iter().flatten().next() {
        None => "()".to_owned(),
        Some(body) if may_be_empty => format!("Option<{body}>"),
        Some(body) => body,
    }
}
