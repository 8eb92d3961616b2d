//! Replaces references in operations.

use serde_json::{Map, Value};

use super::walk::each_operation;
use crate::generate::load::{self, Pointer};

/// Replaces the references to parameters, request bodies and responses. Only schemas stay shared.
pub(super) fn inline_operations(root: &mut Value) {
    let shared = root.clone();
    let inline = |node: &Value| {
        let resolved = load::resolve(&shared, node, &Pointer::default());
        resolved.map_or_else(|| node.clone(), |(node, _)| node.clone())
    };
    each_operation(root, |path_key, _, operation| {
        let own = operation["parameters"].as_array().cloned().unwrap_or_default();
        let of_path = shared["paths"][path_key]["parameters"].as_array().cloned().unwrap_or_default();
        let mut parameters: Vec<Value> = own.iter().map(inline).collect();
        for parameter in of_path.iter().map(inline) {
            let overridden =
                parameters.iter().any(|own| own["name"] == parameter["name"] && own["in"] == parameter["in"]);
            if !overridden {
                parameters.push(parameter);
            }
        }
        operation["parameters"] = Value::Array(parameters);
        if let Some(body) = operation.get_mut("requestBody") {
            *body = inline(body);
        }
        for response in operation["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
            *response = inline(response);
        }
    });
    for item in root["paths"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        if let Some(item) = item.as_object_mut() {
            item.remove("parameters");
        }
    }
    if let Some(components) = root["components"].as_object_mut() {
        components.retain(|kind, _| kind == "schemas");
    }
}
