//! YAML as JSON, with the line of every node.

use std::collections::BTreeMap;

use saphyr::{MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Value};

use super::pointer::Pointer;

pub(super) type Line = usize;

pub(super) fn to_json(
    node: &MarkedYaml<'_>,
    at: &Pointer,
    lines: &mut BTreeMap<String, Line>,
) -> Result<Value, (Line, String)> {
    let line = node.span.start.line();
    lines.entry(at.0.clone()).or_insert(line);
    Ok(match &node.data {
        YamlData::Value(scalar) => match scalar {
            Scalar::Null => Value::Null,
            Scalar::Boolean(value) => Value::from(*value),
            Scalar::Integer(value) => Value::from(*value),
            Scalar::FloatingPoint(value) => Value::from(value.into_inner()),
            Scalar::String(value) => Value::from(value.as_ref()),
        },
        YamlData::Sequence(items) => {
            let items = items.iter().enumerate();
            items.map(|(index, item)| to_json(item, &at.child(&index.to_string()), lines)).collect::<Result<_, _>>()?
        }
        YamlData::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                let line = key.span.start.line();
                // `200:` is a number to YAML and a name to OpenAPI.
                let name = match &key.data {
                    YamlData::Value(Scalar::String(name)) => name.to_string(),
                    YamlData::Value(Scalar::Integer(number)) => number.to_string(),
                    _ => return Err((line, "a key that isn't text".to_owned())),
                };
                let at = at.child(&name);
                lines.insert(at.0.clone(), line);
                object.insert(name, to_json(value, &at, lines)?);
            }
            Value::Object(object)
        }
        YamlData::Tagged(..) | YamlData::Representation(..) | YamlData::Alias(_) | YamlData::BadValue => {
            return Err((line, "a tag, an alias or a value that JSON can't express".to_owned()));
        }
    })
}
