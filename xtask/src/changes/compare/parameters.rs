//! Parameters: by name, but those in a path by their position.

use heck::ToSnakeCase;
use serde_json::{Map, Value, json};

use super::schemas::Spot;
use super::{Comparison, Differing, differing, request_type};
use crate::changes::kind::{Directions, Kind};
use crate::changes::model::{Parameter, Request};
use crate::changes::rules::Names;
use crate::changes::verdict::{Judgement, Verdict};

pub(super) fn compare<'a>(comparison: &mut Comparison<'a>, base: &Request<'a>, new: &Request<'a>) {
    let olds = comparison.base.parameters(base);
    let mut news = comparison.new.parameters(new);
    let renamed: Vec<(&str, &str)> = if base.identity().1 == new.identity().1 {
        base.path_names().into_iter().zip(new.path_names()).collect()
    } else {
        Vec::new()
    };
    let order = |parameters: &[Parameter<'_>]| -> Vec<(String, String)> {
        let required = parameters.iter().filter(|parameter| parameter.node["required"] == true);
        let required = required.filter(|parameter| ["query", "header"].contains(&parameter.place));
        let mut names: Vec<_> =
            required.map(|parameter| (parameter.place.to_owned(), parameter.name.to_ascii_lowercase())).collect();
        names.sort_by_key(|(place, _)| place == "header");
        names
    };
    let (was, is) = (order(&olds), order(&news));
    let kept = |names: &[(String, String)], others: &[(String, String)]| -> Vec<(String, String)> {
        names.iter().filter(|name| others.contains(name)).cloned().collect()
    };
    if kept(&was, &is) != kept(&is, &was) {
        let names = Names { item: request_type(&base.id), ..Names::default() };
        let what = "required parameters reordered";
        comparison.add(Kind::ParametersReordered, Directions::REQUEST, &base.id, what, &names);
    }
    for old in &olds {
        let name = match renamed.iter().find(|(name, _)| old.place == "path" && *name == old.name) {
            Some((_, name)) => name,
            None => old.name,
        };
        let same = news.iter().position(|other| {
            let is_named = other.name == name || old.place == "header" && other.name.eq_ignore_ascii_case(name);
            other.place == old.place && is_named
        });
        match same {
            Some(index) => parameter(comparison, base, old, &news.remove(index)),
            None => alone(comparison, base, old, Kind::ParameterRemoved),
        }
    }
    for parameter in news {
        let kind = if parameter.node["required"] == true { Kind::ParameterAdded } else { Kind::OptionalParameterAdded };
        alone(comparison, base, &parameter, kind);
    }
}

/// A parameter that only one of the documents has.
fn alone(comparison: &mut Comparison<'_>, request: &Request<'_>, parameter: &Parameter<'_>, kind: Kind) {
    let done = match kind {
        Kind::ParameterRemoved => "removed",
        Kind::ParameterAdded => "added, and required",
        _ => "added",
    };
    let what = format!("{} parameter {done}", parameter.place);
    let names = Names { item: field(request, parameter.name), ..Names::default() };
    comparison.add(kind, Directions::REQUEST, &format!("{}.{}", request.id, parameter.name), what, &names);
}

/// The field of an operation's Rust type.
fn field(request: &Request<'_>, name: &str) -> String {
    format!("{}::{}", request_type(&request.id), name.to_snake_case())
}

fn parameter<'a>(comparison: &mut Comparison<'a>, request: &Request<'a>, base: &Parameter<'a>, new: &Parameter<'a>) {
    // What operations share is one place, not one for each of them.
    let shared = base.component.filter(|_| base.component == new.component);
    let place = shared.map_or_else(|| format!("{}.{}", request.id, base.name), str::to_owned);
    let item = if shared.is_some() { base.name.to_snake_case() } else { field(request, base.name) };
    let names = Names { item, from: base.name.to_snake_case(), to: new.name.to_snake_case() };
    if base.name != new.name {
        let kind = if names.from == names.to { Kind::ParameterRespelled } else { Kind::ParameterRenamed };
        comparison.add(kind, Directions::REQUEST, &place, format!("parameter renamed to `{}`", new.name), &names);
    }
    let nothing = Map::new();
    let nodes = (base.node.as_object().unwrap_or(&nothing), new.node.as_object().unwrap_or(&nothing));
    for differing in differing(nodes.0, nodes.1) {
        keyword(comparison, &place, &names, base.place, &differing);
    }
    if let (Some(from), Some(to)) = (base.node.get("schema"), new.node.get("schema")) {
        let name = format!("{}_{}", request.id, base.name.to_snake_case());
        let is_required = base.node["required"] == true && new.node["required"] == true;
        let spot = Spot::new(&place, &names.item, &name, Directions::REQUEST, is_required);
        let before = comparison.found.len();
        comparison.schemas(from, to, &spot);
        // What a component says is compared as a type; a value of a parameter is in no stored JSON.
        for change in &mut comparison.found[before..] {
            if change.verdicts.schema.verdict == Verdict::Breaking && change.kind != Kind::Unknown {
                change.verdicts.schema =
                    Judgement { verdict: Verdict::Compatible, why: "parameters are not stored".to_owned() };
            }
        }
    }
}

fn keyword(comparison: &mut Comparison<'_>, place: &str, names: &Names, location: &str, differing: &Differing<'_>) {
    let mut add = |kind, what: String| comparison.add(kind, Directions::REQUEST, place, what, names);
    let style = if ["path", "header"].contains(&location) { "simple" } else { "form" };
    match differing.key {
        // Compared by the parameter, and by its schema.
        "name" | "in" => {}
        "schema" if differing.base.is_some() && differing.new.is_some() => {}
        _ if differing.is_same_with_default(&default(differing.key, style)) => {}
        "description" | "example" | "examples" => add(Kind::OperationText, differing.text()),
        "required" if differing.new == Some(&json!(true)) => {
            add(Kind::ParameterBecameRequired, "parameter became required".to_owned());
        }
        "required" => add(Kind::ParameterBecameOptional, "parameter became optional".to_owned()),
        "deprecated" => add(Kind::ParameterDeprecated, differing.values()),
        "style" | "explode" | "allowReserved" | "allowEmptyValue" => {
            add(Kind::ParameterEncodingChanged, differing.values());
        }
        key => comparison.unknown(place, key),
    }
}

/// What a keyword of a parameter means where it is absent.
fn default(key: &str, style: &str) -> Value {
    match key {
        "required" | "deprecated" | "allowReserved" | "allowEmptyValue" => json!(false),
        "style" => json!(style),
        "explode" => json!(style == "form"),
        _ => Value::Null,
    }
}
