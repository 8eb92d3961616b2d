//! Decodes models, one property at a time.
//!
//! A server may add properties and change their types. So a property whose value isn't of the documented type doesn't
//! fail the response: like an unknown property, it is kept as JSON. Values are read directly from the input, without an
//! intermediate copy.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// A decoded value.
pub(crate) enum Decoded<T> {
    /// The value is of the expected type.
    Fits(T),
    /// The value is other JSON.
    Misfit(Value),
}

use Decoded::{Fits, Misfit};

/// A type that is read from JSON. Each method returns none, or a misfit, for JSON of another type.
pub(crate) trait FromJson: Sized {
    /// What an error message calls the type.
    const EXPECTED: &'static str;

    /// Decodes a document. A model has this function itself, so that it is compiled once: the body of an async function is
    /// compiled again in each crate that awaits it, together with what it is generic over.
    fn from_document(text: &str) -> serde_json::Result<Self> {
        document(text)
    }

    fn from_null() -> Option<Self> {
        None
    }

    fn from_bool(_: bool) -> Option<Self> {
        None
    }

    fn from_number(_: serde_json::Number) -> Option<Self> {
        None
    }

    fn from_text(_: &str) -> Option<Self> {
        None
    }

    fn from_array<'de, A: SeqAccess<'de>>(items: A) -> Result<Decoded<Self>, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(items)).map(Misfit)
    }

    fn from_object<'de, A: MapAccess<'de>>(entries: A) -> Result<Decoded<Self>, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(entries)).map(Misfit)
    }
}

/// Decodes a document that contains nothing but the value.
pub(crate) fn document<T: FromJson>(text: &str) -> serde_json::Result<T> {
    let mut document = serde_json::Deserializer::from_str(text);
    let value = deserialize(&mut document)?;
    document.end()?;
    Ok(value)
}

/// Decodes a value, or fails if it isn't of the type.
pub(crate) fn deserialize<'de, T: FromJson, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    match Seed::new().deserialize(deserializer)? {
        Fits(value) => Ok(value),
        Misfit(_) => Err(D::Error::custom(format_args!("expected {}", T::EXPECTED))),
    }
}

/// Decodes a property. A value that isn't of the type is kept among the additional properties. `null` means absent, unless
/// a request may say it.
pub(crate) fn property<'de, T: FromJson, A: MapAccess<'de>>(
    entries: &mut A,
    name: &str,
    extra: &mut Map<String, Value>,
    keeps_null: bool,
) -> Result<Option<T>, A::Error> {
    match entries.next_value_seed(Seed { keeps_null, ty: PhantomData })? {
        Fits(value) => return Ok(Some(value)),
        Misfit(Value::Null) if !keeps_null => {}
        Misfit(value) => {
            extra.insert(name.to_owned(), value);
        }
    }
    Ok(None)
}

/// Encodes a property again, because the object that it belongs to isn't of its type.
pub(crate) fn put_back<T: Serialize, E: Error>(
    extra: &mut Map<String, Value>,
    name: &str,
    value: Option<T>,
) -> Result<(), E> {
    if let Some(value) = value {
        extra.insert(name.to_owned(), serde_json::to_value(value).map_err(E::custom)?);
    }
    Ok(())
}

/// The name of a property.
pub(crate) enum Name {
    /// The index of a known name.
    Known(usize),
    /// Another name.
    Other(String),
}

/// Reads the next name of an object.
pub(crate) fn name<'de, A: MapAccess<'de>>(entries: &mut A, known: &[&str]) -> Result<Option<Name>, A::Error> {
    entries.next_key_seed(Names(known))
}

struct Names<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for Names<'_> {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Names<'_> {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a property")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
        let known = self.0.iter().position(|known| *known == name);
        Ok(known.map_or_else(|| Name::Other(name.to_owned()), Name::Known))
    }
}

struct Seed<T> {
    keeps_null: bool,
    ty: PhantomData<T>,
}

impl<T> Seed<T> {
    fn new() -> Self {
        Self { keeps_null: true, ty: PhantomData }
    }
}

impl<'de, T: FromJson> DeserializeSeed<'de> for Seed<T> {
    type Value = Decoded<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Decoded<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: FromJson> Visitor<'de> for Seed<T> {
    type Value = Decoded<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_unit<E>(self) -> Result<Decoded<T>, E> {
        let value = if self.keeps_null { T::from_null() } else { None };
        Ok(value.map_or(Misfit(Value::Null), Fits))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Decoded<T>, E> {
        Ok(T::from_bool(value).map_or(Misfit(Value::Bool(value)), Fits))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Decoded<T>, E> {
        Ok(number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Decoded<T>, E> {
        Ok(number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Decoded<T>, E> {
        Ok(serde_json::Number::from_f64(value).map_or(Misfit(Value::Null), number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Decoded<T>, E> {
        Ok(T::from_text(text).map_or_else(|| Misfit(Value::from(text)), Fits))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Decoded<T>, A::Error> {
        T::from_array(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Decoded<T>, A::Error> {
        T::from_object(entries)
    }
}

fn number<T: FromJson>(number: serde_json::Number) -> Decoded<T> {
    T::from_number(number.clone()).map_or(Misfit(Value::Number(number)), Fits)
}

impl FromJson for Value {
    const EXPECTED: &'static str = "JSON";

    fn from_null() -> Option<Self> {
        Some(Self::Null)
    }

    fn from_bool(value: bool) -> Option<Self> {
        Some(Self::Bool(value))
    }

    fn from_number(value: serde_json::Number) -> Option<Self> {
        Some(Self::Number(value))
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(Self::from(text))
    }

    fn from_array<'de, A: SeqAccess<'de>>(items: A) -> Result<Decoded<Self>, A::Error> {
        Self::deserialize(SeqAccessDeserializer::new(items)).map(Fits)
    }

    fn from_object<'de, A: MapAccess<'de>>(entries: A) -> Result<Decoded<Self>, A::Error> {
        Self::deserialize(MapAccessDeserializer::new(entries)).map(Fits)
    }
}

impl FromJson for bool {
    const EXPECTED: &'static str = "a boolean";

    fn from_bool(value: bool) -> Option<Self> {
        Some(value)
    }
}

impl FromJson for i64 {
    const EXPECTED: &'static str = "an integer";

    fn from_number(value: serde_json::Number) -> Option<Self> {
        value.as_i64()
    }
}

impl FromJson for i32 {
    const EXPECTED: &'static str = "an integer";

    fn from_number(value: serde_json::Number) -> Option<Self> {
        value.as_i64()?.try_into().ok()
    }
}

impl FromJson for f64 {
    const EXPECTED: &'static str = "a number";

    fn from_number(value: serde_json::Number) -> Option<Self> {
        value.as_f64()
    }
}

impl FromJson for String {
    const EXPECTED: &'static str = "a string";

    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl FromJson for uuid::Uuid {
    const EXPECTED: &'static str = "a UUID";

    /// Only the form with hyphens, so that the value is sent as it was received.
    fn from_text(text: &str) -> Option<Self> {
        (text.len() == uuid::fmt::Hyphenated::LENGTH).then(|| Self::try_parse(text).ok())?
    }
}

impl FromJson for chrono::DateTime<chrono::Utc> {
    const EXPECTED: &'static str = "a date and time with a zone";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl FromJson for chrono::NaiveDate {
    const EXPECTED: &'static str = "a date";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl FromJson for crate::Secret {
    const EXPECTED: &'static str = "a string";

    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }
}

impl<T: FromJson> FromJson for Box<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_object<'de, A: MapAccess<'de>>(entries: A) -> Result<Decoded<Self>, A::Error> {
        T::from_object(entries).map(|decoded| match decoded {
            Fits(value) => Fits(Self::new(value)),
            Misfit(value) => Misfit(value),
        })
    }
}

impl<T: FromJson + Serialize> FromJson for Vec<T> {
    const EXPECTED: &'static str = "an array";

    fn from_array<'de, A: SeqAccess<'de>>(mut items: A) -> Result<Decoded<Self>, A::Error> {
        let mut fitting = Self::new();
        while let Some(item) = items.next_element_seed(Seed::new())? {
            match item {
                Fits(item) => fitting.push(item),
                Misfit(item) => {
                    let fitting = fitting.into_iter().map(serde_json::to_value);
                    let mut all = fitting.collect::<Result<Vec<_>, _>>().map_err(A::Error::custom)?;
                    all.push(item);
                    while let Some(item) = items.next_element()? {
                        all.push(item);
                    }
                    return Ok(Misfit(Value::Array(all)));
                }
            }
        }
        Ok(Fits(fitting))
    }
}

impl<T: FromJson + Serialize> FromJson for BTreeMap<String, T> {
    const EXPECTED: &'static str = "an object";

    fn from_object<'de, A: MapAccess<'de>>(mut entries: A) -> Result<Decoded<Self>, A::Error> {
        let mut fitting = Self::new();
        while let Some(name) = entries.next_key()? {
            match entries.next_value_seed(Seed::new())? {
                Fits(value) => {
                    fitting.insert(name, value);
                }
                Misfit(value) => {
                    let mut all = Map::from_iter([(name, value)]);
                    for (name, value) in fitting {
                        put_back(&mut all, &name, Some(value))?;
                    }
                    while let Some((name, value)) = entries.next_entry()? {
                        all.insert(name, value);
                    }
                    return Ok(Misfit(Value::Object(all)));
                }
            }
        }
        Ok(Fits(fitting))
    }
}
