//! Properties of a JSON object, and whether they meet conditions.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::column::find_named;
use super::condition::Condition;
use crate::terminal::quoted;

/// The value of a property.
#[derive(Debug)]
pub(super) enum Property {
    Text(String),
    Flag(bool),
    Number(Number),
    Null,
    Object(Vec<(String, Property)>),
    /// An array, or an object that no condition names.
    Other,
}

/// Reads a value, and drops what no condition needs.
#[derive(Clone, Copy)]
pub(super) struct PropertySeed {
    pub(super) keeps_objects: bool,
}

impl<'de> DeserializeSeed<'de> for PropertySeed {
    type Value = Property;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Property, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PropertySeed {
    type Value = Property;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Property, E> {
        Ok(Property::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Property, E> {
        Ok(Property::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Property, E> {
        Ok(Property::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Property, E> {
        Ok(Property::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Property, E> {
        Ok(Number::from_f64(number).map_or(Property::Other, Property::Number))
    }

    fn visit_unit<E>(self) -> Result<Property, E> {
        Ok(Property::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Property, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Property::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Property, A::Error> {
        if !self.keeps_objects {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Property::Other);
        }
        let mut properties = Vec::new();
        while let Some(name) = map.next_key()? {
            properties.push((name, map.next_value_seed(self)?));
        }
        Ok(Property::Object(properties))
    }
}

/// Returns the names of properties.
pub(super) fn names(properties: &[(String, Property)]) -> Vec<String> {
    properties.iter().map(|(name, _)| name.clone()).collect()
}

/// Returns a condition that the properties don't meet. A missing property is empty.
///
/// # Errors
///
/// Fails if a condition can't be decided.
pub(super) fn unmet<'c>(
    properties: &[(String, Property)],
    conditions: &'c [Condition],
) -> Result<Option<&'c Condition>, String> {
    for condition in conditions {
        let is_met = match find(properties, condition.column())? {
            None | Some(Property::Null) => condition.accepts(""),
            Some(Property::Text(text)) => condition.accepts(text),
            Some(Property::Flag(flag)) => condition.accepts(&flag.to_string()),
            Some(Property::Number(number)) => condition.accepts(&number.to_string()),
            Some(Property::Object(_) | Property::Other) => {
                return Err(format!("--where names {}, which is an object or an array", quoted(condition.column())));
            }
        };
        if !is_met {
            return Ok(Some(condition));
        }
    }
    Ok(None)
}

/// Finds a property by its name, or by a path such as `population.id`.
fn find<'p>(properties: &'p [(String, Property)], path: &str) -> Result<Option<&'p Property>, String> {
    let names: Vec<_> = properties.iter().map(|(name, _)| name).collect();
    let at = |name: &str| -> Result<Option<&'p Property>, String> {
        let index = find_named(&names, name).map_err(|error| error.to_string())?;
        Ok(index.and_then(|index| properties.get(index)).map(|(_, property)| property))
    };
    if let Some(property) = at(path)? {
        return Ok(Some(property));
    }
    for (dot, _) in path.match_indices('.') {
        let Some((name, rest)) = path.split_at_checked(dot) else { continue };
        if let (Some(Property::Object(inner)), Some(rest)) = (at(name)?, rest.strip_prefix('.')) {
            return find(inner, rest);
        }
    }
    Ok(None)
}
