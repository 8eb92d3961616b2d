//! What a body claims to be about, without decoding all of it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

/// Some servers send it before the JSON.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Names in an error: PingOne's, OAuth's, or a gateway's.
const OF_ERRORS: [&str; 6] = ["code", "message", "Message", "error", "errors", "fault"];

/// The members of a JSON object that say whom or what it is about. JSON of another type has none.
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    /// Reads the claims, and with them a property such as `account.status`.
    ///
    /// # Errors
    ///
    /// The body is not JSON.
    pub(super) fn read(body: &[u8], property: Option<&str>) -> serde_json::Result<Self> {
        let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
        let property = property.and_then(|property| property.split('.').next());
        let mut json = serde_json::Deserializer::from_slice(body);
        match (Members { property }).deserialize(&mut json).and_then(|members| json.end().map(|()| members)) {
            Ok(members) => Ok(Self(members)),
            Err(error) if error.is_data() => serde_json::from_slice(body).map(|IgnoredAny| Self(Map::new())),
            Err(error) => Err(error),
        }
    }

    /// Whether the body is an error.
    pub(super) fn is_error(&self) -> bool {
        OF_ERRORS.iter().any(|name| self.get(name).is_some())
    }

    /// Returns the value of a property such as `account.status`, unless it is `null`.
    pub(super) fn get(&self, property: &str) -> Option<&Value> {
        let mut names = property.split('.');
        let first = self.0.get(names.next()?)?;
        names.try_fold(first, |value, name| value.get(name)).filter(|value| !value.is_null())
    }
}

/// Takes the members of interest, and skips the others.
struct Members<'a> {
    property: Option<&'a str>,
}

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = Map<String, Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key_seed(Name { property: self.property })? {
            if let Some(name) = name {
                members.insert(name, map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(members)
    }
}

/// Reads a name, if it is one of interest.
struct Name<'a> {
    property: Option<&'a str>,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        let is_of_interest =
            matches!(name, "id" | "user" | "environment") || self.property == Some(name) || OF_ERRORS.contains(&name);
        Ok(is_of_interest.then(|| name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_from_any_json() {
        let read = |body: &str| Claims::read(body.as_bytes(), Some("account.status"));
        let body = "\u{feff}{\"x\": {\"code\": 1}, \"id\": \"a\", \"account\": {\"status\": \"OK\"}, \"error\": null}";
        let claims = read(body).unwrap();
        assert_eq!((claims.get("account.status"), claims.get("id")), (Some(&"OK".into()), Some(&"a".into())));
        assert_eq!((claims.get("x"), claims.is_error()), (None, false));
        assert!(read(r#"{"fault": {}}"#).unwrap().is_error());
        for body in ["[]", "1", r#""code""#, "null", "{}"] {
            assert!(!read(body).unwrap().is_error(), "{body}");
        }
        for body in ["", "{", "{} {}", r#"{"id": 1,}"#, "<html>", "[1"] {
            assert!(read(body).is_err(), "{body}");
        }
    }
}
