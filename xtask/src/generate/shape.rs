//! A schema with its references and its `allOf` resolved.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::load::{Document, Findings, Pointer};

/// The keys that say nothing about the values of a schema.
const ANNOTATIONS: [&str; 8] =
    ["description", "title", "nullable", "readOnly", "writeOnly", "deprecated", "example", "default"];

/// A schema, merged from all members of its `allOf`.
#[derive(Debug)]
pub(in crate::generate) struct Shape<'a> {
    /// The place of the schema: a component's, if it is nothing but a reference to one.
    pub(in crate::generate) at: Pointer,
    /// The annotations beside a reference.
    annotations: Map<String, Value>,
    /// The keys with one value: `type`, `format`, `enum`, …
    pub(in crate::generate) keys: Map<String, Value>,
    pub(in crate::generate) properties: Vec<(String, &'a Value, Pointer)>,
    pub(in crate::generate) required: BTreeSet<String>,
    pub(in crate::generate) items: Option<(&'a Value, Pointer)>,
    pub(in crate::generate) additional: Option<(&'a Value, Pointer)>,
    /// Whether one of several schemas applies.
    pub(in crate::generate) is_union: bool,
}

impl<'a> Shape<'a> {
    /// Resolves a schema.
    pub(in crate::generate) fn of(
        document: &'a Document,
        node: &'a Value,
        at: &Pointer,
        findings: &mut Findings<'a>,
    ) -> Self {
        let (annotations, node, at) = target(document, node, at);
        let mut shape = Self {
            at: at.clone(),
            annotations,
            keys: Map::new(),
            properties: Vec::new(),
            required: BTreeSet::new(),
            items: None,
            additional: None,
            is_union: false,
        };
        shape.merge(document, node, &at, findings, 0);
        shape
    }

    /// Returns the value of a key: beside the reference, or else of the schema.
    pub(in crate::generate) fn get(&self, key: &str) -> Option<&Value> {
        self.annotations.get(key).or_else(|| self.keys.get(key))
    }

    /// Returns a key's text.
    pub(in crate::generate) fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_str)
    }

    /// Returns whether a key is `true`.
    pub(in crate::generate) fn is(&self, key: &str) -> bool {
        self.get(key) == Some(&Value::Bool(true))
    }

    /// Returns the name of the component, if the schema is one.
    pub(in crate::generate) fn component(&self) -> Option<&str> {
        self.at.as_str().strip_prefix("/components/schemas/").filter(|name| !name.contains('/'))
    }

    /// Returns whether the schema is a secret.
    pub(in crate::generate) fn is_secret(&self) -> bool {
        self.text("format").is_some_and(|format| format.eq_ignore_ascii_case("password"))
    }

    fn merge(
        &mut self,
        document: &'a Document,
        node: &'a Value,
        at: &Pointer,
        findings: &mut Findings<'a>,
        depth: usize,
    ) {
        if depth > 32 {
            return findings.add(at, "`allOf` contains itself", "remove the reference to itself");
        }
        for (key, value) in node.as_object().into_iter().flatten() {
            let at = at.child(key);
            match key.as_str() {
                "properties" => {
                    for (name, property) in value.as_object().into_iter().flatten() {
                        self.property(name, property, at.child(name), findings);
                    }
                }
                "required" => self.required.extend(value.as_array().into_iter().flatten().filter_map(name_of)),
                "items" => self.items = Some((value, at)),
                "additionalProperties" if value.is_object() => self.additional = Some((value, at)),
                "oneOf" | "anyOf" => self.is_union = true,
                "allOf" => {
                    for (index, member) in value.as_array().into_iter().flatten().enumerate() {
                        let at = at.child(&index.to_string());
                        if let Some((member, at)) = document.resolve(member, &at) {
                            self.merge(document, member, &at, findings, depth + 1);
                        }
                    }
                }
                _ => self.key(key, value, &at, findings),
            }
        }
    }

    fn property(&mut self, name: &str, property: &'a Value, at: Pointer, findings: &mut Findings<'a>) {
        match self.properties.iter().find(|(other, ..)| other == name) {
            None => self.properties.push((name.to_owned(), property, at)),
            Some((_, other, _)) if *other == property => {}
            Some(_) => findings.add(
                &at,
                format!("another member of `allOf` declares `{name}` differently"),
                "declare the property once",
            ),
        }
    }

    fn key(&mut self, key: &str, value: &Value, at: &Pointer, findings: &mut Findings<'a>) {
        match self.keys.get(key) {
            None => {
                self.keys.insert(key.to_owned(), value.clone());
            }
            Some(other) if other == value || !["type", "format", "enum"].contains(&key) => {}
            Some(_) => {
                findings.add(at, format!("the members of `allOf` differ in `{key}`"), format!("write one `{key}`"));
            }
        }
    }
}

fn name_of(name: &Value) -> Option<String> {
    name.as_str().map(str::to_owned)
}

/// Follows references, directly or as the only member of an `allOf`. Returns the annotations on the way.
fn target<'a>(document: &'a Document, node: &'a Value, at: &Pointer) -> (Map<String, Value>, &'a Value, Pointer) {
    let mut annotations = Map::new();
    let (mut node, mut at) = (node, at.clone());
    // A longer chain is a cycle.
    for _ in 0..32 {
        if let Some(target) = document.resolve(node, &at) {
            (node, at) = target;
        }
        let Some(object) = node.as_object() else { break };
        let only = object.get("allOf").and_then(Value::as_array).filter(|members| members.len() == 1);
        let is_wrapper =
            object.keys().all(|key| key == "allOf" || key.starts_with("x-") || ANNOTATIONS.contains(&key.as_str()));
        let (Some(members), true) = (only, is_wrapper) else { break };
        for (key, value) in object.iter().filter(|(key, _)| *key != "allOf") {
            annotations.entry(key.clone()).or_insert_with(|| value.clone());
        }
        (node, at) = (&members[0], at.child("allOf").child("0"));
    }
    (annotations, node, at)
}
