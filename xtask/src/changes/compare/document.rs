//! What holds for the whole document: texts, servers, security, and components that nothing uses.

use serde_json::{Map, Value, json};

use super::{Comparison, Differing, differing, names, object};
use crate::changes::kind::Kind;

pub(super) fn compare(comparison: &mut Comparison<'_>) {
    let nothing = Map::new();
    let base = comparison.base.root.as_object().unwrap_or(&nothing);
    let new = comparison.new.root.as_object().unwrap_or(&nothing);
    for differing in differing(base, new) {
        match differing.key {
            // Compared by what uses them.
            "paths" => {}
            "components" => components(comparison, object(base, "components"), object(new, "components")),
            "openapi" => comparison.note(Kind::DocumentText, "document", differing.values()),
            "info" => info(comparison, object(base, "info"), object(new, "info")),
            "servers" => {
                let empty = json!([]);
                servers(comparison, "servers", differing.base.unwrap_or(&empty), differing.new.unwrap_or(&empty));
            }
            "security" => {
                let empty = json!([]);
                security(comparison, "security", differing.base.unwrap_or(&empty), differing.new.unwrap_or(&empty));
            }
            "tags" | "externalDocs" => comparison.note(Kind::DocumentText, "document", differing.text()),
            key => comparison.unknown("document", key),
        }
    }
}

fn info(comparison: &mut Comparison<'_>, base: &Map<String, Value>, new: &Map<String, Value>) {
    for differing in differing(base, new) {
        match differing.key {
            "version" => comparison.note(Kind::DocumentVersion, "info", differing.values()),
            "title" | "description" | "termsOfService" | "contact" | "license" => {
                comparison.note(Kind::DocumentText, "info", differing.text());
            }
            key => comparison.unknown("info", key),
        }
    }
}

/// Lists of servers, each known by its URL.
pub(super) fn servers(comparison: &mut Comparison<'_>, place: &str, base: &Value, new: &Value) {
    let by_url = |servers: &Value| -> Map<String, Value> {
        let servers = servers.as_array().into_iter().flatten();
        servers.map(|server| (server["url"].as_str().unwrap_or_default().to_owned(), server.clone())).collect()
    };
    let (by_url_base, by_url_new) = (by_url(base), by_url(new));
    for (url, base, new) in names(&by_url_base, &by_url_new) {
        match (base.and_then(Value::as_object), new.and_then(Value::as_object)) {
            (Some(_), None) => comparison.note(Kind::ServerRemoved, place, format!("server `{url}` removed")),
            (None, Some(_)) => comparison.note(Kind::ServerAdded, place, format!("server `{url}` added")),
            (Some(base), Some(new)) => server(comparison, place, base, new),
            (None, None) => {}
        }
    }
    let first = |servers: &Value| servers[0]["url"].as_str().map(str::to_owned);
    let (from, to) = (first(base), first(new));
    if from != to && from.as_ref().is_some_and(|from| by_url_new.contains_key(from)) {
        let what = format!("first server changed to `{}`", to.unwrap_or_default());
        comparison.note(Kind::ServerDefaultChanged, place, what);
    }
}

fn server(comparison: &mut Comparison<'_>, place: &str, base: &Map<String, Value>, new: &Map<String, Value>) {
    for keyword in differing(base, new) {
        match keyword.key {
            "description" => comparison.note(Kind::DocumentText, place, keyword.text()),
            "variables" => {
                for (name, base, new) in names(object(base, "variables"), object(new, "variables")) {
                    match (base.and_then(Value::as_object), new.and_then(Value::as_object)) {
                        (Some(base), Some(new)) => server_variable(comparison, place, name, base, new),
                        _ => comparison.unknown(place, name),
                    }
                }
            }
            key => comparison.unknown(place, key),
        }
    }
}

fn server_variable(
    comparison: &mut Comparison<'_>,
    place: &str,
    name: &str,
    base: &Map<String, Value>,
    new: &Map<String, Value>,
) {
    for keyword in differing(base, new) {
        match keyword.key {
            "description" => comparison.note(Kind::DocumentText, place, format!("{} of `{name}`", keyword.text())),
            "default" => comparison.note(Kind::ServerDefaultChanged, place, format!("`{name}`: {}", keyword.values())),
            "enum" => {
                for value in only_in(keyword.new, keyword.base) {
                    comparison.note(Kind::ServerValueAdded, place, format!("`{name}`: value {value} added"));
                }
                for value in only_in(keyword.base, keyword.new) {
                    comparison.note(Kind::ServerValueRemoved, place, format!("`{name}`: value {value} removed"));
                }
            }
            key => comparison.unknown(place, key),
        }
    }
}

/// The values of one list that another doesn't have.
fn only_in(one: Option<&Value>, other: Option<&Value>) -> Vec<String> {
    let values = |list: Option<&Value>| list.and_then(Value::as_array).cloned().unwrap_or_default();
    let other = values(other);
    values(one).iter().filter(|value| !other.contains(value)).map(super::short).collect()
}

/// What a request has to prove: one of several alternatives.
pub(super) fn security(comparison: &mut Comparison<'_>, place: &str, base: &Value, new: &Value) {
    if base == new {
        return;
    }
    let removed = only_in(Some(base), Some(new));
    // Without any alternative, nothing has to be proved, and one more is one that wasn't asked for before.
    if removed.is_empty() && base.as_array().is_some_and(|alternatives| !alternatives.is_empty()) {
        for alternative in only_in(Some(new), Some(base)) {
            let what = format!("security {alternative} added as an alternative");
            comparison.note(Kind::SecurityAlternativeAdded, place, what);
        }
        if only_in(Some(new), Some(base)).is_empty() {
            comparison.note(Kind::DocumentText, place, "alternatives of the security reordered");
        }
    } else {
        let what = format!("security changed from {} to {}", super::short(base), super::short(new));
        comparison.note(Kind::SecurityChanged, place, what);
    }
}

fn components(comparison: &mut Comparison<'_>, base: &Map<String, Value>, new: &Map<String, Value>) {
    for kind in differing(base, new) {
        let (base, new) = (object(base, kind.key), object(new, kind.key));
        match kind.key {
            "securitySchemes" => security_schemes(comparison, base, new),
            "schemas" | "responses" | "parameters" | "examples" | "requestBodies" | "headers" | "links"
            | "callbacks" => unused(comparison, kind.key, base, new),
            key => comparison.unknown("components", key),
        }
    }
}

/// Components that no operation uses. The others are compared where they are used.
fn unused(comparison: &mut Comparison<'_>, kind: &str, base: &Map<String, Value>, new: &Map<String, Value>) {
    for component in differing(base, new) {
        let reference = format!("#/components/{kind}/{}", component.key);
        let is_used = |model: &crate::changes::model::Model<'_>| model.used.contains(reference.as_str());
        if !is_used(&comparison.base) && !is_used(&comparison.new) {
            let place = format!("{kind}/{}", component.key);
            comparison.note(Kind::UnusedComponent, &place, format!("unused component {}", done(&component)));
        }
    }
}

fn done(component: &Differing<'_>) -> &'static str {
    match (component.base, component.new) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    }
}

fn security_schemes(comparison: &mut Comparison<'_>, base: &Map<String, Value>, new: &Map<String, Value>) {
    for (name, base, new) in names(base, new) {
        let place = format!("security {name}");
        match (base.and_then(Value::as_object), new.and_then(Value::as_object)) {
            (None, Some(_)) => comparison.note(Kind::SecuritySchemeAdded, &place, "security scheme added"),
            (Some(_), None) => comparison.note(Kind::SecuritySchemeRemoved, &place, "security scheme removed"),
            (Some(base), Some(new)) => {
                for keyword in differing(base, new) {
                    match keyword.key {
                        "description" | "bearerFormat" => {
                            comparison.note(Kind::DocumentText, &place, keyword.text());
                        }
                        "type" | "scheme" | "in" | "name" | "flows" | "openIdConnectUrl" => {
                            comparison.note(Kind::SecuritySchemeChanged, &place, keyword.values());
                        }
                        key => comparison.unknown(&place, key),
                    }
                }
            }
            (None, None) => {}
        }
    }
}
