//! Secrets, which become a redacted type.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::walk::{components, each_root_schema, each_schema, reference};

/// The type of a property with `format: password`. It is part of the client crate.
pub(crate) const SECRET: &str = "crate::Secret";

/// The schema of every secret in the lowered document.
pub(crate) fn secret_schema() -> Value {
    json!({ "type": "string", "format": "password" })
}

pub(super) fn is_secret(schema: &Value) -> bool {
    schema["type"] == "string" && schema["format"] == "password"
}

/// Replaces every secret, and every reference to one, by the same schema. Returns their number.
pub(super) fn plain_secrets(root: &mut Value) -> usize {
    let named: BTreeSet<String> =
        components(root).filter(|(_, schema)| is_secret(schema)).map(|(name, _)| name.clone()).collect();
    let mut count = 0;
    each_root_schema(root, |_, schema| {
        each_schema(schema, &mut |schema| {
            if is_secret(schema) || reference(schema).is_some_and(|name| named.contains(name)) {
                let description = schema["description"].clone();
                *schema = secret_schema();
                if description.is_string() {
                    schema["description"] = description;
                }
                count += 1;
            }
        });
    });
    if let Some(schemas) = root["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| !named.contains(name));
    }
    count - named.len()
}
