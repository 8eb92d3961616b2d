//! Names for inline types.

use heck::ToUpperCamelCase;
use serde_json::{Value, json};

use super::walk::{ALL_OF, children, each_root_schema};
use crate::generate::Error;

/// Makes every inline object and enum a component, so that its type has a known name.
pub(super) fn name_inline_types(root: &mut Value) -> Result<(), Error> {
    let mut named = Vec::new();
    each_root_schema(root, |name, schema| {
        let is_component = name.starts_with(char::is_uppercase);
        name_below(&name.to_upper_camel_case(), schema, is_component, &mut named);
    });
    let Some(schemas) = root["components"]
        .as_object_mut()
        .and_then(|components| components.entry("schemas").or_insert_with(|| json!({})).as_object_mut())
    else {
        return if named.is_empty() {
            Ok(())
        } else {
            Err(Error::Generator("the document has no `components`".to_owned()))
        };
    };
    for (name, schema) in named {
        if schemas.insert(name.clone(), schema).is_some() {
            let problem = format!("two types are named `{name}`: declare the inline one as a component");
            return Err(Error::Generator(problem));
        }
    }
    Ok(())
}

fn name_below(name: &str, schema: &mut Value, is_component: bool, named: &mut Vec<(String, Value)>) {
    for (child, part) in children(schema) {
        // The members of an `allOf` become one type.
        let is_part = part == ALL_OF;
        let name = if is_part { name.to_owned() } else { format!("{name}{part}") };
        name_below(&name, child, is_part, named);
    }
    let needs_name = schema["properties"].is_object() || schema["enum"].is_array();
    if needs_name && !is_component {
        let wrapper = json!({
            "description": schema["description"],
            "allOf": [{ "$ref": format!("#/components/schemas/{name}") }],
        });
        named.push((name.to_owned(), std::mem::replace(schema, wrapper)));
        if schema["description"].is_null() {
            *schema = schema["allOf"][0].clone();
        }
    }
}
