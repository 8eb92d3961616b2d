//! Loosens types, so that any response decodes.

use serde_json::{Value, json};

use super::secrets::is_secret;
use super::walk::{each_schema, reference};

/// Allows additional properties, and `null` for optional ones, and removes constraints on values.
///
/// Constraints are documentation: the server validates requests, and no response is rejected for them.
pub(super) fn loosen(schema: &mut Value, is_response: bool) {
    each_schema(schema, &mut |schema| {
        let Some(object) = schema.as_object_mut() else { return };
        for range in ["minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "minimum", "maximum"]
        {
            object.remove(range);
        }
        let required = object.get("required").cloned().unwrap_or_default();
        let is_required = |name: &str| required.as_array().is_some_and(|names| names.iter().any(|other| other == name));
        let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) else { return };
        for (name, property) in properties {
            if is_required(name) || is_secret(property) {
                continue;
            }
            // An `Option` distinguishes absent from empty.
            if reference(property).is_some() {
                *property = json!({ "allOf": [property], "nullable": true });
            } else if property.get("type").is_some() || property.get("allOf").is_some() {
                property["nullable"] = json!(true);
            }
        }
        // `{}` instead of `true`: only then does progenitor keep unknown properties.
        if is_response && object.get("additionalProperties").is_none_or(|more| more == &json!(true)) {
            object.insert("additionalProperties".to_owned(), json!({}));
        }
    });
}
