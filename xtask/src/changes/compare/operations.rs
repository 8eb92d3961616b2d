//! Operations: which are the same, and how those differ.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Comparison, Differing, differing, document, parameters, request_body, request_type, responses};
use crate::changes::kind::{Directions, Kind};
use crate::changes::model::{Identity, Request};
use crate::changes::rules::Names;
use crate::generate::load::{IDEMPOTENT, METHODS};

/// The extension by which an operation says which read settles an unknown outcome.
const STATE_CHECK: &str = "x-state-check";

pub(super) fn compare(comparison: &mut Comparison<'_>) {
    let base = std::mem::take(&mut comparison.base.requests);
    let new = std::mem::take(&mut comparison.new.requests);
    let pairs = pairs(&base, &new);
    let paired: BTreeSet<&Identity> = pairs.iter().flat_map(|(base, new)| [&base.0, &new.0]).collect();
    let is_paired = |request: &Request<'_>| paired.contains(&request.identity());
    for request in base.iter().filter(|request| !is_paired(request)) {
        alone(comparison, request, Kind::OperationRemoved);
    }
    for request in new.iter().filter(|request| !is_paired(request)) {
        alone(comparison, request, Kind::OperationAdded);
    }
    for ((_, base), (_, new)) in &pairs {
        operation(comparison, base, new);
    }
}

type Identified<'r, 'a> = (Identity, &'r Request<'a>);

/// The requests that are the same: on the wire, or, where that has changed, by their `operationId`.
fn pairs<'r, 'a>(base: &'r [Request<'a>], new: &'r [Request<'a>]) -> Vec<(Identified<'r, 'a>, Identified<'r, 'a>)> {
    let mut left: BTreeMap<Identity, &Request<'a>> = new.iter().map(|request| (request.identity(), request)).collect();
    let mut pairs = Vec::new();
    let mut unpaired = Vec::new();
    for request in base {
        let identity = request.identity();
        match left.remove(&identity) {
            Some(same) => pairs.push(((identity.clone(), request), (identity, same))),
            None => unpaired.push((identity, request)),
        }
    }
    for (identity, request) in unpaired {
        let same = left.iter().find(|(_, other)| other.id == request.id).map(|(identity, _)| identity.clone());
        if let Some((same, other)) = same.and_then(|same| left.remove_entry(&same)) {
            pairs.push(((identity, request), (same, other)));
        }
    }
    pairs
}

/// An operation that only one of the documents has.
fn alone(comparison: &mut Comparison<'_>, request: &Request<'_>, kind: Kind) {
    let done = if kind == Kind::OperationAdded { "added" } else { "removed" };
    let media_type = request.media_type.map(|media_type| format!(", `{media_type}`")).unwrap_or_default();
    let what = format!("operation {done}: `{} {}`{media_type}", request.method, request.path);
    let names = Names { item: request_type(&request.id), ..Names::default() };
    comparison.add(kind, Directions::default(), &request.id, what, &names);
}

fn operation<'a>(comparison: &mut Comparison<'a>, base: &Request<'a>, new: &Request<'a>) {
    let place = base.id.as_str();
    let item = request_type(&base.id);
    let between = |from: &str, to: &str| Names { item: item.clone(), from: from.to_owned(), to: to.to_owned() };
    let mut changed = |kind, what: String, from: &str, to: &str| {
        comparison.add(kind, Directions::default(), place, what, &between(from, to));
    };
    if base.id != new.id {
        let (from, to) = (item.clone(), request_type(&new.id));
        let kind = if from == to { Kind::OperationRespelled } else { Kind::OperationRenamed };
        changed(kind, format!("operation renamed to `{}`", new.id), &from, &to);
    }
    if base.method != new.method {
        changed(Kind::MethodChanged, format!("method changed from {} to {}", base.method, new.method), "", "");
    }
    if base.identity().1 != new.identity().1 {
        changed(Kind::PathChanged, format!("path changed from `{}` to `{}`", base.path, new.path), "", "");
    } else if base.path_key.split_once('#').map(|(_, f)| f) != new.path_key.split_once('#').map(|(_, f)| f)
        && base.media_type == new.media_type
    {
        changed(Kind::OperationText, "fragment of the path's key changed, which isn't sent".to_owned(), "", "");
    }
    if base.media_type != new.media_type {
        let is_same = base.identity().2 == new.identity().2;
        let kind = if is_same { Kind::MediaTypeRespelled } else { Kind::MediaTypeChanged };
        let (from, to) = (media_type(base), media_type(new));
        changed(kind, format!("media type changed from {from} to {to}"), "", "");
    }
    for differing in differing(base.operation, new.operation) {
        keyword(comparison, place, &item, &differing);
    }
    for differing in differing(base.item, new.item) {
        // What an operation takes from its path is compared with the operation.
        if !METHODS.contains(&differing.key) && !["parameters", "servers"].contains(&differing.key) {
            keyword(comparison, &format!("path {}", base.path), &item, &differing);
        }
    }
    inherited(comparison, base, new);
    parameters::compare(comparison, base, new);
    request_body::compare(comparison, base, new);
    responses::compare(comparison, base, new);
}

fn media_type(request: &Request<'_>) -> String {
    request.media_type.map_or_else(|| "none".to_owned(), |media_type| format!("`{media_type}`"))
}

/// A keyword of an operation, or of its path.
fn keyword(comparison: &mut Comparison<'_>, place: &str, item: &str, differing: &Differing<'_>) {
    let names = |to: Option<&Value>| Names {
        item: item.to_owned(),
        from: String::new(),
        to: to.map(ToString::to_string).unwrap_or_default(),
    };
    let mut add = |kind, what| comparison.add(kind, Directions::default(), place, what, &names(differing.new));
    match differing.key {
        "operationId" | "parameters" | "requestBody" | "responses" | "security" | "servers" => {}
        "summary" | "description" | "externalDocs" | "tags" => add(Kind::OperationText, differing.text()),
        "deprecated" if differing.is_same_with_default(&json!(false)) => {}
        "deprecated" => add(Kind::OperationDeprecated, differing.values()),
        IDEMPOTENT => add(Kind::IdempotenceChanged, differing.values()),
        STATE_CHECK => add(Kind::StateCheckChanged, differing.values()),
        key => comparison.unknown(place, key),
    }
}

/// Servers and security, which an operation takes from around it where it has none of its own.
fn inherited(comparison: &mut Comparison<'_>, base: &Request<'_>, new: &Request<'_>) {
    let nothing = json!([]);
    let own = [base.operation, base.item, new.operation, new.item];
    if own.iter().any(|node| node.contains_key("servers")) {
        let effective = |request: &Request<'_>, root: &Value| {
            let own = request.operation.get("servers").or_else(|| request.item.get("servers"));
            own.or_else(|| root.get("servers")).unwrap_or(&nothing).clone()
        };
        let (from, to) = (effective(base, comparison.base.root), effective(new, comparison.new.root));
        document::servers(comparison, &base.id, &from, &to);
    }
    if own.iter().any(|node| node.contains_key("security")) {
        let effective = |request: &Request<'_>, root: &Value| {
            request.operation.get("security").or_else(|| root.get("security")).unwrap_or(&nothing).clone()
        };
        let (from, to) = (effective(base, comparison.base.root), effective(new, comparison.new.root));
        document::security(comparison, &base.id, &from, &to);
    }
}
