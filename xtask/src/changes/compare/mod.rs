//! Compares two documents, from the whole to its parts.

mod constraints;
mod document;
mod keywords;
mod operations;
mod parameters;
mod properties;
mod request_body;
mod responses;
mod scalars;
mod schemas;
mod types;

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;
use serde_json::{Map, Value};

use super::change::Change;
use super::kind::{Directions, Kind};
use super::model::Model;
use super::rules::{Names, judge};

/// All changes from one document to another, in the order of the documents' parts.
pub(super) fn compare(base: Model<'_>, new: Model<'_>) -> Vec<Change> {
    let mut comparison = Comparison { base, new, found: Vec::new(), said: BTreeSet::new(), within: Vec::new() };
    document::compare(&mut comparison);
    operations::compare(&mut comparison);
    types::compare(&mut comparison);
    comparison.found
}

/// The two documents, and what has been found so far.
struct Comparison<'a> {
    base: Model<'a>,
    new: Model<'a>,
    found: Vec<Change>,
    /// Places and changes that were found. What operations share is found once for each of them.
    said: BTreeSet<(String, String)>,
    /// The types that are being compared, one within the other.
    within: Vec<(String, String, Directions)>,
}

impl Comparison<'_> {
    /// Adds a change, unless it has been found already.
    fn add(&mut self, kind: Kind, directions: Directions, place: &str, what: impl Into<String>, names: &Names) {
        let what = what.into();
        if self.said.insert((place.to_owned(), what.clone())) {
            let verdicts = judge(kind, directions, names);
            self.found.push(Change { kind, place: place.to_owned(), what, verdicts });
        }
    }

    /// Adds a change of something that no value goes through.
    fn note(&mut self, kind: Kind, place: &str, what: impl Into<String>) {
        self.add(kind, Directions::default(), place, what, &Names::default());
    }

    /// Adds a change that no rule is for.
    fn unknown(&mut self, place: &str, key: &str) {
        self.note(Kind::Unknown, place, format!("`{key}` changed"));
    }
}

/// The keys that two objects don't agree on, with what each says.
fn differing<'v>(base: &'v Map<String, Value>, new: &'v Map<String, Value>) -> Vec<Differing<'v>> {
    let keys: BTreeSet<&str> = base.keys().chain(new.keys()).map(String::as_str).collect();
    let differing = keys.into_iter().map(|key| Differing { key, base: base.get(key), new: new.get(key) });
    differing.filter(|differing| differing.base != differing.new).collect()
}

/// A key that two objects don't agree on.
struct Differing<'v> {
    key: &'v str,
    base: Option<&'v Value>,
    new: Option<&'v Value>,
}

impl Differing<'_> {
    /// Whether an absent key with this default makes no difference after all.
    fn is_same_with_default(&self, default: &Value) -> bool {
        self.base.unwrap_or(default) == self.new.unwrap_or(default)
    }

    /// What happened to a text.
    fn text(&self) -> String {
        match (self.base, self.new) {
            (None, _) => format!("{} added", self.key),
            (_, None) => format!("{} removed", self.key),
            _ => format!("{} changed", self.key),
        }
    }

    /// From what to what a value changed.
    fn values(&self) -> String {
        match (self.base, self.new) {
            (None, Some(new)) => format!("{} {} added", self.key, short(new)),
            (Some(base), None) => format!("{} {} removed", self.key, short(base)),
            _ => format!("{} changed from {} to {}", self.key, shown(self.base), shown(self.new)),
        }
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), short)
}

/// A value as a message shows it.
fn short(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    let text: String = text.chars().map(|c| if c.is_control() || c == '`' { ' ' } else { c }).collect();
    match text.char_indices().nth(60) {
        Some((cut, _)) => format!("`{}…`", &text[..cut]),
        None => format!("`{text}`"),
    }
}

/// An object's member that is an object, or an empty one.
fn object<'v>(parent: &'v Map<String, Value>, key: &str) -> &'v Map<String, Value> {
    static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    parent.get(key).and_then(Value::as_object).unwrap_or(&EMPTY)
}

/// The names in two objects, each once, with what stands there.
fn names<'v>(
    base: &'v Map<String, Value>,
    new: &'v Map<String, Value>,
) -> Vec<(&'v str, Option<&'v Value>, Option<&'v Value>)> {
    let names: BTreeSet<&str> = base.keys().chain(new.keys()).map(String::as_str).collect();
    names.into_iter().map(|name| (name, base.get(name), new.get(name))).collect()
}

/// The Rust type of an operation.
fn request_type(id: &str) -> String {
    format!("requests::{}", id.to_upper_camel_case())
}

/// Whether two values are the same but for what only people read.
fn is_same_but_for_text(base: &Value, new: &Value) -> bool {
    fn bare(value: &Value) -> Value {
        match value {
            Value::Object(object) => {
                let text = ["description", "example", "examples", "title", "externalDocs", "summary"];
                let kept = object.iter().filter(|(name, _)| !text.contains(&name.as_str()));
                Value::Object(kept.map(|(name, value)| (name.clone(), bare(value))).collect())
            }
            Value::Array(items) => items.iter().map(bare).collect(),
            value => value.clone(),
        }
    }
    bare(base) == bare(new)
}
