//! Rewrites a truthful document to what progenitor accepts, and returns what it took out.
//!
//! progenitor supports neither vendor media types, nor requests without a body, nor servers that add properties. Each
//! step takes one of these out of the document; `restore` puts it back into the code. When progenitor supports one of
//! them, its step goes.

mod inline;
mod loosen;
mod media_types;
mod names;
mod secrets;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::OpenAPI;

use super::Error;
use super::load::Document;
use walk::{components, reachable};

pub use media_types::Operation;
pub(crate) use secrets::{SECRET, secret_schema};

/// A document for progenitor, and the facts that `restore` needs.
#[derive(Debug)]
pub struct Lowered {
    /// The document that progenitor generates from.
    pub document: OpenAPI,
    /// The operations as the document declares them, by the name of their method.
    pub operations: BTreeMap<String, Operation>,
    /// The names of the types in responses.
    pub response_types: BTreeSet<String>,
    /// The names of the types in requests.
    pub request_types: BTreeSet<String>,
    /// The number of properties that hold a secret.
    pub secrets: usize,
}

/// Lowers a document that has passed `lint`.
///
/// # Errors
///
/// When the name of an inline type is taken, or the result isn't an OpenAPI document.
pub fn lower(document: &Document) -> Result<Lowered, Error> {
    let mut root = document.root.clone();
    inline::inline_operations(&mut root);
    let operations = media_types::take_operations(&mut root)?;
    let used = reachable(&root, &["parameters", "requestBody", "responses"]);
    if let Some(schemas) = root["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| used.contains(name));
    }
    let secrets = secrets::plain_secrets(&mut root);
    names::name_inline_types(&mut root)?;
    let request_types = reachable(&root, &["parameters", "requestBody"]);
    let response_types = reachable(&root, &["responses"]);
    for (name, schema) in components(&mut root) {
        loosen::loosen(schema, response_types.contains(name));
    }
    let document = serde_json::from_value(root)
        .map_err(|error| Error::Generator(format!("the lowered document isn't an OpenAPI document: {error}")))?;
    Ok(Lowered { document, operations, response_types, request_types, secrets })
}
