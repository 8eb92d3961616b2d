//! Loosens types.

use serde_json::{Value, json};

use super::secrets::is_secret;
use super::walk::{each_schema, reference};

/// Lets a type hold whatever the server may send, and leave out whatever it need not.
///
/// What the document says of a value's range is for its readers: the server judges requests, and no answer of the
/// server's is refused for it.
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
            // Absent, null and empty are told apart only by an `Option`.
            if reference(property).is_some() {
                *property = json!({ "allOf": [property], "nullable": true });
            } else if property.get("type").is_some() || property.get("allOf").is_some() {
                property["nullable"] = json!(true);
            }
        }
        // `{}` instead of `true`: only then does progenitor keep what it doesn't know.
        if is_response && object.get("additionalProperties").is_none_or(|more| more == &json!(true)) {
            object.insert("additionalProperties".to_owned(), json!({}));
        }
    });
}
