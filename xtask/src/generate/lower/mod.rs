//! Reads what a document declares, and reduces it to what progenitor supports.
//!
//! progenitor builds requests: URL, query, headers, body. It supports neither vendor media types, nor requests without a
//! body, nor several kinds of responses, nor types that keep what a server adds. So it gets a document with nothing but
//! parameters and bodies, and `restore` and `models` add the rest. When progenitor supports one of these, its step goes.

mod model;
mod names;
mod operation;
mod parameter;
mod reach;
mod responses;
mod sample;
mod types;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::load::{Document, Findings};
use types::Types;

pub use model::{Kind, Model, Models, Property, Ty};
pub use operation::{Body, Operation, StateCheck};
pub use parameter::{Location, Parameter};
pub use responses::{Class, Responses, Status};
pub(super) use sample::ENVIRONMENT_ID;
pub use sample::response_sample;

/// What a document declares.
#[derive(Debug)]
pub struct Lowered {
    /// The title of the document.
    pub title: String,
    /// The version of the document.
    pub version: String,
    /// The operations by the name of their method.
    pub operations: BTreeMap<String, Operation>,
    /// The models by name.
    pub models: Models,
}

impl Lowered {
    /// Returns the same document with only these operations, and without models.
    pub(super) fn part(&self, operations: BTreeMap<String, Operation>) -> Self {
        let (title, version) = (self.title.clone(), self.version.clone());
        Self { title, version, operations, models: Models::new() }
    }
}

/// The type of bodies in the document for progenitor.
const BODY: &str = "Body";

/// Lowers a document. What it finds adds to what `lint` finds.
pub fn lower<'a>(document: &'a Document, findings: &mut Findings<'a>) -> Lowered {
    let mut types = Types::new(document);
    let mut operations = BTreeMap::new();
    for operation in document.operations() {
        if let Some(operation) = Operation::of(document, &operation, &mut types, findings) {
            operations.insert(operation.name.clone(), operation);
        }
    }
    let info = |key| document.root["info"][key].as_str().unwrap_or_default().trim().to_owned();
    Lowered { title: info("title"), version: info("version"), operations, models: types.into_models(findings) }
}

/// Returns the document that progenitor generates these operations from.
pub(super) fn for_progenitor<'a>(version: &str, operations: impl IntoIterator<Item = &'a Operation>) -> Value {
    let mut paths = Map::new();
    for operation in operations {
        let mut node = json!({
            "operationId": operation.name,
            "parameters": operation.parameters.iter().map(Parameter::lowered).collect::<Vec<_>>(),
            "responses": { "200": { "description": "" } },
        });
        if operation.body.is_some() {
            let schema = json!({ "$ref": format!("#/components/schemas/{BODY}") });
            node["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
        }
        let key = format!("{}#{}", operation.template(), operation.name);
        paths.insert(key, json!({ operation.method.to_lowercase(): node }));
    }
    json!({
        "openapi": "3.0.3",
        "info": { "title": "", "version": version },
        "paths": paths,
        "components": { "schemas": { BODY: { "type": "object", "properties": { "body": { "type": "string" } } } } },
    })
}
