//! Parameters.

use heck::ToUpperCamelCase;
use serde_json::{Value, json};

use super::model::Ty;
use super::names::Names;
use super::sample::{ENVIRONMENT_ID, USER_ID, example, sample};
use super::types::{Side, Types, docs};
use crate::generate::docs::markdown;
use crate::generate::load::{self, Document, Findings};
use crate::generate::shape::Shape;

/// A parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The name that is sent.
    pub name: String,
    /// The name of the argument and of the field.
    pub ident: String,
    /// Where it is sent.
    pub location: Location,
    /// Its type.
    pub ty: Ty,
    /// Whether it is required.
    pub is_required: bool,
    /// Whether the document deprecates it.
    pub is_deprecated: bool,
    /// The documentation.
    pub docs: String,
    /// A value in JSON.
    pub sample: Value,
}

/// Where a parameter is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
}

impl Location {
    fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

impl Parameter {
    /// Reads the parameters of an operation, the path's first.
    pub(super) fn all<'a>(
        document: &'a Document,
        operation: &load::Operation<'a>,
        type_name: &str,
        names: &mut Names,
        types: &mut Types<'a>,
        findings: &mut Findings<'a>,
    ) -> Vec<Self> {
        let mut declared: Vec<_> = document
            .parameters(operation)
            .into_iter()
            .filter_map(|(node, at)| {
                let location = match node["in"].as_str()? {
                    "path" => Location::Path,
                    "query" => Location::Query,
                    "header" => Location::Header,
                    _ => return None,
                };
                let name = node["name"].as_str()?.to_owned();
                let place = operation.path().find(&format!("{{{name}}}"));
                Some((location, place.filter(|_| location == Location::Path), name, node, at))
            })
            .collect();
        declared.sort_by(|(a, a_place, ..), (b, b_place, ..)| (a, a_place).cmp(&(b, b_place)));
        declared
            .into_iter()
            .map(|(location, _, name, node, at)| {
                let hint = format!("{type_name}{}", name.to_upper_camel_case());
                let schema = Shape::of(document, &node["schema"], &at.child("schema"), findings);
                let ty = types.ty(&node["schema"], &at.child("schema"), &hint, Side::Request, findings);
                let description = node["description"].as_str().map(markdown).filter(|text| !text.is_empty());
                let docs = description.unwrap_or_else(|| docs(&schema, &ty));
                let sample = match (location, name.as_str()) {
                    (Location::Path, "environmentId") => json!(ENVIRONMENT_ID),
                    (Location::Path, "userId") => json!(USER_ID),
                    _ => example(document, node)
                        .cloned()
                        .unwrap_or_else(|| sample(document, &node["schema"], &at.child("schema"), Side::Request)),
                };
                Self {
                    ident: names.argument(&name, location.name()),
                    location,
                    ty: match (location, name.as_str(), ty) {
                        (Location::Path, "environmentId", Ty::Uuid) => Ty::EnvironmentId,
                        (Location::Path, "userId", Ty::Uuid) => Ty::UserId,
                        (Location::Path, _, Ty::String) => Ty::PathSegment,
                        (.., ty) => ty,
                    },
                    is_required: location == Location::Path || node["required"] == true,
                    is_deprecated: node["deprecated"] == true,
                    docs,
                    sample,
                    name,
                }
            })
            .collect()
    }

    /// Returns whether this is the environment, which the client knows.
    #[must_use]
    pub fn is_environment(&self) -> bool {
        self.location == Location::Path && self.name == "environmentId"
    }

    /// Returns the parameter as progenitor gets it: with the name of its argument.
    pub(super) fn lowered(&self) -> Value {
        json!({ "name": self.ident, "in": self.location.name(), "required": self.is_required, "schema": { "type": "string" } })
    }
}
