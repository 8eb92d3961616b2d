//! Turns schemas into types.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::model::{Kind, Model, Models, Property, Ty};
use super::names::Names;
use crate::generate::docs::markdown;
use crate::generate::load::{Document, Findings, Pointer};
use crate::generate::shape::Shape;

/// Who sends a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Request,
    Response,
}

/// The types of a document.
pub(super) struct Types<'a> {
    document: &'a Document,
    /// The components that differ between requests and responses.
    split: BTreeSet<String>,
    models: Models,
    visited: BTreeSet<(String, Side)>,
}

impl<'a> Types<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        Self { document, split: super::reach::split(document), models: Models::new(), visited: BTreeSet::new() }
    }

    /// Returns the models, once every schema has become a type.
    pub(super) fn into_models(self, findings: &mut Findings<'a>) -> Models {
        let mut models = self.models;
        for (name, model) in models.iter().filter(|(_, model)| model.in_response) {
            let Kind::Struct(properties) = &model.kind else { continue };
            let required = properties.iter().filter(|property| !property.is_optional()).count();
            if required > 1 {
                findings.add(
                    &model.at.child("required"),
                    format!("`{name}` requires {required} properties of a response, which is lost if one is missing"),
                    "require only the property without which the object is meaningless",
                );
            }
        }
        super::reach::box_recursion(&mut models);
        super::reach::box_embedded(&mut models);
        models
    }

    /// Returns the type of a schema. An inline object or enum gets this name.
    pub(super) fn ty(
        &mut self,
        node: &'a Value,
        at: &Pointer,
        name: &str,
        side: Side,
        findings: &mut Findings<'a>,
    ) -> Ty {
        self.ty_of(&Shape::of(self.document, node, at, findings), name, side, findings)
    }

    fn ty_of(&mut self, shape: &Shape<'a>, name: &str, side: Side, findings: &mut Findings<'a>) -> Ty {
        if shape.is_union {
            return self.any(shape, findings);
        }
        if shape.is_secret() {
            return Ty::Secret;
        }
        let name = match shape.component() {
            Some(component) if side == Side::Request && self.split.contains(component) => format!("{component}Input"),
            Some(component) => component.to_owned(),
            None => name.to_owned(),
        };
        let values = shape.keys.get("enum").and_then(Value::as_array);
        let kind = shape.text("type").unwrap_or(if shape.properties.is_empty() { "" } else { "object" });
        match (kind, values) {
            ("string" | "", Some(values)) if values.iter().all(|value| value.is_string() || value.is_null()) => {
                let values = values.iter().filter_map(Value::as_str).collect::<Vec<_>>();
                self.enumeration(shape, name, &values, side, findings)
            }
            ("boolean", _) => Ty::Bool,
            ("integer", _) if shape.text("format") == Some("int32") => Ty::I32,
            ("integer", _) => Ty::I64,
            ("number", _) => Ty::F64,
            ("string", _) => match shape.text("format") {
                Some("uuid") => Ty::Uuid,
                Some("date-time") => Ty::DateTime,
                Some("date") => Ty::Date,
                _ => Ty::String,
            },
            ("array", _) => {
                let items = shape.items.as_ref();
                Ty::List(Box::new(
                    items.map_or(Ty::Any, |(items, at)| self.ty(items, at, &format!("{name}Item"), side, findings)),
                ))
            }
            ("object", _) if !shape.properties.is_empty() => self.structure(shape, name, side, findings),
            ("object", _) => {
                let values = shape.additional.as_ref();
                Ty::Map(Box::new(
                    values.map_or(Ty::Any, |(values, at)| self.ty(values, at, &format!("{name}Value"), side, findings)),
                ))
            }
            _ => Ty::Any,
        }
    }

    /// A schema that becomes `serde_json::Value`. Nothing in it is redacted, so that it can't contain a secret.
    fn any(&self, shape: &Shape<'a>, findings: &mut Findings<'a>) -> Ty {
        let node = self.document.root.pointer(shape.at.as_str());
        if node.is_some_and(|node| super::reach::contains_secret(self.document, node)) {
            findings.add(
                &shape.at,
                "`oneOf` and `anyOf` become plain JSON, which would show the secrets in them",
                "declare one operation per alternative, each with its own schema",
            );
        }
        Ty::Any
    }

    fn enumeration(
        &mut self,
        shape: &Shape<'a>,
        name: String,
        values: &[&str],
        side: Side,
        findings: &mut Findings<'a>,
    ) -> Ty {
        if self.visited.insert((name.clone(), side)) {
            let mut names = Names::reserving(&["Unrecognized"]);
            let mut seen = BTreeSet::new();
            let values = values.iter().filter(|value| seen.insert(**value));
            let values = values.map(|value| (names.variant(value), (*value).to_owned())).collect();
            self.model(shape, &name, Kind::Enum(values), side);
        }
        self.check_name(shape, &name, findings);
        Ty::Named(name)
    }

    fn structure(&mut self, shape: &Shape<'a>, name: String, side: Side, findings: &mut Findings<'a>) -> Ty {
        if self.visited.insert((name.clone(), side)) {
            // Before its properties, which may contain it.
            self.model(shape, &name, Kind::Struct(Vec::new()), side);
            let properties = self.properties(shape, &name, side, findings);
            if let Some(Model { kind, .. }) = self.models.get_mut(&name) {
                *kind = Kind::Struct(properties);
            }
            if let Some((more, at)) = &shape.additional
                && Shape::of(self.document, more, at, findings).is_secret()
            {
                findings.add(at, "additional properties beside named ones aren't redacted", "use an object of its own");
            }
        }
        self.check_name(shape, &name, findings);
        Ty::Named(name)
    }

    fn properties(&mut self, shape: &Shape<'a>, name: &str, side: Side, findings: &mut Findings<'a>) -> Vec<Property> {
        // Names without change come first, so that `a_b` keeps its name beside `a-b`.
        let mut names = Names::reserving(&["extra", "new"]);
        let mut sorted: Vec<_> = shape.properties.iter().collect();
        sorted.sort_by_key(|(name, ..)| name);
        let mut properties = Vec::new();
        for (property, node, at) in sorted {
            let schema = Shape::of(self.document, node, at, findings);
            let other_side = if side == Side::Request { "readOnly" } else { "writeOnly" };
            if schema.is(other_side) {
                continue;
            }
            let hint = format!("{name}{}", property.to_upper_camel_case());
            let ty = self.ty_of(&schema, &hint, side, findings);
            properties.push(Property {
                name: property.clone(),
                ident: names.snake(property),
                is_required: shape.required.contains(property),
                is_nullable: schema.is("nullable"),
                docs: docs(&schema, &ty),
                is_deprecated: schema.is("deprecated"),
                ty,
            });
        }
        properties
    }

    fn model(&mut self, shape: &Shape<'a>, name: &str, kind: Kind, side: Side) {
        let model = self.models.entry(name.to_owned()).or_insert_with(|| Model {
            at: shape.at.clone(),
            docs: shape.keys.get("description").and_then(Value::as_str).map(markdown).unwrap_or_default(),
            is_deprecated: shape.component().is_some() && shape.keys.get("deprecated") == Some(&Value::Bool(true)),
            in_request: false,
            in_response: false,
            kind,
        });
        model.in_request |= side == Side::Request;
        model.in_response |= side == Side::Response;
    }

    /// No two schemas become the same type.
    fn check_name(&self, shape: &Shape<'a>, name: &str, findings: &mut Findings<'a>) {
        let Some(model) = self.models.get(name).filter(|model| model.at != shape.at) else { return };
        let line = self.document.line(&model.at);
        let problem = format!("the type `{name}` would have the name of the type at line {line}");
        findings.add(&shape.at, problem, "declare the inline schema as a component with another name");
    }
}

/// The documentation of a property or parameter: its description, its default, and the known values of a number.
pub(super) fn docs(schema: &Shape<'_>, ty: &Ty) -> String {
    let mut docs: Vec<String> = schema.text("description").map(markdown).into_iter().collect();
    if let (Some(Value::Array(values)), Ty::I32 | Ty::I64 | Ty::F64) = (schema.keys.get("enum"), ty) {
        let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
        docs.push(format!("Known values: {}.", values.join(", ")));
    }
    if let Some(default) = schema.get("default").filter(|default| !default.is_null()) {
        docs.push(format!("The server's default is `{}`.", default.to_string().trim_matches('"')));
    }
    docs.retain(|part| !part.is_empty());
    docs.join("\n\n")
}
