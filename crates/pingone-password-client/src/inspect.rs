//! Looks into decoded values by the names that properties have in JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::json::FromJson;

/// A decoded value whose properties are found by their names in JSON, so that a response is decoded only once.
pub trait Inspect {
    /// Returns a property of an object, unless it is absent or `null`.
    fn property(&self, _name: &str) -> Option<&dyn Inspect> {
        None
    }

    /// Returns the text, if the value is one in JSON. A secret, a date or a UUID isn't returned.
    fn text(&self) -> Option<&str> {
        None
    }

    /// Returns the UUID, if the value is one: with hyphens, in any case.
    fn uuid(&self) -> Option<Uuid> {
        Uuid::from_text(self.text()?)
    }
}

/// Returns a property that may be absent.
pub(crate) fn optional<T: Inspect>(property: Option<&T>) -> Option<&dyn Inspect> {
    property.map(|property| property as _)
}

impl Inspect for Value {
    fn property(&self, name: &str) -> Option<&dyn Inspect> {
        self.as_object()?.property(name)
    }

    fn text(&self) -> Option<&str> {
        self.as_str()
    }
}

impl Inspect for Map<String, Value> {
    fn property(&self, name: &str) -> Option<&dyn Inspect> {
        self.get(name).filter(|value| !value.is_null()).map(|value| value as _)
    }
}

impl<T: Inspect> Inspect for BTreeMap<String, T> {
    fn property(&self, name: &str) -> Option<&dyn Inspect> {
        self.get(name).map(|value| value as _)
    }
}

impl<T: Inspect> Inspect for Box<T> {
    fn property(&self, name: &str) -> Option<&dyn Inspect> {
        T::property(self, name)
    }

    fn text(&self) -> Option<&str> {
        T::text(self)
    }

    fn uuid(&self) -> Option<Uuid> {
        T::uuid(self)
    }
}

impl Inspect for String {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl Inspect for Uuid {
    fn uuid(&self) -> Option<Uuid> {
        Some(*self)
    }
}

impl<T> Inspect for Vec<T> {}
impl Inspect for () {}
impl Inspect for bool {}
impl Inspect for i32 {}
impl Inspect for i64 {}
impl Inspect for f64 {}
impl Inspect for chrono::DateTime<chrono::Utc> {}
impl Inspect for chrono::NaiveDate {}
impl Inspect for crate::Secret {}
