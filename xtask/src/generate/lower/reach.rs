//! Which components contain which.

use std::collections::BTreeSet;

use serde_json::Value;

use super::model::{Kind, Models, Ty};
use crate::generate::load::{Document, Pointer};

/// The components that requests and responses share, and that contain properties of only one of them.
pub(super) fn split(document: &Document) -> BTreeSet<String> {
    let (mut requests, mut responses) = (BTreeSet::new(), BTreeSet::new());
    for operation in document.operations() {
        visit(document, &operation.node["requestBody"], &mut requests, &mut |_| {});
        visit(document, &operation.node["responses"], &mut responses, &mut |_| {});
    }
    requests.intersection(&responses).filter(|name| is_one_sided(document, name)).cloned().collect()
}

fn is_one_sided(document: &Document, name: &str) -> bool {
    let mut found = false;
    let component = &document.root["components"]["schemas"][name];
    visit(document, component, &mut BTreeSet::new(), &mut |node| {
        found |= node["readOnly"] == true || node["writeOnly"] == true;
    });
    found
}

/// Returns whether a schema contains a secret.
pub(super) fn contains_secret(document: &Document, node: &Value) -> bool {
    let mut found = false;
    visit(document, node, &mut BTreeSet::new(), &mut |node| {
        found |= node["format"].as_str().is_some_and(|format| format.eq_ignore_ascii_case("password"));
    });
    found
}

/// Visits a node and everything that it contains or refers to. Collects the names of the component schemas.
fn visit(document: &Document, node: &Value, schemas: &mut BTreeSet<String>, f: &mut impl FnMut(&Value)) {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        f(node);
        if let Some(target) = node.get("$ref").and_then(Value::as_str)
            && seen.insert(target)
        {
            schemas.extend(target.strip_prefix("#/components/schemas/").map(str::to_owned));
            waiting.extend(document.resolve(node, &Pointer::default()).map(|(node, _)| node));
        }
        match node {
            // Examples are data.
            Value::Object(object) => {
                waiting.extend(
                    object.iter().filter(|(key, _)| *key != "example" && *key != "examples").map(|(_, node)| node),
                );
            }
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
}

/// Puts models that directly contain themselves on the heap.
pub(super) fn box_recursion(models: &mut Models) {
    let direct = |models: &Models, name: &str| -> Vec<String> {
        let Some(Kind::Struct(properties)) = models.get(name).map(|model| &model.kind) else { return Vec::new() };
        properties
            .iter()
            .filter_map(|property| if let Ty::Named(name) = &property.ty { Some(name.clone()) } else { None })
            .collect()
    };
    let names: Vec<String> = models.keys().cloned().collect();
    for name in &names {
        let contained: BTreeSet<String> = direct(models, name).into_iter().collect();
        for target in contained {
            let (mut seen, mut waiting) = (BTreeSet::new(), vec![target.clone()]);
            while let Some(next) = waiting.pop() {
                if seen.insert(next.clone()) {
                    waiting.extend(direct(models, &next));
                }
            }
            if !seen.contains(name) {
                continue;
            }
            if let Some(Kind::Struct(properties)) = models.get_mut(name).map(|model| &mut model.kind) {
                for property in properties.iter_mut().filter(|property| property.ty == Ty::Named(target.clone())) {
                    property.ty = Ty::Boxed(target.clone());
                }
            }
        }
    }
}

/// Puts embedded resources on the heap: most responses have none, and their room would be moved around for nothing.
pub(super) fn box_embedded(models: &mut Models) {
    for model in models.values_mut() {
        let Kind::Struct(properties) = &mut model.kind else { continue };
        for property in properties.iter_mut().filter(|property| property.name == "_embedded") {
            if let Ty::Named(name) = &property.ty {
                property.ty = Ty::Boxed(name.clone());
            }
        }
    }
}
